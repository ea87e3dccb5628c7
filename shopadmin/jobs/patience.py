"""Waiting for a database that is gone for a moment: a restart, a failover, a cable."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from django.db import InterfaceError, OperationalError, connection

from shopadmin.embedded_postgres.server import DatabaseServerError

logger = logging.getLogger(__name__)

# Shorter than a job's lease, so that a patient worker still holds its job.
PATIENCE_S = 40.0
PAUSE_S = 0.5


def patiently[T](call: Callable[[], T], patience_s: float = PATIENCE_S) -> T:
    """Return what `call` returns; while the database does not answer, call it again on a fresh connection.

    `call` must bear being run twice, even when its first run had committed and only the answer was lost: let it read,
    or check the job's token in its transaction. Raises the database's error when `patience_s` seconds are over.
    """
    give_up_at = time.monotonic() + patience_s
    while True:
        try:
            return call()
        except (OperationalError, InterfaceError, DatabaseServerError) as error:
            if time.monotonic() > give_up_at:
                raise
            logger.warning("The database does not answer; trying again. %s", error)
            connection.close()
            time.sleep(PAUSE_S)
