"""The page on which people read what they were told, and the bell that says how much it is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from shopadmin.accounts.models import Notification, User
from shopadmin.accounts.notifications.preferences import choices_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]
LIST = "/accounts/notifications/"


def told(person: User, title: str = "products.csv is ready", **fields: object) -> Notification:
    number = Notification.objects.count()
    return Notification.objects.create(
        recipient=person,
        kind="import.finished",
        title=title,
        key=str(number),
        created_at=timezone.now() - timedelta(hours=1) + timedelta(minutes=number),
        **{"url": "/catalog/products/", **fields},
    )


def titles(client: Client, query: str = "") -> list[str]:
    return [row.title for row in client.get(LIST + query).context["page"].rows]


def test_one_reads_ones_own_newest_first_and_nobody_elses(login, mallory: User, alice: User) -> None:
    told(mallory, "First")
    told(alice, "Hers")
    told(mallory, "Second")

    assert titles(login(mallory)) == ["Second", "First"]


def test_unread_ones_can_be_looked_at_alone(login, mallory: User) -> None:
    told(mallory, "Read", read_at=timezone.now())
    told(mallory, "Unread")

    assert titles(login(mallory), "?show=unread") == ["Unread"]


def test_opening_one_marks_it_as_read_and_leads_to_its_page(login, mallory: User) -> None:
    row = told(mallory)
    client = login(mallory)

    client.head(f"{LIST}{row.pk}/open")
    assert Notification.objects.unread().count() == 1

    assert client.get(f"{LIST}{row.pk}/open")["Location"] == "/catalog/products/"
    assert Notification.objects.unread().count() == 0


def test_one_never_leads_to_another_site(login, mallory: User) -> None:
    row = told(mallory, url="https://evil.example/")

    assert login(mallory).get(f"{LIST}{row.pk}/open")["Location"] == LIST


@pytest.mark.parametrize(("which", "left"), [("own", 1), ("foreign", 2), ("all", 0), ("nonsense", 2), ("²", 2)])
def test_one_or_all_of_ones_own_are_marked_as_read(login, mallory: User, alice: User, which: str, left: int) -> None:
    rows = {"own": told(mallory), "foreign": told(alice)}
    told(mallory)
    chosen = rows[which].pk if which in rows else which

    login(mallory).post(f"{LIST}read", {} if which == "all" else {"notification": chosen})

    assert Notification.objects.for_user(mallory).unread().count() == left
    assert Notification.objects.for_user(alice).unread().count() == 1


def test_the_bell_counts_what_is_unread(login, mallory: User, alice: User) -> None:
    told(mallory)
    told(mallory)
    told(mallory, read_at=timezone.now())
    told(alice)

    assert '<span class="count">2<' in login(mallory).get("/catalog/products/").content.decode()


def test_the_bell_stops_counting_at_a_hundred(login, mallory: User) -> None:
    Notification.objects.bulk_create(
        [Notification(recipient=mallory, kind="import.finished", title="x", key=f"k{n}") for n in range(120)]
    )

    assert '<span class="count">99+<' in login(mallory).get("/catalog/products/").content.decode()


def test_the_choice_of_mails_is_kept(login, mallory: User) -> None:
    client = login(mallory)

    page = client.post(f"{LIST}preferences", {"by_email": ["listing.held"]}, follow=True).content.decode()

    assert [choice.kind.name for choice in choices_of(mallory) if choice.by_email] == ["listing.held"]
    assert 'value="listing.held" checked' in page
    assert 'value="import.finished">' in page


def test_a_mail_that_was_given_up_says_so(login, mallory: User) -> None:
    told(mallory, email_state="failed", email_error="No such mailbox.")

    assert "the mail could not be delivered" in login(mallory).get(LIST).content.decode()


def test_a_kind_that_is_gone_still_shows(login, mallory: User) -> None:
    Notification.objects.create(recipient=mallory, kind="party.over", title="Goodbye", key="x")

    assert "Goodbye" in login(mallory).get(LIST).content.decode()


def test_the_page_asks_the_database_as_often_for_many_as_for_one(
    login, mallory: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    told(mallory)
    client = login(mallory)
    with django_assert_num_queries(7):
        client.get(LIST)
    for _ in range(20):
        told(mallory)
    with django_assert_num_queries(7):
        client.get(LIST)


def test_htmx_gets_the_rows_only(login, mallory: User) -> None:
    page = login(mallory).get(LIST, headers={"HX-Request": "true"})

    assert b"<html" not in page.content
    assert b'id="results"' in page.content
