"""Entries for tests of the audit log, and hands that reach around its guards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from shopadmin.accounts.audit.models import AuditEntry
from shopadmin.accounts.audit.recording import Happening, Target, record, record_many
from shopadmin.accounts.models import User


def entries(count: int, *, actor: str = "nightly", action: str = "listing.edited") -> list[AuditEntry]:
    """That many sealed entries about products called Soap 1, Soap 2 and so on."""
    rows = record_many(
        actor,
        action,
        [
            Happening(
                target=Target("catalog.product", str(number), f"Soap {number}"),
                before={"title": "Soap", "stock": number},
                after={"title": f"Soap {number} “neu”", "stock": None},
            )
            for number in range(1, count + 1)
        ],
        reason="spring cleaning",
    )
    seal()
    return list(AuditEntry.objects.filter(pk__in=[row.pk for row in rows]).order_by("position"))


def soap(
    number: int = 1, *, actor: User | str = "nightly", action: str = "listing.edited", **fields: object
) -> AuditEntry:
    """An entry about the product of that number, written and not sealed yet."""
    return record(actor, action, Target("catalog.product", str(number), f"Soap {number}"), **fields)


def seal() -> None:
    """Seal what this transaction has written, as its commit would."""
    connection.check_constraints()


@contextmanager
def unguarded() -> Iterator[None]:
    """Let a superuser do what the triggers refuse."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        yield
        cursor.execute("SET session_replication_role = origin")


@contextmanager
def rolled_back() -> Iterator[None]:
    """Undo in the end what was done."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def sql(statement: str, *values: object) -> None:
    """Run a statement."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
