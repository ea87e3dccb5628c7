"""A system check of the database: only a test's may let its audit log be emptied."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DEFAULT_DB_ALIAS

from .verification import may_be_emptied


@register(Tags.database)
def log_is_kept(app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Find a database whose audit log the triggers would let somebody empty."""
    if DEFAULT_DB_ALIAS not in (databases or ()) or not may_be_emptied():
        return []
    return [
        Error(
            "The database lets its audit log be emptied.",
            hint="That is for tests only: ALTER DATABASE … RESET shopadmin.audit_may_be_emptied.",
            id="shopadmin.E008",
        )
    ]
