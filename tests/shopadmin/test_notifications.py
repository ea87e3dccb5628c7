"""People are told once, in their language, in the site and by mail, and nothing of it is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from pytest_django import DjangoAssertNumQueries

from shopadmin.accounts.models import Notification, User
from shopadmin.accounts.notifications import sending
from shopadmin.accounts.notifications.kinds import UnknownKind, kinds_for
from shopadmin.accounts.notifications.models import GIVE_UP_AFTER, LEASE
from shopadmin.accounts.notifications.preferences import choices_of, set_choices
from shopadmin.accounts.notifications.sending import notify, send_due_mails
from shopadmin.accounts.tasks import send_notification_mails
from tests import factories
from tests.shopadmin.audit_rows import rolled_back

pytestmark = pytest.mark.django_db

type Rings = list[object]
AWAY = "The mail server is away."


@pytest.fixture(autouse=True)
def rings(monkeypatch: pytest.MonkeyPatch) -> Rings:
    """The rings for workers, instead of a queue."""
    rung: Rings = []
    monkeypatch.setattr(sending, "call_worker", lambda task: rung.append(task))
    return rung


@pytest.fixture
def mail_server_away() -> Iterator[Callable[[], None]]:
    """A mail server that refuses, until what this returns is called."""

    def refuse(*_: object) -> int:
        raise ConnectionRefusedError(AWAY)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(EmailBackend, "send_messages", refuse)
        yield patch.undo


def tell(*people: User, key: str = "import:7") -> int:
    return notify(
        people,
        kind="import.finished",
        title="products.csv is ready",
        body="12 created, 3 changed.\nNothing failed.",
        url="/imports/7",
        key=key,
    )


def test_what_is_told_goes_out_by_mail_too(mallory: User, rings: Rings, django_capture_on_commit_callbacks) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        assert tell(mallory) == 1
    assert rings == ["accounts.send_notification_mails"]

    send_notification_mails()

    message = mail.outbox[0]
    row = Notification.objects.get()
    assert message.to == ["mallory@example.com"]
    assert message.subject == "products.csv is ready"
    assert "12 created, 3 changed.\nNothing failed." in message.body
    assert "https://127.0.0.1/imports/7" in message.body
    assert 'href="https://127.0.0.1/imports/7"' in message.alternatives[0].content
    assert row.email_state == "sent"
    assert row.emailed_at is not None


def test_the_same_is_told_once(mallory: User, alice: User) -> None:
    assert tell(mallory) == 1
    assert tell(mallory, alice, mallory) == 1
    assert tell(mallory, key="import:8") == 1

    send_due_mails()
    send_due_mails()

    assert Notification.objects.count() == 3
    assert len(mail.outbox) == 3


def test_nothing_is_told_when_the_transaction_is_rolled_back(
    mallory: User, rings: Rings, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True), rolled_back():
        tell(mallory)
    send_due_mails()

    assert not Notification.objects.exists()
    assert mail.outbox == []
    assert rings == []


def test_who_does_not_want_mails_reads_it_in_the_site_only(mallory: User, alice: User) -> None:
    set_choices(mallory, ["listing.held"])

    tell(mallory, alice)
    send_due_mails()

    assert [message.to for message in mail.outbox] == [["alice@example.com"]]
    assert Notification.objects.for_user(mallory).get().email_state == "off"


def test_choices_hold_for_each_kind_and_can_be_changed_back(mallory: User) -> None:
    assert all(choice.by_email for choice in choices_of(mallory))

    set_choices(mallory, ["listing.held", "no.such-kind"])
    assert [choice.kind.name for choice in choices_of(mallory) if choice.by_email] == ["listing.held"]

    set_choices(mallory, [choice.kind.name for choice in choices_of(mallory)])
    assert all(choice.by_email for choice in choices_of(mallory))


def test_people_choose_among_what_can_concern_them(mallory: User, bob: User, charlie: User) -> None:
    assert "appeal.answered" in {kind.name for kind in kinds_for(mallory)}
    assert "appeal.answered" not in {kind.name for kind in kinds_for(bob)}
    assert {kind.name for kind in kinds_for(charlie)} == {"login.locked"}


def test_who_cannot_log_in_is_told_nothing(mallory: User) -> None:
    mallory.is_active = False

    assert tell(mallory) == 0


def test_each_one_reads_it_in_their_language(mallory: User, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mallory, "language", "es", raising=False)

    notify([mallory, alice], kind="import.finished", title=format_lazy("{}: 7", _("Videos")), key="7")

    titles = dict(Notification.objects.values_list("recipient__email", "title"))
    assert titles == {"mallory@example.com": "Vídeos: 7", "alice@example.com": "Videos: 7"}


def test_an_unknown_kind_or_no_key_is_a_mistake(mallory: User) -> None:
    with pytest.raises(UnknownKind, match=r"no\.such-kind"):
        notify([mallory], kind="no.such-kind", title="x", key="x")
    with pytest.raises(ValueError, match="key"):
        notify([mallory], kind="import.finished", title="x", key="")


def test_a_title_that_is_too_long_or_has_lines_still_goes_out(mallory: User) -> None:
    notify([mallory], kind="import.finished", title="long\nBcc: eve@example.com " * 20, key="7")

    assert send_due_mails() == 1
    assert mail.outbox[0].recipients() == ["mallory@example.com"]
    assert len(Notification.objects.get().title) == 200


def test_markup_in_what_is_told_stays_text(mallory: User) -> None:
    notify([mallory], kind="import.finished", title="<b>x</b>", body="<script>", url="/x", key="7")
    send_due_mails()

    assert "<b>x</b>" in mail.outbox[0].body
    assert "&lt;b&gt;x&lt;/b&gt;" in mail.outbox[0].alternatives[0].content
    assert "<script>" not in mail.outbox[0].alternatives[0].content


def test_telling_many_asks_the_database_as_often_as_telling_one(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    people = [factories.user(f"person{number}") for number in range(30)]
    with django_assert_num_queries(3):
        tell(people[0])
    with django_assert_num_queries(3):
        tell(*people)


def test_a_mail_server_that_fails_loses_nothing(mallory: User, alice: User, mail_server_away) -> None:
    tell(mallory, alice)

    assert send_due_mails() == 0
    row = Notification.objects.for_user(mallory).get()
    assert (row.email_state, row.email_attempts) == ("waiting", 1)
    assert row.email_error == f"ConnectionRefusedError: {AWAY}"

    mail_server_away()
    assert send_due_mails() == 0, "it is not asked again at once"
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        assert send_due_mails() == 2
    row.refresh_from_db()
    assert (row.email_state, row.email_error) == ("sent", "")


def test_after_a_day_a_mail_is_given_up_and_says_why(mallory: User, mail_server_away) -> None:
    tell(mallory)
    start, tries = timezone.now(), 0
    for minutes in range(0, 26 * 60, 10):
        with time_machine.travel(start + timedelta(minutes=minutes)):
            before = Notification.objects.get().email_attempts
            send_due_mails()
            tries += Notification.objects.get().email_attempts - before

    row = Notification.objects.get()
    assert row.email_state == "failed"
    assert AWAY in row.email_error
    assert 20 <= tries <= 40
    assert row.email_due_at >= row.created_at + GIVE_UP_AFTER


def test_one_address_that_is_refused_does_not_hold_up_the_others(
    mallory: User, alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver = EmailBackend.send_messages

    def refuse_alice(backend: EmailBackend, messages) -> int:
        if messages[0].to == ["alice@example.com"]:
            raise ValueError("No such mailbox.")
        return deliver(backend, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", refuse_alice)
    tell(mallory, alice, bob)

    assert send_due_mails() == 2
    assert [message.to for message in mail.outbox] == [["mallory@example.com"], ["bob@example.com"]]


def test_what_a_dead_worker_had_taken_is_sent_after_its_lease(mallory: User) -> None:
    tell(mallory)
    Notification.objects.claim_due(timezone.now(), 10)

    assert send_due_mails() == 0
    with time_machine.travel(timezone.now() + LEASE):
        assert send_due_mails() == 1


@pytest.mark.django_db(transaction=True)
def test_workers_that_ask_at_once_take_different_mails(request: pytest.FixtureRequest) -> None:
    request.addfinalizer(factories.rows_of_migrations)
    tell(*[factories.user(f"person{number}") for number in range(60)])

    def work() -> None:
        try:
            send_due_mails()
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert len(mail.outbox) == 60
    assert len({message.to[0] for message in mail.outbox}) == 60
    assert not Notification.objects.exclude(email_state="sent").exists()
