"""Letting listings of notices wait again after a slip, as long as the sender was not told what became of them."""

from __future__ import annotations

from django.utils import timezone

from shopadmin.accounts.audit.recording import Happening, record_many
from shopadmin.accounts.models import User

from .models import Notice, NoticeItem, NoticeMail
from .models.notices import NoticeItemQuerySet


def reopen(items: NoticeItemQuerySet, *, by: User) -> int:
    """Let listings of notices wait again; return how many. Those of whose outcome the sender was told stay as they are.

    The mail that would have told is not sent; it is written anew once all is decided.
    """
    untold = items.untold(timezone.now())
    rows = list(untold.select_related("notice__brand", "product").select_for_update(of=("self",)))
    notices = {row.notice_id for row in rows}
    NoticeItem.objects.filter(pk__in=[row.pk for row in rows]).update(
        state=NoticeItem.State.WAITING, decision=None, reason="", decided_by=None, decided_at=None
    )
    NoticeMail.objects.filter(notice__in=notices, kind=NoticeMail.Kind.DECIDED).delete()
    Notice.objects.filter(pk__in=notices).update(decided_at=None)
    happenings = [Happening(target=row.notice, before={"listing": row.product, "outcome": row.state}) for row in rows]
    record_many(by, "notice.reopened", happenings)
    return len(rows)
