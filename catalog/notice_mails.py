"""Mails to the senders of notices, who have no login: rows that are due until a mail server takes them."""

from __future__ import annotations

import logging
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from .models import NoticeMail

logger = logging.getLogger(__name__)

MAILS_A_CLAIM = 20


def send_due_mails() -> int:
    """Send the mails that are due, and return how many went out. Each goes out at least once.

    A mail server that fails loses nothing: its words are kept on the row, which is tried again.
    """
    sent = 0
    while rows := NoticeMail.objects.claim_due(timezone.now(), MAILS_A_CLAIM):
        went_out = [_send(row) for row in rows]
        sent += sum(went_out)
        if not any(went_out):  # the mail server is away: the rest waits for the scheduler
            break
    return sent


def _send(row: NoticeMail) -> bool:
    try:
        _message(row).send(using="default")
    except Exception as error:  # noqa: BLE001 - each kind of mail server fails in its own way
        logger.warning("Mail %s about notice %s did not go out: %s", row.pk, row.notice_id, error)
        row.note_failure(f"{type(error).__name__}: {error}", timezone.now())
        return False
    row.note_sent(timezone.now())
    return True


def _message(row: NoticeMail) -> EmailMessage:
    notice, host = row.notice, urlsplit(settings.SITE_URL).hostname
    with translation.override(notice.language):
        is_decided = row.kind == NoticeMail.Kind.DECIDED
        words = _("We have your notice for %(brand)s")
        if is_decided:
            words = _("We have decided on your notice for %(brand)s")
        items = notice.items.select_related("product", "decision")
        address = f"{settings.SITE_URL}{notice.get_receipt_url()}"
        told = {"notice": notice, "items": items, "is_decided": is_decided, "address": address}
        body = render_to_string("catalog/notice_mail.txt", told)
        return EmailMessage(
            subject=" ".join((words % {"brand": notice.brand}).split()),
            body=body,
            to=[notice.sender_email],
            # The same each time, so that mailboxes can drop one that comes twice.
            headers={"Message-ID": f"<notice-{notice.key}-{row.kind}@{host}>", "Auto-Submitted": "auto-generated"},
        )
