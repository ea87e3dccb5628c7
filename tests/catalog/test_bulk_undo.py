"""Undoing a bulk action: exactly what it changed, and nothing that somebody has touched since."""

from __future__ import annotations

from decimal import Decimal

import pytest
import time_machine
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.bulk import services
from catalog.bulk.kinds import Kind
from catalog.bulk.offering import new_price
from catalog.bulk.pricing import How, changed_price, price_change
from catalog.holding import answer_appeal, make_appeal
from catalog.listings import Refusal, confirm_prices
from catalog.membership import MemberRole
from catalog.models import Brand, BrandAuthorization, BulkAction, Category, Hold, Offer, Product, ProductImage
from shopadmin.accounts.audit.models import AuditEntry
from shopadmin.accounts.models import Notification, User
from tests import factories

from .bulk_shop import applied, outcomes

pytestmark = pytest.mark.django_db
DRAFT, LIVE, HELD, REMOVED = Product.Status.DRAFT, Product.Status.LIVE, Product.Status.HELD, Product.Status.REMOVED
HOLD = {"ground": "other", "explanation": "Look", "remedy": "Show it"}


def everything() -> list[object]:
    """All that an action may change."""
    products = Product.objects.order_by("pk").values_list("title", "status", "brand", "category")
    offers = Offer.objects.order_by("pk").values_list("market", "price_minor", "stock", "price_refreshed_at")
    return [list(products), list(offers)]


def parameters_of(kind: Kind) -> dict[str, object]:
    return {
        Kind.PRICE: {"market": "US", "how": "raise-percent", "value": "7.25", "currency": ""},
        Kind.STOCK: {"market": "", "stock": 99},
        Kind.CONFIRM: {"market": ""},
        Kind.CATEGORY: {"category": Category.objects.get_or_create(name="Kitchen")[0].pk},
        Kind.BRAND: {"brand": Brand.objects.get_or_create(name="Nike")[0].pk},
        Kind.HOLD: HOLD,
    }.get(kind, {})


@pytest.mark.parametrize("kind", Kind)
def test_applying_and_undoing_changes_nothing(kind: Kind, shop, alice: User) -> None:
    items = [factories.product(str(status), of=shop, status=status) for status in Product.Status]
    items += [factories.product("bare", of=shop, status=DRAFT, brand="", photos=0)]
    Offer.objects.create(product=items[0], market="DE", price_minor=5, currency="EUR")
    Offer.objects.update(price_refreshed_at=timezone.now() - timezone.timedelta(days=9))
    before = everything()

    action = applied(alice, kind, items, **parameters_of(kind))
    assert action.changed > 0
    assert everything() != before
    undone = services.undo(action=action, user=alice)

    assert (everything(), undone.undo_counts) == (before, {"undone": action.changed})
    assert (undone.state, undone.undone_by) == (BulkAction.State.UNDONE, alice)


def test_a_later_edit_is_kept_and_listed(shop, mallory: User) -> None:
    items = [factories.product(name, of=shop) for name in ("touched", "quiet")]
    action = applied(mallory, Kind.PRICE, items, **parameters_of(Kind.PRICE))
    Product.objects.get(pk=items[0].pk).change()
    items[0].offers.update(price_minor=777)

    undone = services.undo(action=action, user=mallory)

    assert dict(Offer.objects.values_list("product__title", "price_minor")) == {"touched": 777, "quiet": 499}
    assert outcomes(undone, "undo") == {"touched": "edited", "quiet": "undone"}


def test_stock_that_was_sold_since_is_not_put_back(shop, mallory: User) -> None:
    """Whoever sells need not count the version up: the offer itself is looked at."""
    item = factories.product(of=shop)
    action = applied(mallory, Kind.STOCK, [item], market="US", stock=50)
    item.offers.update(stock=49)

    undone = services.undo(action=action, user=mallory)

    assert (undone.undo_counts, item.offers.get().stock) == ({"edited": 1}, 49)


def test_a_price_confirmed_since_stays_confirmed(shop, mallory: User) -> None:
    item = factories.product(of=shop)
    Offer.objects.update(price_refreshed_at=timezone.now() - timezone.timedelta(days=9))
    action = applied(mallory, Kind.PRICE, [item], **parameters_of(Kind.PRICE))
    confirm_prices(product=item, actor=mallory)
    confirmed = item.offers.get().price_refreshed_at

    services.undo(action=action, user=mallory)

    assert (item.offers.get().price_minor, item.offers.get().price_refreshed_at) == (499, confirmed)


def test_what_lacks_something_by_now_does_not_go_live_again(shop, mallory: User) -> None:
    item = factories.product(of=shop)
    today = timezone.localdate()
    grant = BrandAuthorization.objects.create(
        seller=shop,
        brand=item.brand,
        state="granted",
        valid_from=today,
        asked_by=mallory,
        decided_at=timezone.now(),
    )
    Brand.objects.update(is_protected=True)
    action = applied(mallory, Kind.WITHDRAW, [item])
    grant.delete()

    undone = services.undo(action=action, user=mallory)

    item.refresh_from_db()
    assert (undone.undo_counts, item.status) == ({"incomplete": 1}, DRAFT)


def test_a_brand_a_category_or_a_listing_that_is_gone_is_said(shop, mallory: User) -> None:
    old = Category.objects.create(name="Old")
    items = [factories.product("a", of=shop, category=old), factories.product("b", of=shop)]
    action = applied(mallory, Kind.CATEGORY, items, **parameters_of(Kind.CATEGORY))
    old.delete()
    items[1].delete()

    undone = services.undo(action=action, user=mallory)

    assert undone.undo_counts == {"gone": 2}


def test_prices_that_are_no_longer_confirmed_are_so_in_the_log(shop, mallory: User) -> None:
    item = factories.product(of=shop)
    action = applied(mallory, Kind.CONFIRM, [item], market="")
    services.undo(action=action, user=mallory)

    entry = AuditEntry.objects.for_target("catalog.product", item.pk).order_by("-pk")[0]
    assert (entry.action, entry.after) == ("listing.prices-unconfirmed", {"markets": ["US"]})


def test_undoing_twice_is_done_once(shop, mallory: User) -> None:
    item = factories.product(of=shop)
    action = applied(mallory, Kind.REMOVE, [item])

    for _ in range(3):
        services.undo(action=action, user=mallory)

    item.refresh_from_db()
    assert (item.status, item.version) == (LIVE, 3)
    assert AuditEntry.objects.filter(action="listing.restored").count() == 1


def test_after_a_day_it_is_too_late(shop, mallory: User) -> None:
    action = applied(mallory, Kind.REMOVE, [factories.product(of=shop)])

    with (
        time_machine.travel(timezone.now() + timezone.timedelta(hours=24, seconds=1)),
        pytest.raises(Refusal, match="24 hours"),
    ):
        services.undo(action=action, user=mallory)
    with time_machine.travel(timezone.now() + timezone.timedelta(hours=23)):
        assert services.undo(action=action, user=mallory).state == BulkAction.State.UNDONE


def test_who_may_no_longer_edit_does_not_undo(shop, mallory: User) -> None:
    action = applied(mallory, Kind.REMOVE, [factories.product(of=shop)])
    factories.seller("Mine", mallory, MemberRole.VIEWER)

    undone = services.undo(action=action, user=mallory)

    assert (undone.undo_counts, Product.objects.get().status) == ({"not-allowed": 1}, REMOVED)


def test_undoing_a_hold_ends_it_and_one_that_was_appealed_and_answered_stands(
    shop, policy: User, mallory: User, alice: User
) -> None:
    items = [factories.product(name, of=shop) for name in ("answered", "appealed", "quiet")]
    action = applied(policy, Kind.HOLD, items, **HOLD)
    appeals = [make_appeal(hold=item.holds.get(), text="No", actor=mallory) for item in items[:2]]
    answer_appeal(appeal=appeals[0], is_upheld=True, answer="Yes", actor=alice)

    undone = services.undo(action=action, user=policy)

    assert outcomes(undone, "undo") == {"answered": "decided", "appealed": "undone", "quiet": "undone"}
    assert dict(Product.objects.values_list("title", "status")) == {"answered": HELD, "appealed": LIVE, "quiet": LIVE}
    appeals[1].refresh_from_db()
    assert (appeals[1].state, appeals[1].answered_by) == ("overturned", None)
    assert Notification.objects.filter(title="2 of your listings are no longer held back").count() == 1


def test_undoing_a_release_holds_as_before(shop, policy: User) -> None:
    item = factories.product(of=shop)
    applied(policy, Kind.HOLD, [item], **HOLD)
    action = applied(policy, Kind.RELEASE, [item])

    services.undo(action=action, user=policy)

    hold = Hold.objects.open().get()
    assert (hold.ground, hold.explanation, hold.remedy, hold.status_before) == ("other", "Look", "Show it", LIVE)
    assert Product.objects.get().status == HELD
    assert item.holds.count() == 2


def test_the_undo_is_in_the_audit_log(shop, mallory: User) -> None:
    item = factories.product(of=shop)
    action = applied(mallory, Kind.REMOVE, [item])
    services.undo(action=action, user=mallory)

    entry = AuditEntry.objects.for_target("catalog.product", item.pk).order_by("-pk")[0]
    assert (entry.action, entry.before, entry.after) == ("listing.restored", {"status": "removed"}, {"status": "live"})
    assert entry.reason == f"undo of bulk action {action.pk}: spring sale"
    assert AuditEntry.objects.filter(action="bulk-action.undone").get().after["listings_put_back"] == 1


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    prices=st.lists(st.integers(0, 10**15), min_size=1, max_size=8),
    how=st.sampled_from(How),
    cents=st.integers(1, 9_999),
)
def test_the_database_changes_prices_as_the_pure_function_does(prices, how, cents, shop_of_offers) -> None:
    value = Decimal(cents) if how not in {How.RAISE_PERCENT, How.LOWER_PERCENT} else Decimal(cents).scaleb(-2)
    change = price_change(how, value)
    shop_of_offers(prices)

    found = list(Offer.objects.order_by("market").annotate(new=new_price(change)).values_list("price_minor", "new"))

    assert [(before, int(new)) for before, new in found] == [(price, changed_price(price, change)) for price in prices]


@pytest.fixture
def shop_of_offers(shop):
    item = factories.product(of=shop)

    def fill(prices: list[int]) -> None:
        item.offers.all().delete()
        Offer.objects.bulk_create(
            Offer(product=item, market=f"{number:02}", price_minor=price, currency="USD")
            for number, price in enumerate(prices)
        )

    return fill


EVENTS = st.lists(
    st.tuples(st.sampled_from(["edit", "sell", "confirm", "photo", "delete"]), st.integers(0, 3)), max_size=4
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kind=st.sampled_from([Kind.PRICE, Kind.STOCK, Kind.REMOVE, Kind.BRAND]), events=EVENTS)
def test_whatever_happens_in_between_later_work_is_kept(kind: Kind, events, shop, alice: User) -> None:
    """Undo leaves every listing either as it was before the action, or as it was just before the undo."""
    Product.objects.all().delete()
    items = [factories.product(f"thing {number}", of=shop) for number in range(4)]
    before = {item.pk: state_of(item.pk) for item in items}
    action = applied(alice, kind, items, **parameters_of(kind))
    touched = set()
    for name, number in events:
        happen(name, items[number], alice)
        touched |= {items[number].pk} if name != "confirm" else set()
    meanwhile = {item.pk: state_of(item.pk) for item in items}

    services.undo(action=action, user=alice)

    for item in items:
        goal = meanwhile if item.pk in touched else before
        assert state_of(item.pk) == goal[item.pk]


def state_of(key: int) -> list[object]:
    products = Product.objects.filter(pk=key).values_list("title", "status", "brand")
    return [*products, *Offer.objects.filter(product=key).values_list("price_minor", "stock")]


def happen(name: str, item: Product, actor: User) -> None:
    row = Product.objects.filter(pk=item.pk).first()
    if row is None:
        return
    if name == "edit":
        row.change(title=f"{row.title}!")
    elif name == "sell":
        row.change()
        row.offers.update(stock=1)
    elif name == "confirm":
        confirm_prices(product=row, actor=actor)
    elif name == "photo":
        row.change()
        ProductImage.objects.filter(product=row).update(position=3)
    else:
        row.delete()
