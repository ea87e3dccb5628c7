"""Notices of brand owners: what one must have, what becomes of it, and what its sender is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone, translation

from catalog.holding import answer_appeal, make_appeal
from catalog.listings import Refusal, remove_listing
from catalog.models import Brand, Finding, Notice, NoticeItem, NoticeMail, Product
from catalog.models.decisions import UNDO_FOR
from catalog.notice_acceptance import acceptance_of_brand, acceptance_of_sender
from catalog.notice_mails import send_due_mails
from catalog.notices import (
    MOST_LISTINGS,
    IncompleteNotice,
    Sender,
    decide_item,
    file_notice,
    mark_trusted,
    undo_item,
)
from catalog.statements import IncompleteStatement
from shopadmin.accounts.audit.models import AuditEntry
from shopadmin.accounts.models import User
from shopadmin.accounts.roles import Role
from tests import factories

from . import rule_rows as rows
from .decided import status, taken_down
from .notice_rows import SENDER, claim, noticed, only, pass_time
from .notice_rows import unprotected_luxor as unprotected_luxor
from .races import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]


def test_listings_are_named_by_address_or_key_each_once(juice: Product, luxor: Brand) -> None:
    other = factories.product("Other")
    names = [f"https://shop.example{juice.get_absolute_url()}?x=1", f" {other.pk} ", juice.get_absolute_url(), ""]

    notice = file_notice(sender=SENDER, claim=claim(luxor), listings=names)

    assert [item.product for item in notice.items.all()] == [juice, other]
    assert (notice.sender_email, Notice.objects.waiting().get()) == ("lena@luxor.example", notice)
    assert AuditEntry.objects.get(action="notice.received").actor_name == "sender of a notice"


@pytest.mark.parametrize(
    ("names", "fault"),
    [
        ([], "Name at least one"),
        ([" "], "Name at least one"),
        (["1"] * (MOST_LISTINGS + 1), "at most 100 listings"),
        (["999999999"], "no such listing: 999999999"),
        (["https://shop.example/elsewhere", "9" * 40], "no such listings: https://shop.example/elsewhere, 9999"),
        (["http://[broken"], "no such listing"),
        (["/catalog/brands/"], "no such listing"),
        (["٣"], "no such listing"),
    ],
)
def test_a_notice_without_listings_that_exist_is_refused(luxor: Brand, names: list[str], fault: str) -> None:
    with pytest.raises(IncompleteNotice, match=fault.replace("[", r"\[")) as raised:
        file_notice(sender=SENDER, claim=claim(luxor), listings=names)
    assert list(raised.value.faults) == ["listings"]


def test_all_faults_are_said_at_once(juice: Product, luxor: Brand) -> None:
    empty = replace(claim(luxor), right=" ", jurisdiction="", reasons="", is_in_good_faith=False)

    with pytest.raises(IncompleteNotice) as raised:
        file_notice(sender=Sender(name="x" * 201, email="nobody", on_behalf_of="y" * 301), claim=empty, listings=[])

    assert set(raised.value.faults) == {
        "listings", "sender_name", "sender_email", "on_behalf_of", "right", "jurisdiction", "reasons",
        "is_in_good_faith",
    }  # fmt: skip
    assert not Notice.objects.exists()


def test_an_accepted_one_is_taken_down_with_the_notice_as_source_and_no_name_of_a_person(
    juice: Product, luxor: Brand, petra: User
) -> None:
    notice = noticed(juice, brand=luxor, sender=replace(SENDER, on_behalf_of="Luxor Licensing GmbH"))

    item = decide_item(only(notice), is_accepted=True, reason="The logo is copied.", by=petra)

    statement = item.decision.statement
    assert (status(juice), item.state, item.decided_by) == ("held", "accepted", petra)
    assert (statement["source_type"], statement["source_identity"]) == ("SOURCE_ARTICLE_16", "Luxor Licensing GmbH")
    assert "The logo is ours." in statement["decision_facts"]
    assert "Lena" not in str(statement)
    assert (item.decision.strike.brand, item.decision.strike.weight) == (luxor, 2)


def test_what_rules_found_for_the_same_ground_is_decided_with_it_and_waits_again_when_it_is_taken_back(
    juice: Product, luxor: Brand, petra: User, paula: User
) -> None:
    same, _other = (
        rows.found(rows.version(rows.rule(ground, paula, ground=ground), paula, "live", decided_by=petra), juice)
        for ground in ("counterfeit", "misleading")
    )

    item = decide_item(only(noticed(juice, brand=luxor)), is_accepted=True, reason="Copied.", by=petra)

    states = Finding.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["confirmed", "open"]
    assert item.decision.findings.get() == same
    undo_item(item, by=petra)
    assert list(states.all()) == ["open", "open"]


def test_a_trusted_flagger_is_named_as_such(juice: Product, luxor: Brand, petra: User) -> None:
    item = decide_item(
        only(noticed(juice, is_trusted_flagger=True, brand=luxor)), is_accepted=True, reason="Copied.", by=petra
    )

    assert item.decision.statement["source_type"] == "SOURCE_TRUSTED_FLAGGER"
    assert item.decision.statement["source_identity"] == "Luxor Maison S.A."


def test_a_rejected_one_stays_and_needs_a_reason(juice: Product, luxor: Brand, petra: User) -> None:
    item = only(noticed(juice, brand=luxor))
    with pytest.raises(Refusal, match="Say why"):
        decide_item(item, is_accepted=False, reason=" ", by=petra)
    with pytest.raises(IncompleteStatement):
        decide_item(item, is_accepted=True, reason=" ", by=petra)

    decide_item(item, is_accepted=False, reason="Authorised seller.", by=petra)

    assert (status(juice), NoticeItem.objects.get().state) == ("live", "rejected")


def test_what_is_taken_down_or_removed_already_can_be_accepted(
    juice: Product, luxor: Brand, petra: User, paula: User, mallory: User
) -> None:
    removed = factories.product("Removed", of=juice.seller)
    remove_listing(product=removed, actor=mallory)
    decision = taken_down(juice, paula)
    notice = noticed(juice, removed, brand=luxor)

    items = [decide_item(item, is_accepted=True, reason="Copied.", by=petra) for item in notice.items.all()]

    assert items[0].decision == decision
    assert status(removed) == "held"


def test_the_sender_gets_a_receipt_and_once_all_is_decided_the_outcome_in_their_language(
    juice: Product, luxor: Brand, petra: User
) -> None:
    other = factories.product("Pear juice")
    notice = noticed(juice, other, brand=luxor)
    assert send_due_mails() == 1
    first, second = notice.items.all()
    decide_item(first, is_accepted=True, reason="Copied.", by=petra)
    assert send_due_mails() == 0

    decide_item(second, is_accepted=False, reason="Authorised seller.", by=petra)

    assert send_due_mails() == 0, "a slip can be taken back for ten minutes"
    pass_time(UNDO_FOR)
    assert (send_due_mails(), send_due_mails()) == (1, 0)
    receipt, outcome = mail.outbox
    assert (receipt.to, receipt.subject) == (["lena@luxor.example"], "We have your notice for Luxor")
    assert f"Apple juice ({juice.pk}): accepted. It is taken down." in outcome.body
    assert f"Pear juice ({other.pk}): rejected. Authorised seller." in outcome.body
    assert str(notice.key) in outcome.body
    assert receipt.extra_headers["Message-ID"] != outcome.extra_headers["Message-ID"]


def test_a_notice_keeps_the_language_it_was_filed_in(juice: Product, luxor: Brand) -> None:
    with translation.override("es"):
        assert noticed(juice, brand=luxor).language == "es"


def test_a_mail_server_that_is_away_loses_nothing(juice: Product, luxor: Brand, settings: Any) -> None:
    noticed(juice, brand=luxor)
    nobody_listens = {"host": "127.0.0.1", "port": 9, "timeout": 1}
    mailers = settings.MAILERS
    settings.MAILERS = {
        "default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": nobody_listens}
    }

    assert send_due_mails() == 0

    row = NoticeMail.objects.get()
    assert (row.attempts, row.sent_at) == (1, None)
    assert "ConnectionRefusedError" in row.error
    settings.MAILERS = mailers
    assert send_due_mails() == 0
    NoticeMail.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    assert send_due_mails() == 1


def test_acceptance_counts_what_was_decided_and_not_found_wrong_later(
    juice: Product, luxor: Brand, petra: User, paula: User, mallory: User
) -> None:
    items = [juice, *(factories.product(title, of=juice.seller) for title in ("B", "C", "D", "E"))]
    notice = noticed(*items, brand=luxor)
    for number, item in enumerate(list(notice.items.all())[:4]):
        decide_item(item, is_accepted=number != 3, reason="Looked at.", by=petra)
    overturned = make_appeal(hold=items[1].holds.get(), text="No.", actor=mallory)
    answer_appeal(appeal=overturned, is_upheld=False, answer="True.", actor=paula)

    rate = acceptance_of_sender(" LENA@luxor.example")

    assert (rate.accepted, rate.decided) == (2, 4)
    assert 0.14 < rate.interval.low < 0.5 < rate.interval.high < 0.86
    assert acceptance_of_brand(luxor) == rate
    assert acceptance_of_sender("other@example.com").decided == 0


def test_nobody_decides_about_a_seller_for_whom_they_work(juice: Product, luxor: Brand, petra: User) -> None:
    factories.seller(juice.seller.name, petra)

    with pytest.raises(Refusal, match="You work for this seller"):
        decide_item(only(noticed(juice, brand=luxor)), is_accepted=False, reason="Fine.", by=petra)


@pytest.mark.parametrize("state", ["draft", "held", "removed", "live"])
def test_a_listing_that_nobody_has_seen_is_answered_like_one_that_does_not_exist(luxor: Brand, state: str) -> None:
    hidden = factories.product("Unseen", status=state, screened_version=0)
    faults = []
    for key in (hidden.pk, 999_999_999):
        with pytest.raises(IncompleteNotice) as raised:
            file_notice(sender=SENDER, claim=claim(luxor), listings=[str(key)])
        faults.append(raised.value.faults["listings"].replace(str(key), "…"))

    assert faults[0] == faults[1]


def test_trusted_flaggers_come_first_and_who_said_so_is_kept(juice: Product, luxor: Brand, petra: User) -> None:
    first, second = noticed(juice, brand=luxor), noticed(juice, brand=luxor)

    mark_trusted(second, is_trusted=True, by=petra)
    mark_trusted(second, is_trusted=True, by=petra)

    assert list(Notice.objects.waiting().order_by("turn", "received_at")) == [second, first]
    entry = AuditEntry.objects.get(action="notice.trust-changed")
    assert (entry.actor_name, entry.after) == ("Petra", {"is_trusted_flagger": True})


@pytest.mark.django_db(transaction=True)
def test_of_two_people_who_decide_at_once_one_is_told() -> None:
    factories.rows_of_migrations()
    people = [factories.user(name, Role.POLICY) for name in ("petra", "paul")]
    item = only(noticed(factories.product(), brand=Brand.objects.create(name="Luxor")))

    both = at_once(
        [
            lambda: decide_item(item, is_accepted=True, reason="Copied.", by=people[0]),
            lambda: decide_item(item, is_accepted=False, reason="Fine.", by=people[1]),
        ]
    )

    assert sorted(type(each).__name__ for each in both) == ["NoticeItem", "Refusal"]
    assert NoticeMail.objects.filter(kind="decided").count() == 1
