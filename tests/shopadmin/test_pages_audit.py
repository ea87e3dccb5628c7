"""Who may read the audit log finds things in it, and takes it away as files that can be verified elsewhere."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.template import Context, Template
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from catalog.models import Seller
from shopadmin.accounts.audit import views
from shopadmin.accounts.audit.exporting import NotAnExport, verify_export
from shopadmin.accounts.audit.models import AuditEntry
from shopadmin.accounts.audit.recording import Target, record
from shopadmin.accounts.models import User
from shopadmin.accounts.roles import Role
from tests import factories
from tests.shopadmin.audit_rows import entries, sql, unguarded

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]
LIST = "/accounts/audit/"


@pytest.fixture
def mine(mallory: User) -> Seller:
    return factories.seller("Mine", mallory)


def names(client: Client, query: str = "") -> list[str]:
    return [entry.target_name for entry in client.get(LIST + query).context["page"].rows]


def soap(
    number: int = 1, *, actor: User | str = "nightly", action: str = "listing.edited", **fields: object
) -> AuditEntry:
    return record(actor, action, Target("catalog.product", str(number), f"Soap {number}"), **fields)


def test_the_newest_comes_first_with_what_changed(login, alice: User) -> None:
    soap(1, actor=alice, before={"title": "Old soap"}, after={"title": "New soap"})
    soap(2)

    client = login(alice)

    assert names(client) == ["Soap 2", "Soap 1"]
    page = client.get(LIST).content.decode()
    assert "<del>Old soap</del>" in page
    assert "<ins>New soap</ins>" in page
    assert "listing: edited" in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?q=soap+1", ["Soap 1"]), ("?q=so", ["Soap 2", "Soap 1"]), ("?q=listing.held", ["Soap 2"]),
        ("?q=spring", ["Soap 1"]), ("?q=<>%26|!:*()'", []), ("?who=ali", ["Soap 1"]),
        ("?who=ALICE@example.com", ["Soap 1"]), ("?who=nightly", ["Soap 2"]), ("?who=nobody", []),
        ("?action=listing.held", ["Soap 2"]), ("?kind=catalog.product", ["Soap 2", "Soap 1"]),
        ("?kind=catalog.seller", []), ("?target=catalog.product:2", ["Soap 2"]), ("?target=2", []),
        ("?request=unknown", []),
    ],
)  # fmt: skip
def test_entries_are_found(login, alice: User, query: str, found: list[str]) -> None:
    soap(1, actor=alice, reason="spring cleaning")
    soap(2, action="listing.held")

    assert names(login(alice), query) == found


def test_entries_of_some_days_are_found(login, alice: User) -> None:
    entries(3)
    with unguarded():
        sql("UPDATE accounts_auditentry SET at = '2026-03-01T23:59:59.999Z' WHERE position = 1")
        sql("UPDATE accounts_auditentry SET at = '2026-03-02T00:00:00Z' WHERE position = 2")
    client = login(alice)

    assert names(client, "?first=2026-03-01&last=2026-03-01") == ["Soap 1"]
    assert names(client, "?first=2026-03-02&last=2026-03-02") == ["Soap 2"]
    assert names(client, "?last=2026-03-02") == ["Soap 2", "Soap 1"]
    assert names(client, "?first=2026-03-03") == ["Soap 3"]


def test_a_date_that_is_none_finds_nothing_and_says_why(login, alice: User) -> None:
    soap(1)

    response = login(alice).get(f"{LIST}?first=yesterday")

    assert response.status_code == 422
    assert response.context["page"].rows == []
    assert "Enter a valid date" in response.content.decode()


def test_all_entries_of_one_request_are_found(login, alice: User) -> None:
    client = login(alice)
    number = client.get(LIST)["X-Request-ID"]
    AuditEntry.objects.create(actor_kind="system", action="a.b", target_name="By request", request_id=number)
    soap(1)

    assert names(client, f"?request={number}") == ["By request"]


def test_pages_show_every_entry_once(login, alice: User) -> None:
    entries(60)
    client, query, seen = login(alice), "", []
    while True:
        page = client.get(LIST + query).context["page"]
        seen += [entry.position for entry in page.rows]
        if not page.older:
            break
        query = page.older

    assert sorted(seen) == list(range(1, 61))


def test_a_merchant_reads_what_concerns_their_shop_and_no_more(login, mallory: User, mine: Seller) -> None:
    theirs = factories.seller("Theirs", factories.user("trent", Role.MERCHANT))
    soap(1, tenant_key=mine.pk)
    soap(2, tenant_key=theirs.pk)
    soap(3)

    client = login(mallory)

    assert names(client) == ["Soap 1"]
    assert names(client, "?target=catalog.product:2") == []
    assert [row["target_name"] for row in table(exported(client, "csv"))] == ["Soap 1"]
    assert client.get(f"{LIST}export.jsonl").status_code == 403


def test_a_merchant_learns_the_names_of_colleagues_but_not_of_staff(
    login, mallory: User, alice: User, mine: Seller
) -> None:
    carol = factories.user("carol", Role.MERCHANT)
    factories.seller("Mine", carol)
    for number, actor in enumerate([alice, carol, mallory, "nightly"]):
        soap(number, actor=actor, tenant_key=mine.pk)
    client = login(mallory)

    page = client.get(LIST)

    assert [line.who for line in page.context["lines"]] == ["nightly", "Mallory", "Carol", "Shopadmin’s team"]
    assert "Alice" not in page.content.decode()
    assert names(client, "?who=alice") == []
    assert names(client, "?who=carol") == ["Soap 1"]
    names_in_file = {row["actor_name"] for row in table(exported(client, "csv"))}
    assert names_in_file == {"nightly", "Mallory", "Carol", "Shopadmin’s team"}
    assert [line.who for line in login(alice).get(LIST).context["lines"]][-1] == "Alice"


def test_the_list_asks_the_database_as_often_for_many_as_for_one(
    login, alice: User, mallory: User, mine: Seller, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    soap(1, tenant_key=mine.pk)
    for person, queries in ((alice, 7), (mallory, 8)):
        client = login(person)
        with django_assert_num_queries(queries):
            client.get(LIST)
        for number in range(10):
            soap(number, tenant_key=mine.pk, action=f"listing.done-{number}")
        with django_assert_num_queries(queries):
            client.get(LIST)


def test_words_that_lie_far_back_are_found_too(
    login, alice: User, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    monkeypatch.setattr(views, "NEARBY", 10)
    soap(1, reason="found at last")
    entries(40)
    client = login(alice)

    with django_assert_num_queries(9):
        assert names(client, "?q=last") == ["Soap 1"]
    with django_assert_num_queries(9):
        assert len(names(client, "?q=spring")) == 25


def exported(client: Client, kind: str, query: str = "") -> str:
    response = client.get(f"{LIST}export.{kind}{query}")
    assert "attachment" in response["Content-Disposition"]
    body: Iterable[bytes] = response.streaming_content
    return b"".join(body).decode()


def table(text: str) -> list[dict[str, str]]:
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def test_json_lines_can_be_verified_elsewhere(login, alice: User) -> None:
    entries(9)
    client = login(alice)

    everything = exported(client, "jsonl").splitlines()
    some = exported(client, "jsonl", "?q=soap").splitlines()[3:6]

    assert len(everything) == 9
    assert verify_export(everything, {}).faults == ()
    assert verify_export(some, {6: json.loads(some[-1])["hash"]}).faults == ()
    assert verify_export(everything, {}).entries == 9


@pytest.mark.parametrize("field", ["reason", "target_name", "at", "previous_hash", "hash", "before", "tenant_key"])
def test_a_changed_file_does_not_verify(login, alice: User, field: str) -> None:
    entries(5)
    lines = exported(login(alice), "jsonl").splitlines()
    lines[2] = json.dumps({**json.loads(lines[2]), field: "something else"})

    assert 3 in {fault.position for fault in verify_export(lines, {}).faults}


def test_a_file_in_another_order_or_with_a_foreign_entry_does_not_verify(login, alice: User) -> None:
    entries(5)
    lines = exported(login(alice), "jsonl").splitlines()

    assert {fault.kind for fault in verify_export([lines[1], lines[0]], {}).faults} == {"moved"}
    assert [fault.position for fault in verify_export([*lines, lines[4]], {}).faults] == [5]
    assert [fault.kind for fault in verify_export(lines, {4: "a" * 64}).faults] == ["rewritten"]
    for broken in ("{}", "[]", "no json", '{"position": 1}'):
        with pytest.raises(NotAnExport, match="Line 1"):
            verify_export([broken], {})


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝"])
def test_no_cell_is_a_formula(login, alice: User, start: str) -> None:
    record(alice, "listing.edited", Target("catalog.product", "1", f'{start}HYPERLINK("evil")'), reason=f"{start}1")

    (cells,) = table(exported(login(alice), "csv"))

    assert cells["target_name"] == f'\'{start}HYPERLINK("evil")'
    assert cells["reason"] == f"'{start}1"


def test_exports_hold_what_the_filters_find(login, alice: User) -> None:
    entries(3)

    assert "Soap 2" in exported(login(alice), "csv", "?target=catalog.product:2")
    assert "Soap 1" not in exported(login(alice), "csv", "?target=catalog.product:2")
    assert login(alice).get(f"{LIST}export.csv?first=x").status_code == 422


def shown(user: User, number: int = 1) -> str:
    page = '{% load accounts %}{% timeline "catalog.Product" number %}'
    return Template(page).render(Context({"user": user, "number": number}))


def test_a_timeline_shows_the_newest_about_one_thing(alice: User) -> None:
    for number in range(25):
        soap(1, action=f"listing.done-{number}")
    soap(2, action="listing.other")

    text = shown(alice)

    assert "done 24" in text
    assert "done 5<" in text
    assert "done 4<" not in text
    assert "other" not in text
    assert "target=catalog.product%3A1" in text


def test_a_timeline_shows_everybody_what_they_may_read(alice: User, mallory: User, bob: User, mine: Seller) -> None:
    soap(1, actor=alice, tenant_key=mine.pk, reason="for all")
    soap(1, actor=alice, reason="internal")

    assert "internal" in shown(alice)
    assert "for all" in shown(mallory)
    assert "internal" not in shown(mallory)
    assert "Alice" not in shown(mallory)
    assert shown(bob).strip() == ""


def test_of_an_offer_the_parts_that_changed_are_told_as_people_write_them(alice: User) -> None:
    before = {"price_minor": 123456, "currency": "USD", "stock": 4}
    soap(
        1, before={"offer-US": before, "offer-DE": before}, after={"offer-US": {**before, "stock": 5}, "offer-DE": None}
    )

    text = " ".join(shown(alice).split())

    assert "stock US: <del>4</del> → <ins>5</ins>" in text
    assert "price DE: <del>$1,234.56</del> → nothing" in text
    assert "price US" not in text


def test_counts_of_none_are_not_told_at_a_glance(alice: User) -> None:
    soap(1, after={"rows": 6, "same": 0})

    assert "rows" in shown(alice)
    assert 'audit-gist">same' not in shown(alice)
    assert ">same</th>" in shown(alice)


def test_a_timeline_of_nothing_says_so(alice: User) -> None:
    assert "Nobody has changed anything yet" in shown(alice)


def test_a_timeline_asks_the_database_as_often_for_many_as_for_one(
    alice: User, mallory: User, mine: Seller, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for person, queries in ((alice, 1), (mallory, 2)):
        assert person.roles
        for _ in range(2):
            soap(1, tenant_key=mine.pk)
            with django_assert_num_queries(queries):
                shown(person)


def test_lists_enter_an_index_whatever_is_looked_for(alice: User) -> None:
    entries(50)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("ANALYZE accounts_auditentry")
    plans = {
        "all": AuditEntry.objects.newest_first()[:26],
        "words": AuditEntry.objects.saying("soap"),
        "days": AuditEntry.objects.between(timezone.now().date() - timedelta(days=1), None).newest_first()[:26],
        "target": AuditEntry.objects.for_target("catalog.product", 1).newest_first()[:26],
    }

    assert {name: rows.explain() for name, rows in plans.items() if "Seq Scan" in rows.explain()} == {}


def test_the_values_of_a_column_are_listed_once(db: None) -> None:
    assert AuditEntry.objects.values_of("action") == []
    for action in ("b.c", "a.b", "b.c"):
        soap(1, action=action)

    assert AuditEntry.objects.values_of("action") == ["a.b", "b.c"]


def test_the_command_verifies_an_exported_file(login, alice: User, tmp_path: Path) -> None:
    entries(3)
    file = tmp_path / "audit.jsonl"
    text = exported(login(alice), "jsonl")
    file.write_text(text)
    out = StringIO()

    call_command("verify_audit", "--file", str(file), stdout=out)
    assert "3 entries" in out.getvalue()

    file.write_text(text.replace("Soap 2", "Soap 7"))
    with pytest.raises(CommandError) as wrong:
        call_command("verify_audit", "--file", str(file), stdout=out)
    assert wrong.value.returncode == 1
    assert "Line 2: entry 2 is not as it was sealed" in out.getvalue()

    file.write_text("nothing")
    with pytest.raises(CommandError) as unreadable:
        call_command("verify_audit", "--file", str(file), stdout=out)
    assert unreadable.value.returncode == 2
