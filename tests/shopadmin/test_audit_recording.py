"""Who did what to what is written down, in the transaction of what was done."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError
from django.test import RequestFactory
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from shopadmin.accounts.audit.chain import FIRST_HASH, Canonical, chained, payload
from shopadmin.accounts.audit.models import AuditEntry
from shopadmin.accounts.audit.recording import Happening, Target, record, record_many
from shopadmin.accounts.audit.values import HIDDEN, changes, snapshot
from shopadmin.accounts.audit.verification import sealed_rows
from shopadmin.accounts.models import User
from tests import factories
from tests.shopadmin.audit_rows import entries, rolled_back, seal, sql

pytestmark = pytest.mark.django_db


def test_an_entry_says_who_did_what_to_what_from_what_to_what(alice: User) -> None:
    product = factories.product("Soap")
    old = snapshot(product, ["title", "brand"])
    product.title = "Fine soap"

    record(
        alice,
        "listing.edited",
        product,
        **changes(old, product, ["title", "brand"])._asdict(),
        reason="asked for",
        tenant_key=product.seller_id,
    )

    entry = AuditEntry.objects.get()
    assert (entry.actor_kind, entry.actor_key, entry.actor_name) == ("user", alice.pk, "Alice")
    assert (entry.action, entry.reason, entry.tenant_key) == ("listing.edited", "asked for", product.seller_id)
    target = (entry.target_label, entry.target_key, entry.target_name)
    assert target == ("catalog.product", str(product.pk), "Fine soap")
    assert (entry.before, entry.after) == ({"title": "Soap"}, {"title": "Fine soap"})
    assert timezone.now() - entry.at < timedelta(minutes=1)


def test_commands_and_strangers_act_too() -> None:
    request = RequestFactory().post("/")
    request.user = AnonymousUser()

    record("import_products", "import.applied", Target("catalog.importbatch", "7"))
    record(request, "login.failed", Target("accounts.user", name="nobody@example.com"))

    assert list(AuditEntry.objects.order_by("pk").values_list("actor_kind", "actor_name", "actor_key")) == [
        ("system", "import_products", None),
        ("stranger", "", None),
    ]


def test_the_api_token_is_named(alice: User) -> None:
    request = RequestFactory().post("/")
    request.user = alice
    alice.token_name = "Warehouse"

    assert record(request, "listing.edited", Target("catalog.product", "7")).token_name == "Warehouse"


def test_secrets_stay_out() -> None:
    entry = record(
        "nightly",
        "user.changed",
        Target("accounts.user", "7", "sat_abcdef12_c2VjcmV0c2VjcmV0"),
        before={"password": "pbkdf2_sha256$1$salt$hash"},
        after={"password": "new", "note": "pbkdf2_sha256$1$salt$hash"},
        reason="Bearer c2VjcmV0",
    )

    assert (entry.before, entry.after) == ({"password": HIDDEN}, {"password": HIDDEN, "note": HIDDEN})
    assert (entry.target_name, entry.reason) == (HIDDEN, HIDDEN)


@pytest.mark.parametrize("action", ["", "edited", "Listing.edited", "listing.", "listing edited", "listing.edited\n"])
def test_an_action_is_dotted(action: str) -> None:
    with pytest.raises(ValueError, match="dotted"):
        record("nightly", action, Target("catalog.product", "7"))


def test_many_are_written_in_one_statement(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    happenings = [Happening(target=Target("catalog.product", str(number))) for number in range(1000)]

    with django_assert_num_queries(1):
        rows = record_many("nightly", "listing.edited", happenings)

    assert len({row.pk for row in rows}) == 1000


def test_what_is_rolled_back_was_never_written() -> None:
    record("nightly", "listing.edited", Target("catalog.product", "1"))
    with rolled_back():
        record("nightly", "listing.edited", Target("catalog.product", "2"))
    record("nightly", "listing.edited", Target("catalog.product", "3"))
    seal()

    assert list(AuditEntry.objects.order_by("position").values_list("position", "target_key")) == [(1, "1"), (2, "3")]


def test_entries_are_sealed_even_when_the_first_of_the_transaction_was_rolled_back() -> None:
    with rolled_back():
        entries(2)

    assert [entry.position for entry in entries(2)] == [1, 2]


def test_within_its_transaction_an_entry_can_be_read_before_it_is_sealed() -> None:
    record("nightly", "listing.edited", Target("catalog.product", "1"))

    entry = AuditEntry.objects.for_target("catalog.Product", 1).get()

    assert (entry.position, entry.hash) == (None, "")


def test_entries_are_chained_as_the_definition_says() -> None:
    written = entries(3)
    previous = FIRST_HASH
    for stored, values in sealed_rows(AuditEntry.objects.order_by("position")):
        assert stored == chained(previous, payload(values))
        previous = stored

    assert [entry.position for entry in written] == [1, 2, 3]
    assert written[-1].hash == previous


def test_what_is_said_of_objects_is_hashed_as_the_definition_writes_them_without_the_database() -> None:
    odd = {"bb": True, "a": {"ż": 1, "zz": [{"y": 2, "x": None}], "c": "\u2028 \x7f"}, "é": '"\\/\n\t', "": []}
    record("nightly", "listing.edited", Target("catalog.product", "1"), before=odd, after={"n": 10**30, "m": -1})
    seal()

    [(stored, values)] = sealed_rows(AuditEntry.objects.order_by("position"))
    read = [json.loads(value) if isinstance(value, Canonical) else value for value in values]

    assert sum(isinstance(value, Canonical) for value in values) == 2
    assert payload(read) == payload(values)
    assert stored == chained(FIRST_HASH, payload(read))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts_auditentry SET reason = 'nothing'",
        "UPDATE accounts_auditentry SET position = NULL, hash = ''",
        "DELETE FROM accounts_auditentry",
    ],
)
def test_the_database_refuses_to_change_what_is_written(statement: str) -> None:
    entries(2)

    with pytest.raises(IntegrityError, match="append-only"):
        sql(statement)


def test_the_database_refuses_to_change_what_is_not_sealed_yet() -> None:
    record("nightly", "listing.edited", Target("catalog.product", "1"))

    with pytest.raises(IntegrityError, match="append-only"):
        sql("UPDATE accounts_auditentry SET position = 5, hash = repeat('a', 64)")


def test_the_database_refuses_to_empty_the_log() -> None:
    sql("SET LOCAL shopadmin.audit_may_be_emptied = 'off'")

    with pytest.raises(IntegrityError, match="TRUNCATE is refused"):
        sql("TRUNCATE accounts_auditentry")


def test_nobody_chooses_time_place_or_hash() -> None:
    entry = AuditEntry(position=77, hash="a" * 64, action="listing.edited", actor_kind="system")
    entry.at = timezone.now() - timedelta(days=30)
    entry.save()

    entry.refresh_from_db()

    assert (entry.position, entry.hash) == (None, "")
    assert timezone.now() - entry.at < timedelta(minutes=1)
