"""An overturned decision throws doubt on others of the same rule for the same clauses, and they can be restored."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog import ripple as rippling
from catalog.bulk import services
from catalog.holding import answer_appeal, make_appeal, place_hold
from catalog.listings import Refusal
from catalog.models import Decision, Hold, Product, RuleVersion, Seller, Strike
from catalog.ripple import restore_similar, ripple, true_clauses
from shopadmin.accounts.audit.models import AuditEntry
from shopadmin.accounts.models import Notification, User
from tests import factories

from .decided import found, held, rule, status, taken_down

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]


@pytest.fixture
def version(paula: User, petra: User) -> RuleVersion:
    return rule()


def overturned(product: Product, version: RuleVersion, mallory: User, paula: User) -> Decision:
    """A listing that the rule held and an appeal brought back."""
    hold = held(product, version).hold
    answer_appeal(
        appeal=make_appeal(hold=hold, text="No.", actor=mallory), is_upheld=False, answer="You are right.", actor=paula
    )
    return hold.decisions.get()


def listing(shop: Seller, title: str, brand: str = "Bravo") -> Product:
    return factories.product(title, of=shop, brand=brand)


def test_the_same_rule_for_the_same_clauses_is_similar_and_those_of_the_brand_are_named(
    juice: Product, shop: Seller, version: RuleVersion, mallory: User, paula: User, petra: User
) -> None:
    same, reviewed, other_brand = (listing(shop, "Same"), listing(shop, "Down"), listing(shop, "Alpha", "Alpha"))
    other_clauses, other_rule, live = (listing(shop, title) for title in ("Clauses", "Rule", "Live"))
    held(same, version)
    taken_down(reviewed, petra, found(reviewed, version))
    held(other_brand, version)
    held(other_clauses, version, clauses=("price < 10.0",))
    held(other_rule, rule())
    found(live, version)

    rippled = ripple(overturned(juice, version, mallory, paula))

    assert set(rippled.similar) == {same.pk, reviewed.pk, other_brand.pk}
    assert set(rippled.same_brand) == {same.pk, reviewed.pk}
    assert rippled.count == 3


def test_without_a_rule_nothing_is_similar(juice: Product, shop: Seller, petra: User, version: RuleVersion) -> None:
    held(listing(shop, "Same"), version)

    assert ripple(taken_down(juice, petra)).count == 0


def test_it_asks_the_same_however_many_there_are(
    juice: Product, shop: Seller, version: RuleVersion, mallory: User, paula: User, django_assert_num_queries
) -> None:
    decision = overturned(juice, version, mallory, paula)
    for number in range(8):
        held(listing(shop, f"Same {number}"), version)

    with django_assert_num_queries(2):
        assert ripple(decision).count == 8


def test_restoring_annuls_tells_and_audits_and_says_what_was_left_alone(
    juice: Product, shop: Seller, version: RuleVersion, mallory: User, paula: User, petra: User
) -> None:
    wanted, down, also_held, by_person, answered = (listing(shop, name) for name in ("W", "D", "A", "P", "Y"))
    unrelated = listing(shop, "U")
    held(wanted, version)
    taken_down(down, petra, found(down, version))
    held(also_held, version)
    held(also_held, rule("photo_count > 0"))
    taken_down(by_person, petra, notice=None)
    found(by_person, version, lane="hold")
    held(answered, version)
    appeal = make_appeal(hold=answered.holds.get(), text="No.", actor=mallory)
    answer_appeal(appeal=appeal, is_upheld=True, answer="Yes.", actor=petra)
    decision = overturned(juice, version, mallory, paula)

    keys = [item.pk for item in (wanted, down, also_held, by_person, answered, unrelated)]
    restored = restore_similar(decision, keys, by=paula, reason="As in the appeal.")

    assert {item.title: status(item) for item in (wanted, down)} == {"W": "live", "D": "live"}
    assert {status(item) for item in (also_held, by_person, answered)} == {"held"}
    assert restored.action.counts == {"change": 2}
    assert restored.not_similar == (unrelated.pk,)
    assert restored.held_otherwise == (also_held.pk, by_person.pk)
    assert restored.appeal_answered == (answered.pk,)
    assert set(Strike.objects.filter(annulled_at=None).values_list("decision__product", flat=True)) == {by_person.pk}
    assert AuditEntry.objects.for_target("catalog.product", wanted.pk).filter(action="listing.released").exists()
    assert Notification.objects.filter(recipient=mallory, title="2 of your listings are no longer held back").exists()


def test_restoring_can_be_undone(
    juice: Product, shop: Seller, version: RuleVersion, mallory: User, paula: User
) -> None:
    same = listing(shop, "Same")
    held(same, version)
    decision = overturned(juice, version, mallory, paula)
    restored = restore_similar(decision, [same.pk], by=paula, reason="As in the appeal.")

    services.undo(action=restored.action, user=paula)

    assert status(same) == "held"
    assert Decision.objects.standing().restrictions().filter(product=same).count() == 1


def test_too_many_and_those_without_a_reason_are_refused(
    juice: Product, shop: Seller, version: RuleVersion, mallory: User, paula: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    same = listing(shop, "Same")
    held(same, version)
    decision = overturned(juice, version, mallory, paula)
    with pytest.raises(Refusal, match="Say why"):
        restore_similar(decision, [same.pk], by=paula, reason=" ")
    monkeypatch.setattr(rippling, "MOST_AT_ONCE", 1)

    with pytest.raises(Refusal, match="At most 1 listings"):
        restore_similar(decision, [same.pk, juice.pk], by=paula, reason="Fine.")
    assert status(same) == "held"


def test_who_may_not_release_holds_restores_nothing(
    juice: Product, shop: Seller, version: RuleVersion, mallory: User, paula: User, bob: User
) -> None:
    same = listing(shop, "Same")
    held(same, version)
    decision = overturned(juice, version, mallory, paula)

    restored = restore_similar(decision, [same.pk], by=bob, reason="Fine.")

    assert (restored.action.counts, status(same)) == ({"not-allowed": 1}, "held")


def test_a_persons_own_hold_is_not_lifted_by_it(
    juice: Product, shop: Seller, version: RuleVersion, mallory: User, paula: User, petra: User
) -> None:
    seen = listing(shop, "Seen")
    place_hold(product=seen, ground=Hold.Ground.OTHER, explanation="Odd.", remedy="", actor=petra)
    taken_down(seen, petra, found(seen, version))
    decision = overturned(juice, version, mallory, paula)

    assert restore_similar(decision, [seen.pk], by=paula, reason="Fine.").held_otherwise == (seen.pk,)


CLAUSES = st.recursive(
    st.builds(
        lambda text, truth: {"text": text, "truth": truth, "parts": []},
        st.sampled_from("abc"),
        st.sampled_from([True, False, None]),
    ),
    lambda parts: st.builds(
        lambda found, truth: {"text": "joined", "truth": truth, "parts": found},
        st.lists(parts, min_size=1, max_size=3),
        st.sampled_from([True, False, None]),
    ),
    max_leaves=8,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(CLAUSES)
def test_true_clauses_are_those_that_ask_something_and_were_true(clause: dict) -> None:
    def leaves(node: dict) -> list[dict]:
        return [node] if not node["parts"] else [leaf for part in node["parts"] for leaf in leaves(part)]

    expected = {leaf["text"] for leaf in leaves(clause) if leaf["truth"] is True}
    assert true_clauses({"clause": clause}) == expected


@pytest.mark.parametrize("explanation", [{}, {"reason": "away"}, {"clause": None}])
def test_an_explanation_without_clauses_has_none(explanation: dict) -> None:
    assert true_clauses(explanation) == frozenset()
