"""What an import did, in the audit log, and to whom that is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from django.urls import NoReverseMatch
from django.utils.text import format_lazy

from shopadmin.accounts.audit.recording import ROWS_A_STATEMENT, Happening, Target, record, record_many
from shopadmin.accounts.notifications.sending import notify

from ..listing_values import OFFER
from ..models import Brand, Category, ImportChange, ImportJob, Product

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

NAME_IN_AUDIT = "import"
NEWS = "import.finished"
_NAMES = {"brand_id": "brand", "category_id": "category"}

type Named = Mapping[str, Mapping[int, str]]


def note(job: ImportJob, action: str, counts: Mapping[str, int]) -> None:
    """Write into the audit log what was done: once for the import, and once for each listing that it touched.

    One statement for every two thousand listings, and two that look up names.
    """
    actor = job.requested_by or NAME_IN_AUDIT
    record(actor, action, job.batch, after=counts, tenant_key=job.seller_id)
    is_undo = job.kind == ImportJob.Kind.UNDO
    changes = ImportChange.objects.filter(batch=job.batch).exclude(undo=ImportChange.Undo.KEPT)
    named: Named = {
        "brand_id": dict(Brand.objects.values_list("pk", "name")),
        "category_id": dict(Category.objects.values_list("pk", "path")),
    }
    some: dict[str, list[Happening]] = {}
    for change in changes.iterator(chunk_size=ROWS_A_STATEMENT):
        what = _action(change, is_undo=is_undo)
        some.setdefault(what, []).append(_happening(change, named, job.seller_id, is_undo=is_undo))
        if len(some[what]) >= ROWS_A_STATEMENT:
            record_many(actor, what, some.pop(what), reason=job.batch.name)
    for what, rest in some.items():
        record_many(actor, what, rest, reason=job.batch.name)


def tell(job: ImportJob, title: _StrPromise, body: str | _StrPromise = "") -> None:
    """Tell the one who asked for the work how it ended."""
    if job.requested_by is None:
        return
    address = ""
    with suppress(NoReverseMatch):
        address = job.batch.get_absolute_url()
    title = format_lazy(title, file=job.batch.name)
    notify([job.requested_by], kind=NEWS, title=title, body=body, url=address, key=f"{NEWS}:{job.pk}:{job.state}")


def _action(change: ImportChange, *, is_undo: bool) -> str:
    if change.kind == ImportChange.Kind.CHANGED:
        return "listing.edited"
    return "listing.removed" if is_undo else "listing.added"


def _happening(change: ImportChange, named: Named, seller: int, *, is_undo: bool) -> Happening:
    before, after = (change.after, change.before) if is_undo else (change.before, change.after)
    return Happening(
        target=Target(Product._meta.label_lower, str(change.product_id), change.sku),
        before=dict(_fields(before, named)),
        after=dict(_fields(after, named)),
        tenant_key=seller,
    )


def _fields(values: Mapping[str, Any], named: Named) -> Iterator[tuple[str, object]]:
    """Yield one side of a change as the log of one listing has it: names instead of keys, a field for each offer."""
    for name, value in values.items():
        if name == "offers":
            for market, offer in value.items():
                yield (
                    f"{OFFER}{market}",
                    {key: offer[key] for key in ("price_minor", "currency", "stock")} if offer else "",
                )
        elif name in _NAMES:
            yield _NAMES[name], named[name].get(value, "")
        else:
            yield name, value
