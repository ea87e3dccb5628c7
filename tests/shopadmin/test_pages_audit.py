"""Who may read the audit log finds things in it, and takes it away as files that can be verified elsewhere."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from catalog.models import Seller
from shopadmin.accounts.audit import views
from shopadmin.accounts.audit.models import AuditEntry
from shopadmin.accounts.models import User
from shopadmin.accounts.roles import Role
from tests import factories
from tests.shopadmin.audit_files import LIST, exported, table
from tests.shopadmin.audit_rows import entries, soap, sql, unguarded

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]


@pytest.fixture
def mine(mallory: User) -> Seller:
    return factories.seller("Mine", mallory)


def analyse() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE accounts_auditentry")


def names(client: Client, query: str = "") -> list[str]:
    return [entry.target_name for entry in client.get(LIST + query).context["page"].rows]


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
    for person, queries in ((alice, 8), (mallory, 8)):
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
    analyse()  # how entries are looked for follows the database's statistics
    client = login(alice)
    names(client, "")  # what the first request of a process asks once

    with django_assert_num_queries(10):
        assert names(client, "?q=last") == ["Soap 1"]
    with django_assert_num_queries(13):
        assert len(names(client, "?q=spring")) == 25


def test_lists_enter_an_index_whatever_is_looked_for(alice: User) -> None:
    entries(50)
    analyse()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
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
