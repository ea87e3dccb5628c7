"""What workers do for accounts. Each task finds its work in rows, so that losing or doubling a message does no harm."""

from __future__ import annotations

from celery import shared_task

from .notifications import sending


@shared_task(name=sending.SEND_MAILS)
def send_notification_mails() -> None:
    """Send the mails that are due."""
    sending.send_due_mails()
