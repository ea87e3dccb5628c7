"""One action on many listings, of whatever kind: who may, what was chosen, and that it is done once."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.bulk import services
from catalog.bulk.kinds import Kind
from catalog.listing_filters import ListingFilters
from catalog.listings import Refusal
from catalog.membership import MemberRole
from catalog.models import Brand, BulkAction, BulkChange, Category, Hold, Product
from shopadmin.accounts.audit.models import AuditEntry
from shopadmin.accounts.models import User
from tests import factories

from .bulk_shop import applied, many, outcomes, previewed, statuses

pytestmark = pytest.mark.django_db
DRAFT, LIVE, HELD, REMOVED = Product.Status.DRAFT, Product.Status.LIVE, Product.Status.HELD, Product.Status.REMOVED


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
