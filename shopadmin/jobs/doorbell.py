"""Sending a message to the workers without ever failing: whoever needs certainty has a row and a sweeper."""

from __future__ import annotations

import logging
from contextlib import suppress

from celery import current_app

logger = logging.getLogger(__name__)

CONNECT_TIMEOUT_S = 2


def call_worker(task: str, *arguments: object) -> bool:
    """Ask a worker to do a task. Never raises: when the queue is away, this logs it and returns False."""
    try:
        _send(task, arguments)
    except Exception as error:  # noqa: BLE001 - each queue's client raises its own kinds
        logger.warning("The queue does not take %s%s; the sweeper will see to it. %s", task, arguments, error)
        return False
    return True


def _send(task: str, arguments: tuple[object, ...]) -> None:
    """Use a connection of its own: one that was kept would be dead after the queue's restart, and hang the exit."""
    with current_app.connection_for_write(connect_timeout=CONNECT_TIMEOUT_S) as connection:
        try:
            current_app.send_task(task, args=list(arguments), connection=connection, retry=False)
        except Exception:
            # Kombu does not close what it could not open; the queue's connection pool would go on trying in threads.
            with suppress(Exception):
                connection.transport.close_connection(None)
            raise
