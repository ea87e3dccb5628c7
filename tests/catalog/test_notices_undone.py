"""What was decided on a listing of a notice is taken back: by whom, how long, and what becomes of it."""

from __future__ import annotations

import pytest
from django.core import mail
from django.utils import timezone

from catalog.decisions import undo
from catalog.listings import Refusal
from catalog.models import Brand, Notice, NoticeItem, Product
from catalog.models.decisions import UNDO_FOR
from catalog.notice_acceptance import acceptance_of_brand
from catalog.notice_mails import send_due_mails
from catalog.notices import (
    decide_item,
    undo_item,
)
from shopadmin.accounts.audit.models import AuditEntry
from shopadmin.accounts.models import User

from .decided import status, taken_down
from .notice_rows import noticed, only, pass_time
from .notice_rows import unprotected_luxor as unprotected_luxor

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]


def test_a_slip_that_took_a_listing_down_lets_it_wait_again_and_counts_for_nothing(
    juice: Product, luxor: Brand, petra: User
) -> None:
    notice = noticed(juice, brand=luxor)
    item = decide_item(only(notice), is_accepted=True, reason="Copied.", by=petra)
    assert not Notice.objects.waiting().exists()

    undo_item(item, by=petra)

    assert (status(juice), only(notice).state, only(notice).decision) == ("live", "waiting", None)
    assert Notice.objects.waiting().get() == notice
    assert acceptance_of_brand(luxor).decided == 0
    decide_item(only(notice), is_accepted=False, reason="Authorised seller.", by=petra)
    pass_time(UNDO_FOR)
    send_due_mails()
    assert "rejected. Authorised seller." in mail.outbox[-1].body


def test_a_decision_that_is_taken_back_on_its_own_page_lets_the_notice_wait_again(
    juice: Product, luxor: Brand, petra: User
) -> None:
    notice = noticed(juice, brand=luxor)
    item = decide_item(only(notice), is_accepted=True, reason="Copied.", by=petra)

    undo(decision=item.decision, by=petra)

    assert Notice.objects.waiting().get() == notice
    assert AuditEntry.objects.filter(action="notice.reopened", target_key=str(notice.pk)).exists()


def test_a_rejected_one_can_be_taken_back_and_what_others_took_down_stays_down(
    juice: Product, luxor: Brand, petra: User, paula: User
) -> None:
    first = only(noticed(juice, brand=luxor))
    undo_item(decide_item(first, is_accepted=False, reason="Fine.", by=petra), by=petra)
    assert only(first.notice).state == "waiting"

    taken_down(juice, paula)
    undo_item(decide_item(first, is_accepted=True, reason="Copied.", by=petra), by=petra)

    assert (status(juice), only(first.notice).state) == ("held", "waiting")


def test_of_two_notices_of_a_listing_the_second_is_taken_back_without_the_first(
    juice: Product, luxor: Brand, petra: User
) -> None:
    first, second = (
        decide_item(only(noticed(juice, brand=luxor)), is_accepted=True, reason="Copied.", by=petra)
        for _number in range(2)
    )

    undo_item(second, by=petra)

    assert (status(juice), only(first.notice).state, only(second.notice).state) == ("held", "accepted", "waiting")


def test_others_and_after_ten_minutes_nobody_takes_back(juice: Product, luxor: Brand, petra: User, paula: User) -> None:
    item = decide_item(only(noticed(juice, brand=luxor)), is_accepted=False, reason="Fine.", by=petra)
    with pytest.raises(Refusal, match="by whoever decided"):
        undo_item(item, by=paula)

    NoticeItem.objects.update(decided_at=timezone.now() - UNDO_FOR)
    with pytest.raises(Refusal, match="ten minutes"):
        undo_item(item, by=petra)


def test_a_slip_whose_outcome_was_mailed_already_stays(juice: Product, luxor: Brand, petra: User) -> None:
    item = decide_item(only(noticed(juice, brand=luxor)), is_accepted=True, reason="Copied.", by=petra)
    pass_time(UNDO_FOR)
    send_due_mails()

    undo(decision=item.decision, by=petra)

    assert only(item.notice).state == "accepted"
    assert acceptance_of_brand(luxor).accepted == 0
