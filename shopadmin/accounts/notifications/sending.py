"""Telling people something: rows in the transaction of what happened, and mails from the rows after it."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.functional import Promise

from shopadmin.jobs.doorbell import call_worker

from .kinds import kind as known_kind
from .models import Notification, NotificationPreference

if TYPE_CHECKING:
    from ..models import User

logger = logging.getLogger(__name__)

SEND_MAILS = "accounts.send_notification_mails"
MAILS_A_CLAIM = 20
_TITLE_LENGTH = 200


def notify(
    recipients: Iterable[User], *, kind: str, title: str | Promise, body: str | Promise = "", url: str = "", key: str
) -> int:
    """Tell each of `recipients` something, and return to how many it was new. A constant number of statements.

    Call it in the transaction of what happened: nothing is told when that is rolled back. Who was told the same `key`
    before is not told again. Lazy texts are put into each one's language. `url` is a path of the site. People who
    cannot log in are left out. Raises `UnknownKind` for a kind that nobody registered, and ValueError without a key.
    """
    known_kind(kind)
    if not key:
        raise ValueError("A notification needs a key that keeps it from being told twice.")
    people = {person.pk: person for person in recipients if person.is_active}
    unwanted = set(
        NotificationPreference.objects.filter(user__in=people, kind=kind, by_email=False).values_list("user", flat=True)
    )
    told = set(Notification.objects.filter(recipient__in=people, key=key).values_list("recipient", flat=True))
    rows = [
        _row(person, kind, title, body, url=url, key=key, by_email=number not in unwanted)
        for number, person in people.items()
        if number not in told
    ]
    Notification.objects.bulk_create(rows, ignore_conflicts=True)
    if any(row.email_state == Notification.EmailState.WAITING for row in rows):
        transaction.on_commit(ring)
    return len(rows)


def ring() -> None:
    """Call a worker to the mails that wait. Never raises: the scheduler calls again."""
    call_worker(SEND_MAILS)


def send_due_mails() -> int:
    """Send the mails that are due, and return how many went out.

    Each goes out at least once: should this process die between the mail server's answer and the note of it, the mail
    is sent again after the lease. A mail server that fails loses nothing; its words are kept on the row.
    """
    sent = 0
    while rows := Notification.objects.claim_due(timezone.now(), MAILS_A_CLAIM):
        went_out = [_send(row) for row in rows]
        sent += sum(went_out)
        if not any(went_out):  # the mail server is away: the rest waits for the scheduler
            break
    return sent


def _send(row: Notification) -> bool:
    try:
        _mail(row).send(using="default")
    except Exception as error:  # noqa: BLE001 - each kind of mail server fails in its own way
        logger.warning("Mail of notification %s did not go out: %s", row.pk, error)
        row.note_failure(f"{type(error).__name__}: {error}", timezone.now())
        return False
    row.note_sent(timezone.now())
    return True


def _mail(row: Notification) -> EmailMultiAlternatives:
    with _language_of(row.recipient):
        context = {
            "notification": row,
            "address": urljoin(settings.SITE_URL, row.url) if row.url else "",
            "preferences": urljoin(settings.SITE_URL, reverse("accounts:notification-list")),
        }
        text = render_to_string("accounts/notification_mail.txt", context)
        html = render_to_string("accounts/notification_mail.html", context)
    host = urlsplit(settings.SITE_URL).hostname
    message = EmailMultiAlternatives(
        subject=" ".join(row.title.split()),
        body=text,
        to=[row.recipient.email],
        # The same each time, so that mailboxes can drop one that comes twice.
        headers={"Message-ID": f"<notification-{row.pk}@{host}>", "Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(html, "text/html")
    return message


def _row(
    person: User, kind: str, title: str | Promise, body: str | Promise, *, url: str, key: str, by_email: bool
) -> Notification:
    with _language_of(person):
        state = Notification.EmailState.WAITING if by_email else Notification.EmailState.OFF
        return Notification(
            recipient=person,
            kind=kind,
            title=_shortened(str(title)),
            body=str(body),
            url=url,
            key=key,
            email_state=state,
        )


def _shortened(text: str) -> str:
    return text if len(text) <= _TITLE_LENGTH else f"{text[: _TITLE_LENGTH - 1]}…"


def _language_of(person: User) -> translation.override:
    return translation.override(getattr(person, "language", "") or settings.LANGUAGE_CODE)
