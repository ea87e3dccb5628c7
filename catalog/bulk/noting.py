"""Telling of a bulk action: the audit log of each listing, the sellers, and those who look at photos."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import batched
from typing import Any

from django.db import transaction
from django.db.models import Count, Max
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import ngettext_lazy

from shopadmin.accounts.audit.recording import ROWS_A_STATEMENT, Happening, Target, record, record_many
from shopadmin.accounts.models import User
from shopadmin.accounts.notifications.sending import notify
from shopadmin.accounts.permissions import Permission

from ..listeners import tell_images_changed
from ..listing_values import OFFER
from ..membership import member_roles_with
from ..models import BulkAction, Product, ProductImage
from ..models.bulk import BulkChangeQuerySet
from .kinds import STAFF_KINDS, Kind

EDITED = "listing.edited"
DONE = {
    Kind.PUBLISH: "listing.published",
    Kind.WITHDRAW: "listing.withdrawn",
    Kind.REMOVE: "listing.removed",
    Kind.RESTORE: "listing.restored",
    Kind.CONFIRM: "listing.prices-confirmed",
    Kind.HOLD: "listing.held",
    Kind.RELEASE: "listing.released",
}
"""What the audit log calls an action on each listing, where it is more than an edit: as for one listing alone."""

PUT_BACK = {
    Kind.PUBLISH: "listing.withdrawn",
    Kind.WITHDRAW: "listing.published",
    Kind.REMOVE: "listing.restored",
    Kind.RESTORE: "listing.removed",
    Kind.CONFIRM: "listing.prices-unconfirmed",
    Kind.HOLD: "listing.released",
    Kind.RELEASE: "listing.held",
}
"""What it calls the undoing."""


def note(action: BulkAction, changes: BulkChangeQuerySet, *, report: Callable[[float], None]) -> None:
    """Write the action into the audit log, as a whole and for each listing; `report` is told the share that is done."""
    is_undo = action.state == BulkAction.State.UNDONE
    actor = action.undone_by if is_undo and action.undone_by else action.actor
    reason = f"undo of bulk action {action.pk}: {action.reason}" if is_undo else action.reason
    is_internal = action.kind in STAFF_KINDS
    record(
        actor,
        "bulk-action.undone" if is_undo else "bulk-action.applied",
        action,
        after={"action": action.kind, **action.parameters, "filter": action.query, **_results(action, is_undo=is_undo)},
        reason=reason,
        tenant_key=None if is_internal else action.seller_id,
    )
    names = PUT_BACK if is_undo else DONE
    done, count = 0, max(1, action.changed)
    for some in batched(_happenings(changes, is_undo=is_undo, is_internal=is_internal), ROWS_A_STATEMENT):
        record_many(actor, names.get(Kind(action.kind), EDITED), some, reason=reason)
        done += len(some)
        report(min(1.0, done / count))


def tell_sellers(action: BulkAction, changes: BulkChangeQuerySet, *, is_held: bool, words: str | Promise) -> None:
    """Tell the people of each seller how many of its listings were held back, or released; once for each seller."""
    roles = member_roles_with(Permission.APPEAL_HOLDS)
    found = changes.order_by().values_list("product__seller").annotate(Count("product"), Max("product"))
    for seller, count, product in found:
        address = reverse("catalog:product-detail", args=[product]) + "#hold"
        if count > 1:
            address = reverse("catalog:product-list") + (f"?status={Product.Status.HELD}" if is_held else "")
        notify(
            User.objects.filter(memberships__seller=seller, memberships__role__in=roles),
            kind="listing.held",
            title=_held(count) if is_held else _released(count),
            body=words,
            url=address,
            key=f"bulk-{action.pk}-{seller}-{'held' if is_held else 'released'}",
        )


def tell_of_photos(changes: BulkChangeQuerySet) -> None:
    """Tell, once this is committed, those who describe photos that the words about them have changed."""
    images = ProductImage.objects.filter(product__in=changes.order_by().values("product"))
    keys = list(images.values_list("pk", flat=True))
    if keys:
        transaction.on_commit(partial(tell_images_changed, keys))


def _results(action: BulkAction, *, is_undo: bool) -> dict[str, int]:
    counts, done = (action.undo_counts, "undone") if is_undo else (action.counts, "change")
    changed = counts.get(done, 0)
    return {
        "listings_put_back" if is_undo else "listings_changed": changed,
        "left_alone": sum(counts.values()) - changed,
    }


def _held(count: int) -> Promise:
    words = ngettext_lazy("{count} of your listings is held back", "{count} of your listings are held back", count)
    return format_lazy(words, count=count)


def _released(count: int) -> Promise:
    words = ngettext_lazy(
        "{count} of your listings is no longer held back", "{count} of your listings are no longer held back", count
    )
    return format_lazy(words, count=count)


def _happenings(changes: BulkChangeQuerySet, *, is_undo: bool, is_internal: bool) -> Iterator[Happening]:
    rows = changes.order_by("product_id").values_list("product", "product__title", "product__seller", "before", "after")
    for key, title, seller, before, after in rows.iterator(chunk_size=ROWS_A_STATEMENT):
        old, new = (after, before) if is_undo else (before, after)
        yield Happening(
            target=Target(Product._meta.label_lower, str(key), title),
            **_sides(old, new),
            tenant_key=None if is_internal else seller,
        )


def _sides(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return what differs; of offers that only were confirmed, their markets."""
    before, after = _fields(old), _fields(new)
    return {"before": before, "after": after} if before != after else {"after": {"markets": sorted(new["offers"])}}


def _fields(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return one side of a change as the log of one listing has it: names instead of keys, a field for each offer."""
    found = {name: value for name, value in values.items() if name in {"status", "ground", "remedy"}}
    found |= {name: values[name] or "" for name in ("brand", "category") if name in values}
    return found | {f"{OFFER}{market}": offer for market, offer in values.get("offers", {}).items()}
