"""A change of a model is a change of the rules: facts of a version act once a person has let it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.fact_finding import find_facts
from catalog.fact_finding.brand_names import LETTERS
from catalog.fact_finding.finding import PROVIDERS
from catalog.fact_finding.makers import MAKERS, offered_versions
from catalog.fact_finding.providers import Given, Provider
from catalog.listings import Refusal
from catalog.model_releases import NotOffered, approve_release, note_offers, propose_again, refuse_release
from catalog.models import Hold, LaneChoices, ListingFacts, ModelRelease, Product, ScreeningRequest, Seller
from catalog.photo_signals import READER
from catalog.rule_approval import AlreadyDecided, OwnVersion
from catalog.screening.going_through import sweep_due
from catalog.screening.services import screen_due
from shopadmin.accounts.models import AuditEntry, Notification, User
from tests import factories

from .models_of_photos import Reader, reading
from .running_rules import live_rule

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]
State = ModelRelease.State
IS_REPLICA = 'has_photo_text && photo_text.contains("replica")'


@pytest.fixture
def reader() -> Iterator[Reader]:
    with reading() as reader:
        note_offers()
        yield reader


@pytest.fixture
def cup(shop: Seller) -> Product:
    """A live listing that nobody has screened."""
    return factories.product("Cup", of=shop, screened_version=0)


def screened(product: Product) -> ListingFacts:
    """Screen a listing as if it had changed; return its facts."""
    Product.objects.filter(pk=product.pk).update(screened_version=0)
    screen_due()
    product.refresh_from_db()
    return ListingFacts.objects.get(product=product)


def live(maker: str) -> ModelRelease:
    return ModelRelease.objects.live().get(maker=maker)


def test_what_is_there_at_the_first_start_is_live_and_recorded_so(reader: Reader) -> None:
    assert set(ModelRelease.objects.live().values_list("maker", "version")) == set(offered_versions().items())
    entries = AuditEntry.objects.filter(action="model.first-seen")
    assert {entry.actor_name for entry in entries} == {"deployment"}
    assert entries.count() == ModelRelease.objects.filter(is_first=True).count() == len(offered_versions())


def test_noting_what_is_known_asks_and_writes_nothing_more(reader: Reader) -> None:
    with CaptureQueriesContext(connection) as asked:
        note_offers()
    assert len(asked) == 2
    assert all(query["sql"].startswith("SELECT") for query in asked)


def test_another_version_waits_and_those_who_approve_are_told_once(reader: Reader, paula: User, petra: User) -> None:
    waiting = reader.offer("reader@2")
    note_offers()

    assert (waiting.state, waiting.written_by, live(READER).version) == (State.PROPOSED, None, "reader@1")
    assert ModelRelease.objects.filter(version="reader@2").count() == 1
    told = Notification.objects.filter(kind="model.proposed")
    assert {row.recipient for row in told} == {paula, petra}
    assert AuditEntry.objects.filter(action="model.proposed").count() == 1


def test_while_it_waits_the_version_in_force_is_asked(reader: Reader, cup: Product) -> None:
    live_rule(IS_REPLICA)
    reader.offer("reader@2")
    facts = screened(cup)
    assert (facts.texts.photo_text, facts.texts.made_by[READER], cup.status) == ("a cup", "reader@1", "live")  # type: ignore[attr-defined]


def test_where_the_version_in_force_is_lost_what_asks_it_holds_and_what_does_not_passes(
    reader: Reader, cup: Product, shop: Seller
) -> None:
    asking = live_rule(IS_REPLICA, LaneChoices.REVIEW)
    live_rule('mentions(title, "replica")')
    reader.lost.add("reader@1")
    reader.offer("reader@2")
    facts = screened(cup)

    assert (facts.verdict, facts.errors, cup.status) == ("error", [asking.pk], "held")
    assert facts.texts.photo_text is facts.has_photo_text is None  # type: ignore[attr-defined]
    assert facts.texts.failed["photo_text"] == "not approved: “reader” reader@2, while reader@1 is in force"
    assert facts.texts.failed["photo_text_brands"] == facts.texts.failed["photo_text"]


def test_without_a_rule_that_asks_it_nothing_is_held(reader: Reader, cup: Product) -> None:
    live_rule('mentions(title, "replica")')
    reader.lost.add("reader@1")
    reader.offer("reader@2")
    assert (screened(cup).verdict, cup.status) == ("clean", "live")


def test_an_approval_has_the_listings_asked_again_with_the_new_facts(reader: Reader, cup: Product, petra: User) -> None:
    live_rule(IS_REPLICA)
    screened(cup)
    approve_release(release=reader.offer("reader@2"), reason="Reads better.", by=petra)

    assert (live(READER).version, live(READER).decided_by) == ("reader@2", petra)
    assert ModelRelease.objects.get(maker=READER, version="reader@1").state == State.RETIRED
    assert sweep_due() == 1
    assert [request.product for request in ScreeningRequest.objects.all()] == [cup]
    screen_due()
    cup.refresh_from_db()
    assert cup.status == "held"
    actions = AuditEntry.objects.filter(action__startswith="model.").exclude(action="model.first-seen")
    assert set(actions.values_list("action", flat=True)) == {"model.proposed", "model.approved", "model.retired"}


def test_an_approval_lets_go_of_what_was_held_for_want_of_it(reader: Reader, cup: Product, petra: User) -> None:
    live_rule('has_photo_text && photo_text.contains("fake")')
    reader.lost.add("reader@1")
    waiting = reader.offer("reader@2")
    screened(cup)
    assert cup.status == "held"

    approve_release(release=waiting, reason="Reads better.", by=petra)
    sweep_due()
    cup.refresh_from_db()
    assert (cup.status, Hold.objects.get().released_by) == ("live", petra)
    screen_due()
    cup.refresh_from_db()
    facts = ListingFacts.objects.get(product=cup)
    assert (cup.status, facts.verdict, facts.texts.photo_text) == ("live", "clean", "a replica")  # type: ignore[attr-defined]


def test_what_a_rule_holds_stays_held(reader: Reader, cup: Product, petra: User) -> None:
    live_rule('mentions(title, "cup")')
    live_rule(IS_REPLICA)
    reader.lost.add("reader@1")
    waiting = reader.offer("reader@2")
    screened(cup)
    approve_release(release=waiting, reason="Reads better.", by=petra)
    sweep_due()
    cup.refresh_from_db()
    assert (cup.status, Hold.objects.get().released_at) == ("held", None)


def test_a_refused_version_does_not_act_and_is_not_proposed_by_itself(
    reader: Reader, cup: Product, petra: User
) -> None:
    live_rule(IS_REPLICA)
    refused = refuse_release(release=reader.offer("reader@2"), reason="Misreads.", by=petra)
    note_offers()
    assert (refused.state, refused.decision_reason) == (State.REFUSED, "Misreads.")
    assert not ModelRelease.objects.waiting().exists()
    assert screened(cup).texts.made_by[READER] == "reader@1"
    with pytest.raises(Refusal, match="Say why"):
        refuse_release(release=refused, reason=" ", by=petra)
    with pytest.raises(AlreadyDecided):
        approve_release(release=refused, reason="After all.", by=petra)


def test_who_asks_for_a_refused_version_again_does_not_decide_on_it(reader: Reader, paula: User, petra: User) -> None:
    refused = refuse_release(release=reader.offer("reader@2"), reason="Misreads.", by=petra)
    again = propose_again(release=refused, reason="The misreading was in the photo.", by=petra)
    for decide in (approve_release, refuse_release):
        with pytest.raises(OwnVersion):
            decide(release=again, reason="Mine.", by=petra)
    with pytest.raises(IntegrityError, match="catalog_release_other_eyes"), transaction.atomic():
        ModelRelease.objects.filter(pk=again.pk).update(decided_by=petra)
    with pytest.raises(AlreadyDecided):
        propose_again(release=refused, reason="Once more.", by=paula)
    approve_release(release=again, reason="Agreed.", by=paula)
    assert live(READER).version == "reader@2"


def test_what_is_not_installed_any_more_is_not_approved(reader: Reader, petra: User) -> None:
    waiting = reader.offer("reader@2")
    reader.offer("reader@3")
    with pytest.raises(NotOffered):
        approve_release(release=waiting, reason="Looked at it.", by=petra)
    assert live(READER).version == "reader@1"


def test_a_version_that_comes_back_needs_approval_again(reader: Reader, petra: User) -> None:
    approve_release(release=reader.offer("reader@2"), reason="Reads better.", by=petra)
    back = reader.offer("reader@1")
    assert (back.state, live(READER).version) == (State.PROPOSED, "reader@2")


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"maker": READER, "version": "x", "state": "live", "live_since": timezone.now()}, "decided_before_live"),
        ({"maker": READER, "version": "x", "state": "refused"}, "decided_before_live"),
        ({"maker": READER, "version": "x", "state": "retired", "is_first": True}, "one_first"),
        ({"maker": READER, "version": "reader@1"}, "waits_once"),
    ],
)
def test_the_database_lets_nothing_act_that_nobody_let(reader: Reader, fields: dict[str, object], name: str) -> None:
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        ModelRelease.objects.create(**fields)


def test_one_version_of_each_maker_acts(reader: Reader, petra: User) -> None:
    decided = {"decided_by": petra, "decided_at": timezone.now(), "live_since": timezone.now()}
    with pytest.raises(IntegrityError, match="one_live"), transaction.atomic():
        ModelRelease.objects.create(maker=READER, version="reader@2", state=State.LIVE, **decided)


def test_tables_that_a_package_brought_wait_too(cup: Product, monkeypatch: pytest.MonkeyPatch, petra: User) -> None:
    live_rule("title_confusable_brands.size() > 0")
    assert screened(cup).verdict == "clean"
    monkeypatch.setattr("catalog.fact_finding.names.letters_version", lambda: "glyphguard 99")
    facts = screened(cup)
    assert (facts.verdict, cup.status) == ("error", "held")
    assert "glyphguard 99" in facts.texts.failed["title_confusable_brands"]
    approve_release(release=ModelRelease.objects.waiting().get(maker=LETTERS), reason="Looked at it.", by=petra)
    sweep_due()
    screen_due()
    cup.refresh_from_db()
    assert cup.status == "live"


def test_rules_that_compare_looks_wait_for_the_tables_of_letters(
    cup: Product, monkeypatch: pytest.MonkeyPatch, petra: User
) -> None:
    asking = live_rule('imitates(title, "nike")', LaneChoices.REVIEW)
    assert screened(cup).verdict == "clean"
    monkeypatch.setattr("catalog.fact_finding.names.letters_version", lambda: "glyphguard 99")
    facts = screened(cup)
    assert (facts.verdict, facts.errors, cup.status) == ("error", [asking.pk], "held")
    approve_release(release=ModelRelease.objects.waiting().get(maker=LETTERS), reason="Looked at it.", by=petra)
    sweep_due()
    screen_due()
    cup.refresh_from_db()
    assert cup.status == "live"


def test_a_listing_that_was_let_go_once_is_held_when_the_next_model_waits(
    reader: Reader, cup: Product, petra: User
) -> None:
    reader.reads["reader@3"] = "a plate"
    live_rule('has_photo_text && photo_text.contains("fake")')
    for former, version in (("reader@1", "reader@2"), ("reader@2", "reader@3")):
        reader.lost.add(former)
        waiting = reader.offer(version)
        assert (screened(cup).verdict, cup.status) == ("error", "held")
        approve_release(release=waiting, reason="Reads better.", by=petra)
        sweep_due()
        screen_due()
        cup.refresh_from_db()
        assert cup.status == "live"


def test_a_provider_that_keeps_its_former_version_is_asked_in_that_one(cup: Product) -> None:
    def saying(version: str, price: float, *former: Provider) -> Provider:
        find = lambda batch, known: {key: Given({"price": price}) for key in batch.products}  # noqa: E731
        return Provider("price", version, ("price",), find, former)

    provider = saying("2", 20.0, saying("1", 10.0))
    for version, price in (("1", 10.0), ("2", 20.0)):
        found = find_facts([cup.pk], now=timezone.now(), providers=[provider], versions={"price": version})[cup.pk]
        assert (found.facts.values, found.made_by) == ({"price": price}, {"price": version})
    found = find_facts([cup.pk], now=timezone.now(), providers=[provider], versions={"price": "3"})[cup.pk]
    assert (found.facts.values, set(found.facts.failed)) == ({}, {"price"})


def test_every_fact_has_a_maker_and_what_is_made_of_facts_changes_with_them() -> None:
    assert {fact for provider in PROVIDERS for fact in provider.facts} == {
        fact for maker in MAKERS.values() for fact in maker.facts
    }
    assert MAKERS[READER].facts[0] == "photo_text"
    assert set(MAKERS["names in photos"].facts) < set(MAKERS[READER].facts)
    assert set(MAKERS[LETTERS].facts) == {*MAKERS["names"].facts, *MAKERS["names in photos"].facts}
