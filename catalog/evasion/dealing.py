"""What people do with a sign: dismiss it, or put the proposed entry on its list."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from shopadmin.accounts.audit.recording import record
from shopadmin.accounts.models import User

from ..list_writing import Added, add_entries
from ..listings import Refusal
from ..models import EvasionSign


class AlreadyDismissed(Refusal):
    """Somebody else has dealt with the sign."""


@transaction.atomic
def dismiss(*, sign: EvasionSign, by: User) -> EvasionSign:
    """Put a sign away: what it tells of is not shown again. Raises `AlreadyDismissed`."""
    row = EvasionSign.objects.select_for_update(of=("self",)).get(pk=sign.pk)
    if row.dismissed_at is not None:
        raise AlreadyDismissed(_("Nothing was changed: somebody else has just dealt with this sign."))
    row.dismissed_by, row.dismissed_at = by, timezone.now()
    row.save(update_fields=["dismissed_by", "dismissed_at"])
    record(by, "sign.dismissed", row, after={"kind": row.kind, "count": row.evidence.get("count")})
    return row


@transaction.atomic
def take_entry(*, sign: EvasionSign, by: User) -> Added:
    """Put the proposed entry on its list, and the sign away.

    Raises `AlreadyDismissed`, or `Refusal` without an entry.
    """
    if sign.list is None or not sign.entry:
        raise Refusal(_("This sign proposes no entry of a list. Draft a rule instead."))
    dismiss(sign=sign, by=by)
    return add_entries(to=sign.list, values=[sign.entry], by=by, note=str(sign))
