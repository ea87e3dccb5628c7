"""One action on many listings: what it changes, what it leaves alone and why, and that it is done once."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.bulk import services
from catalog.bulk.kinds import Kind
from catalog.holding import make_appeal, place_hold
from catalog.listing_filters import ListingFilters
from catalog.listings import Refusal, lacks_of
from catalog.membership import MemberRole
from catalog.models import Brand, BrandAuthorization, BulkAction, BulkChange, Category, Hold, Offer, Product
from shopadmin.accounts.audit.models import AuditEntry
from shopadmin.accounts.models import Notification, User
from tests import factories

from .bulk_shop import applied, many, outcomes, previewed

pytestmark = pytest.mark.django_db
DRAFT, LIVE, HELD, REMOVED = Product.Status.DRAFT, Product.Status.LIVE, Product.Status.HELD, Product.Status.REMOVED


def statuses() -> dict[str, str]:
    return dict(Product.objects.values_list("title", "status"))


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
        assert (hold.release_reason, hold.appeal.state, hold.appeal.answered_by) == ("All is well.", "overturned", None)


def test_only_those_who_hold_may_hold(mallory: User, policy: User, shop) -> None:
    assert Kind.HOLD not in services.allowed_kinds(mallory)
    assert services.allowed_kinds(policy) == [Kind.HOLD, Kind.RELEASE]
    item = factories.product(of=shop)

    action = applied(mallory, Kind.HOLD, [item], ground="other", explanation="Mine", remedy="")

    assert (outcomes(action), action.changed) == ({"Apple juice": "not-allowed"}, 0)
    assert not Hold.objects.exists()


def test_what_others_sell_is_not_there_and_what_one_only_views_is_left(shop, mallory: User) -> None:
    mine = factories.product("mine", of=shop)
    viewed = factories.product("viewed", of=factories.seller("Viewed", mallory, MemberRole.VIEWER))
    foreign = factories.product("foreign", of=factories.seller("Foreign"))

    action = applied(mallory, Kind.WITHDRAW, [mine, viewed, foreign])

    assert outcomes(action) == {"mine": "change", "viewed": "not-allowed"}
    assert statuses() == {"mine": DRAFT, "viewed": LIVE, "foreign": LIVE}


def test_a_merchant_who_names_only_foreign_listings_has_chosen_nothing(mallory: User) -> None:
    foreign = factories.product("foreign")

    with pytest.raises(Refusal, match="No listing was chosen"):
        services.choose(user=mallory, kind=Kind.REMOVE, keys=[foreign.pk])
    with pytest.raises(Refusal, match="No listing was chosen"):
        services.choose(user=mallory, kind=Kind.REMOVE, filters=ListingFilters())
    assert not BulkAction.objects.exists()


def test_permissions_count_when_it_is_applied(shop, mallory: User) -> None:
    item = factories.product(of=shop)
    action = previewed(mallory, Kind.REMOVE, [item])
    assert action.changed == 1
    factories.seller("Mine", mallory, MemberRole.VIEWER)

    action = services.apply(action=action, user=mallory)

    assert (action.counts, statuses()) == ({"not-allowed": 1}, {"Apple juice": LIVE})


def test_a_filter_is_frozen_when_it_is_chosen(shop, mallory: User) -> None:
    factories.product("first", of=shop)
    action = services.choose(user=mallory, kind=Kind.WITHDRAW, filters=ListingFilters(status="live"))
    factories.product("came later", of=shop)

    action = services.preview(action=action, user=mallory, parameters={})
    services.apply(action=action, user=mallory)

    assert statuses() == {"first": DRAFT, "came later": LIVE}
    assert (action.query, action.is_filter, action.rows, action.seller) == ("status=live", True, 1, shop)


def test_what_changed_since_the_preview_is_left_alone(shop, mallory: User) -> None:
    items = [factories.product(name, of=shop) for name in ("touched", "erased", "quiet")]
    action = previewed(mallory, Kind.REMOVE, items)
    Product.objects.get(pk=items[0].pk).change(title="touched")
    items[1].delete()

    action = services.apply(action=action, user=mallory)

    assert action.counts == {"change": 1, "edited": 2}
    assert statuses() == {"touched": LIVE, "quiet": REMOVED}


def test_what_the_preview_left_alone_is_not_changed_although_it_could_be_by_now(shop, mallory: User) -> None:
    item = factories.product(of=shop, status=DRAFT)
    Brand.objects.update(is_protected=True)
    action = previewed(mallory, Kind.PUBLISH, [item])
    Brand.objects.update(is_protected=False)

    action = services.apply(action=action, user=mallory)

    assert (action.counts, statuses()) == ({"incomplete": 1}, {"Apple juice": DRAFT})


def test_asked_for_twice_it_is_done_once(shop, mallory: User) -> None:
    item = factories.product(of=shop)
    action = previewed(mallory, Kind.PRICE, [item], market="US", how="raise-percent", value="10", currency="")

    for _ in range(3):
        services.apply(action=action, user=mallory)

    action.refresh_from_db()
    assert (action.counts, item.offers.get().price_minor) == ({"change": 1}, 549)
    assert AuditEntry.objects.filter(action="listing.edited").count() == 1
    assert AuditEntry.objects.filter(action="bulk-action.applied").count() == 1
    with pytest.raises(Refusal, match="begun already"):
        services.preview(action=action, user=mallory, parameters={})


def test_staff_has_to_say_why_and_a_merchant_need_not(shop, mallory: User, alice: User) -> None:
    item = factories.product(of=shop)
    with pytest.raises(Refusal, match="Say why"):
        applied(alice, Kind.REMOVE, [item], reason="  ")
    assert statuses() == {"Apple juice": LIVE}

    assert applied(mallory, Kind.REMOVE, [item], reason="").changed == 1


def test_a_brand_that_is_gone_by_then_is_said(shop, mallory: User) -> None:
    item, nike = factories.product(of=shop), Brand.objects.create(name="Nike")
    action = previewed(mallory, Kind.BRAND, [item], brand=nike.pk)
    nike.delete()

    with pytest.raises(Refusal, match="is gone"):
        services.apply(action=action, user=mallory)
    action.refresh_from_db()
    assert action.state == BulkAction.State.READY


def test_too_many_are_refused_before_anything_is_kept(shop, mallory: User, monkeypatch) -> None:
    monkeypatch.setattr(services, "MOST", 2)
    many(shop, 3)

    with pytest.raises(Refusal, match="more than 2 listings"):
        services.choose(user=mallory, kind=Kind.REMOVE, filters=ListingFilters())
    assert not BulkChange.objects.exists()


def test_the_audit_log_has_the_action_and_each_listing_with_the_reason(shop, mallory: User) -> None:
    item = factories.product("pan", of=shop)
    action = applied(mallory, Kind.PRICE, [item], market="US", how="set", value="300", currency="USD")

    whole = AuditEntry.objects.for_target("catalog.bulkaction", action.pk).get()
    single = AuditEntry.objects.for_target("catalog.product", item.pk).get()
    assert (whole.action, whole.reason, whole.tenant_key) == ("bulk-action.applied", "spring sale", shop.pk)
    assert whole.after == {
        "action": "price", "market": "US", "how": "set", "value": "300", "currency": "USD", "filter": "",
        "listings_changed": 1, "left_alone": 0,
    }  # fmt: skip
    assert (single.action, single.reason, single.tenant_key) == ("listing.edited", "spring sale", shop.pk)
    assert single.before == {"offer-US": {"price_minor": 499, "currency": "USD", "stock": 10}}
    assert single.after == {"offer-US": {"price_minor": 300, "currency": "USD", "stock": 10}}


def test_staff_decisions_are_logged_without_the_sellers_key(policy: User, shop) -> None:
    item = factories.product(of=shop)
    action = applied(policy, Kind.HOLD, [item], ground="other", explanation="Look", remedy="")

    entries = AuditEntry.objects.filter(target_label__in=["catalog.product", "catalog.bulkaction"])
    assert set(entries.values_list("action", "tenant_key")) == {("listing.held", None), ("bulk-action.applied", None)}
    assert action.seller == shop


def test_a_new_brand_is_told_to_those_who_describe_photos(
    shop, mallory: User, monkeypatch, django_capture_on_commit_callbacks
) -> None:
    told: list[int] = []
    monkeypatch.setattr("catalog.bulk.noting.tell_images_changed", told.extend)
    items = [factories.product("a", of=shop), factories.product("b", of=shop, brand="Nike")]

    with django_capture_on_commit_callbacks(execute=True):
        applied(mallory, Kind.BRAND, items, brand=Brand.objects.get(name="Nike").pk)

    assert told == [items[0].images.get().pk]


WITH_PARAMETERS = {
    Kind.PRICE: {"market": "US", "how": "raise-percent", "value": "3.5", "currency": ""},
    Kind.STOCK: {"market": "US", "stock": 3},
    Kind.CONFIRM: {"market": ""},
    Kind.HOLD: {"ground": "other", "explanation": "Look", "remedy": ""},
}


@pytest.mark.parametrize("kind", [*WITH_PARAMETERS, Kind.PUBLISH, Kind.BRAND, Kind.CATEGORY, Kind.RELEASE])
def test_as_many_statements_for_three_hundred_as_for_three(kind: Kind, shop, alice: User) -> None:
    parameters = WITH_PARAMETERS.get(kind, {})
    if kind == Kind.BRAND:
        parameters = {"brand": Brand.objects.create(name="Nike").pk}
    if kind == Kind.CATEGORY:
        parameters = {"category": Category.objects.create(name="Kitchen").pk}
    assert alice.roles
    used = []
    for count in (3, 300):
        items = many(shop, count)
        if kind == Kind.RELEASE:
            applied(alice, Kind.HOLD, items, ground="other", explanation="Look", remedy="")
        with CaptureQueriesContext(connection) as choosing:
            action = previewed(alice, kind, items, **parameters)
        with CaptureQueriesContext(connection) as applying:
            action = services.apply(action=action, user=alice, reason="why")
        with CaptureQueriesContext(connection) as undoing:
            undone = services.undo(action=action, user=alice)
        assert (action.changed, undone.undo_counts) == (count, {"undone": count})
        used.append((len(choosing), len(applying), len(undoing)))

    assert used[0] == used[1]
    assert max(used[0]) < 30
