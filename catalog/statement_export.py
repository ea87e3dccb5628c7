"""Statements of reasons for the public database: JSON Lines of what was not exported yet.

At least once: the file is complete and on the disk before the transaction commits that marks its statements, so a death
between the two exports them again. The database knows them by their `puid`, which stays the same.
"""

from __future__ import annotations

import json
import os
from datetime import datetime
from itertools import batched
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from .models import Decision

ROWS_A_CHUNK = 2_000


@transaction.atomic
def export_statements(path: Path, *, since: datetime | None = None) -> int:
    """Write the statements of decisions since a moment that were not exported yet; return how many.

    Decisions of the last ten minutes wait, since they may be slips. Two exports at once do not have the same ones.
    Raises `FileExistsError`, so that no earlier export is lost; without statements there is no file.
    """
    now = timezone.now()
    unsent = Decision.objects.unsent(now).order_by("decided_at", "pk")
    if since is not None:
        unsent = unsent.filter(decided_at__gte=since)
    rows = unsent.select_for_update(skip_locked=True, of=("self",)).values_list("pk", "statement")
    part = path.with_name(f"{path.name}.part")
    if path.exists():
        raise FileExistsError(path)
    count = 0
    with part.open("w", encoding="utf-8") as file:
        for some in batched(rows.iterator(ROWS_A_CHUNK), ROWS_A_CHUNK):
            file.writelines(f"{json.dumps(statement, ensure_ascii=False)}\n" for _key, statement in some)
            Decision.objects.filter(pk__in=[key for key, _statement in some]).update(exported_at=now)
            count += len(some)
        file.flush()
        os.fsync(file.fileno())
    if count:
        part.rename(path)
    else:
        part.unlink()
    return count
