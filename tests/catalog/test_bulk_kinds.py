"""What each kind of bulk action changes, what it leaves alone and why."""

from __future__ import annotations

import pytest
from django.utils import timezone

from catalog.bulk.kinds import Kind
from catalog.holding import make_appeal, place_hold
from catalog.listings import lacks_of
from catalog.models import Brand, BrandAuthorization, Category, Hold, Offer, Product
from shopadmin.accounts.audit.models import AuditEntry
from shopadmin.accounts.models import Notification, User
from tests import factories

from .bulk_shop import applied, many, outcomes, previewed, statuses

pytestmark = pytest.mark.django_db
DRAFT, LIVE, HELD, REMOVED = Product.Status.DRAFT, Product.Status.LIVE, Product.Status.HELD, Product.Status.REMOVED


def in_each_status(shop) -> list[Product]:
    return [factories.product(str(status), of=shop, status=status) for status in Product.Status]


@pytest.mark.parametrize(
    ("kind", "expected", "after"),
    [
        (Kind.PUBLISH, {"draft": "change", "live": "same", "held": "held", "removed": "removed"}, {"draft": LIVE}),
        (Kind.WITHDRAW, {"draft": "same", "live": "change", "held": "held", "removed": "removed"}, {"live": DRAFT}),
        (
            Kind.REMOVE,
            {"draft": "change", "live": "change", "held": "held", "removed": "same"},
            {"draft": REMOVED, "live": REMOVED},
        ),
        (Kind.RESTORE, {"draft": "same", "live": "same", "held": "held", "removed": "change"}, {"removed": DRAFT}),
    ],
)
def test_a_status_moves_only_from_where_it_may(kind, expected, after, shop, mallory: User) -> None:
    action = applied(mallory, kind, in_each_status(shop))

    assert outcomes(action) == expected
    assert statuses() == {str(status): after.get(str(status), status) for status in Product.Status}
    assert set(Product.objects.filter(version=2).values_list("title", flat=True)) == set(after)


def test_what_is_incomplete_is_named_and_left(shop, mallory: User) -> None:
    whole = factories.product("whole", of=shop, status=DRAFT)
    bare = factories.product("bare", of=shop, status=DRAFT, photos=0)
    bare.offers.all().delete()
    Brand.objects.filter(name="Bravo").update(is_protected=True)
    whole.brand = None
    whole.save()
    branded = factories.product("branded", of=shop, status=DRAFT)

    action = applied(mallory, Kind.PUBLISH, [whole, bare, branded])

    assert outcomes(action) == {"whole": "change", "bare": "incomplete", "branded": "incomplete"}
    assert {change.product.title: change.lacks for change in action.changes.all()} == {
        "whole": [],
        "bare": ["photo", "offer"],
        "branded": ["authorisation"],
    }
    assert statuses() == {"whole": LIVE, "bare": DRAFT, "branded": DRAFT}


@pytest.mark.parametrize("territory", ["", "US", "DE"])
@pytest.mark.parametrize("state", ["granted", "withdrawn"])
@pytest.mark.parametrize("days", [-1, 0])
def test_many_lack_what_one_lacks(territory: str, state: str, days: int, shop, mallory: User) -> None:
    """The database's condition says the same as the pure function that is asked for one listing."""
    item = factories.product("branded", of=shop, status=DRAFT)
    Brand.objects.filter(pk=item.brand_id).update(is_protected=True)
    today = timezone.localdate()
    BrandAuthorization.objects.create(
        seller=shop,
        brand=item.brand,
        territory=territory,
        state=state,
        valid_from=today - timezone.timedelta(days=9),
        valid_until=today + timezone.timedelta(days=days),
        asked_by=mallory,
        decided_at=timezone.now(),
    )

    action = previewed(mallory, Kind.PUBLISH, [item])

    assert action.changes.get().lacks == [str(lack) for lack in lacks_of(Product.objects.get(pk=item.pk))]


def test_a_category_and_a_brand_are_set_where_they_differ(shop, mallory: User) -> None:
    kitchen, tools = (Category.objects.create(name=name) for name in ("Kitchen", "Tools"))
    nike = Brand.objects.create(name="Nike")
    items = [factories.product("pan", of=shop, category=kitchen), factories.product("saw", of=shop, category=tools)]

    action = applied(mallory, Kind.CATEGORY, items, category=kitchen.pk)
    assert outcomes(action) == {"pan": "same", "saw": "change"}
    assert (action.changes.get(product=items[1]).before, action.changes.get(product=items[1]).after) == (
        {"category_id": tools.pk, "category": "Tools"},
        {"category_id": kitchen.pk, "category": "Kitchen"},
    )
    applied(mallory, Kind.BRAND, items, brand=nike.pk)

    assert set(Product.objects.values_list("category", "brand")) == {(kitchen.pk, nike.pk)}


def test_a_live_listing_does_not_get_a_brand_that_it_may_not_sell(shop, mallory: User) -> None:
    nike = Brand.objects.create(name="Nike", is_protected=True)
    items = [factories.product("live", of=shop), factories.product("draft", of=shop, status=DRAFT)]

    action = applied(mallory, Kind.BRAND, items, brand=nike.pk)

    assert outcomes(action) == {"live": "incomplete", "draft": "change"}
    assert dict(Product.objects.values_list("title", "brand__name")) == {"live": "Bravo", "draft": "Nike"}


def test_prices_change_in_one_market_and_one_currency(shop, mallory: User) -> None:
    items = [factories.product(name, of=shop) for name in ("both", "us", "odd", "free", "huge")]
    Offer.objects.create(product=items[0], market="MX", price_minor=500, currency="MXN")
    Offer.objects.filter(product=items[1]).update(market="CA")
    Offer.objects.filter(product=items[2]).update(currency="EUR")
    Offer.objects.filter(product=items[3]).update(price_minor=0)
    Offer.objects.filter(product=items[4]).update(price_minor=10**15)
    long_ago = timezone.now() - timezone.timedelta(days=9)
    Offer.objects.update(price_refreshed_at=long_ago)

    share = applied(mallory, Kind.PRICE, items, market="US", how="raise-percent", value="10", currency="")
    amount = applied(mallory, Kind.PRICE, items, market="US", how="lower-amount", value="100000", currency="USD")

    assert outcomes(share) == {"both": "change", "us": "no-offer", "odd": "change", "free": "same", "huge": "too-large"}
    assert outcomes(amount) == {
        "both": "change", "us": "no-offer", "odd": "other-currency", "free": "same", "huge": "change"
    }  # fmt: skip
    assert list(Offer.objects.order_by("product_id", "market").values_list("market", "price_minor")) == [
        ("MX", 500), ("US", 1), ("CA", 499), ("US", 549), ("US", 0), ("US", 10**15 - 100_000)
    ]  # fmt: skip
    confirmed = Offer.objects.filter(price_refreshed_at__gt=long_ago).values_list("product__title", flat=True)
    assert set(confirmed) == {"both", "odd", "huge"}


def test_stock_is_set_in_one_market_or_in_all(shop, mallory: User) -> None:
    item = factories.product("pan", of=shop)
    Offer.objects.create(product=item, market="DE", price_minor=500, currency="EUR", stock=3)

    applied(mallory, Kind.STOCK, [item], market="DE", stock=7)
    assert dict(item.offers.values_list("market", "stock")) == {"US": 10, "DE": 7}
    action = applied(mallory, Kind.STOCK, [item], market="", stock=7)

    assert dict(item.offers.values_list("market", "stock")) == {"US": 7, "DE": 7}
    assert list(action.changes.get().after["offers"]) == ["US"]


def test_confirming_prices_makes_them_fresh_and_is_no_edit(shop, mallory: User) -> None:
    item = factories.product("pan", of=shop)
    Offer.objects.update(price_refreshed_at=timezone.now() - timezone.timedelta(days=9))

    applied(mallory, Kind.CONFIRM, [item], market="")

    assert item.offers.get().is_fresh
    item.refresh_from_db()
    assert item.version == 1
    entry = AuditEntry.objects.for_target("catalog.product", item.pk).get()
    assert (entry.action, entry.before, entry.after) == ("listing.prices-confirmed", {}, {"markets": ["US"]})


def test_holding_says_why_and_tells_each_seller_once(policy: User, mallory: User, shop) -> None:
    items = [*many(shop, 3, status="live"), factories.product("other", of=factories.seller("Other"))]
    words = {"ground": "counterfeit", "explanation": "The logo is wrong.", "remedy": "Show an invoice."}

    action = applied(policy, Kind.HOLD, items, **words)

    assert set(statuses().values()) == {HELD}
    holds = Hold.objects.open()
    assert set(holds.values_list("ground", "explanation", "remedy", "status_before", "placed_by")) == {
        (*words.values(), "live", policy.pk)
    }
    assert holds.count() == 4
    told = Notification.objects.get()
    assert (told.recipient, told.title, told.body, told.url) == (
        mallory, "3 of your listings are held back", "The logo is wrong.", "/catalog/products/?status=held"
    )  # fmt: skip
    assert outcomes(applied(policy, Kind.HOLD, items, **words)) == dict.fromkeys(outcomes(action), "held")


def test_releasing_gives_the_status_before_and_closes_appeals(policy: User, shop, mallory: User) -> None:
    items = [factories.product("was live", of=shop), factories.product("was draft", of=shop, status=DRAFT)]
    items.append(factories.product("lost its photo", of=shop))
    for item in items:
        hold = place_hold(product=item, ground=Hold.Ground.OTHER, explanation="Look", remedy="", actor=policy)
        make_appeal(hold=hold, text="No", actor=mallory)
    items[2].images.all().delete()

    action = applied(policy, Kind.RELEASE, items, reason="All is well.")

    assert statuses() == {"was live": LIVE, "was draft": DRAFT, "lost its photo": DRAFT}
    assert action.changed == 3
    assert not Hold.objects.open().exists()
    for hold in Hold.objects.all():
        appeal = hold.appeals.get()
        assert (hold.release_reason, appeal.state, appeal.answered_by) == ("All is well.", "overturned", None)


def test_a_new_brand_is_told_to_those_who_describe_photos(
    shop, mallory: User, monkeypatch, django_capture_on_commit_callbacks
) -> None:
    told: list[int] = []
    monkeypatch.setattr("catalog.bulk.noting.tell_images_changed", told.extend)
    items = [factories.product("a", of=shop), factories.product("b", of=shop, brand="Nike")]

    with django_capture_on_commit_callbacks(execute=True):
        applied(mallory, Kind.BRAND, items, brand=Brand.objects.get(name="Nike").pk)

    assert told == [items[0].images.get().pk]
