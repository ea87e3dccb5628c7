"""Whatever people do one after the other, a listing is restricted for one stated reason or for none."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pytest
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog import holding
from catalog.bulk import services as bulk
from catalog.bulk.kinds import Kind
from catalog.decisions import clear, undo
from catalog.holding import answer_appeal, make_appeal, place_hold, release_hold
from catalog.listings import Refusal, publish_listing, remove_listing, restore_listing
from catalog.models import Appeal, BulkAction, Decision, Finding, Hold, Product, RuleVersion, Strike, TakenDown
from shopadmin.accounts.models import User
from shopadmin.accounts.roles import Role
from tests import factories

from .bulk_shop import applied
from .decided import held, open_hold, rule, taken_down

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]
Status = Product.Status


@dataclass(frozen=True)
class Site:
    """Two listings, a merchant, three people who decide, and a rule."""

    products: Sequence[Product]
    merchant: User
    people: Sequence[User]
    version: RuleVersion


def rule_holds(site: Site, product: Product, _by: User) -> None:
    """What screening does: it looks at what is live, and has one open finding for each rule."""
    if product.status == Status.LIVE and not Finding.objects.open().filter(product=product).exists():
        held(product, site.version)


def take_it_down(_site: Site, product: Product, by: User) -> None:
    taken_down(product, by, *Finding.objects.open().filter(product=product))


def take_it_down_unasked(_site: Site, product: Product, by: User) -> None:
    taken_down(product, by)


def clear_it(_site: Site, product: Product, by: User) -> None:
    if findings := list(Finding.objects.open().filter(product=product)):
        clear(findings=findings, reason="Fine.", by=by)


def undo_the_last(_site: Site, product: Product, by: User) -> None:
    if decision := Decision.objects.filter(product=product, decided_by=by).first():
        undo(decision=decision, by=by)


def hold_it(_site: Site, product: Product, by: User) -> None:
    place_hold(product=product, ground=Hold.Ground.OTHER, explanation="Odd.", remedy="", actor=by)


def release_it(_site: Site, product: Product, by: User) -> None:
    if hold := Hold.objects.filter(product=product).first():
        release_hold(hold=hold, reason="Fine.", actor=by)


def appeal(site: Site, product: Product, _by: User) -> None:
    if hold := open_hold(product):
        make_appeal(hold=hold, text="No.", actor=site.merchant)


def answer(product: Product, by: User, *, is_upheld: bool) -> None:
    """Answer the waiting appeal; who decided on the listing must not get through."""
    waiting = Appeal.objects.waiting().filter(hold__product=product).first()
    if waiting is None:
        return
    own = Q(decided_by=by) & Q(hold=waiting.hold)
    is_own = waiting.hold.placed_by == by or Decision.objects.standing().restrictions().filter(own).exists()
    answer_appeal(appeal=waiting, is_upheld=is_upheld, answer="Looked at.", actor=by)
    assert not is_own


def hold_in_bulk(site: Site, _product: Product, by: User) -> None:
    applied(by, Kind.HOLD, site.products, ground="other", explanation="Odd.", remedy="")


def release_in_bulk(site: Site, _product: Product, by: User) -> None:
    applied(by, Kind.RELEASE, site.products)


def undo_the_last_in_bulk(_site: Site, _product: Product, by: User) -> None:
    if action := BulkAction.objects.filter(actor=by).first():
        bulk.undo(action=action, user=by)


def bring_it_back(site: Site, product: Product, _by: User) -> None:
    """What a merchant does who wants it live whatever was decided."""
    if product.status == Status.REMOVED:
        restore_listing(product=product, actor=site.merchant, to=Status.LIVE)
    else:
        publish_listing(product=product, actor=site.merchant)


ACTS: Mapping[str, Callable[[Site, Product, User], object]] = {
    "a rule holds it": rule_holds,
    "take down": take_it_down,
    "take down unasked": take_it_down_unasked,
    "clear": clear_it,
    "undo": undo_the_last,
    "hold": hold_it,
    "release": release_it,
    "appeal": appeal,
    "uphold": lambda _site, product, by: answer(product, by, is_upheld=True),
    "overturn": lambda _site, product, by: answer(product, by, is_upheld=False),
    "hold in bulk": hold_in_bulk,
    "release in bulk": release_in_bulk,
    "undo in bulk": undo_the_last_in_bulk,
    "remove": lambda site, product, _by: remove_listing(product=product, actor=site.merchant),
    "bring back": bring_it_back,
}
STEPS = st.lists(st.tuples(st.sampled_from(sorted(ACTS)), st.integers(0, 1), st.integers(0, 2)), max_size=14)


@pytest.fixture
def site(mallory: User) -> Site:
    version = rule()
    people = [User.objects.get(email="petra@example.com"), User.objects.get(email="paula@example.com")]
    people.append(factories.user("pablo", Role.POLICY))
    shop = factories.seller("Mine", mallory)
    return Site([factories.product(title, of=shop) for title in ("One", "Two")], mallory, people, version)


def act(site: Site, what: str, product: int, person: int) -> None:
    try:
        with transaction.atomic():
            ACTS[what](site, Product.objects.get(pk=site.products[product].pk), site.people[person])
    except Refusal:
        pass


def check(site: Site) -> None:
    for product in Product.objects.filter(pk__in=[each.pk for each in site.products]):
        restrictions = list(Decision.objects.standing().restrictions().filter(product=product))
        holds = list(Hold.objects.open().filter(product=product))
        assert (product.status == Status.HELD) == (len(holds) == 1)
        assert [decision.hold for decision in restrictions] == holds
        is_down = any(decision.outcome == Decision.Outcome.TAKEN_DOWN for decision in restrictions)
        counting = Strike.objects.counting(timezone.now()).filter(decision__product=product)
        assert [strike.decision for strike in counting] == (restrictions if is_down else [])
        assert TakenDown.objects.filter(product=product, restored_at=None).exists() == is_down
    assert not Strike.objects.filter(decision__annulled_at__isnull=False, annulled_at=None).exists()
    for answered in Appeal.objects.filter(answered_by__isnull=False).select_related("hold"):
        assert answered.answered_by_id != answered.hold.placed_by_id


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(STEPS)
def test_whatever_people_do_a_listing_is_restricted_for_one_stated_reason_or_none(
    site: Site, steps: list[tuple[str, int, int]]
) -> None:
    with transaction.atomic():
        for what, product, person in steps:
            act(site, what, product, person)
            check(site)
        transaction.set_rollback(True)


def test_without_annulling_the_law_is_broken(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: the check above can fail."""
    monkeypatch.setattr(holding, "annul", lambda *_decisions, **_said: 0)
    act(site, "take down", 0, 0)
    check(site)

    act(site, "release", 0, 1)

    with pytest.raises(AssertionError):
        check(site)
