"""Appeals with documents, answered by others than those who decided; what follows from an overturned one."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction

from catalog.appeal_chances import Chance
from catalog.decisions import undo
from catalog.documents import MAX_DOCUMENT_BYTES
from catalog.holding import OwnHold, answer_appeal, chance_of, make_appeal, release_hold
from catalog.listings import Refusal
from catalog.models import Appeal, AppealDocument, Decision, Finding, Product, RegressionCase, Strike
from shopadmin.accounts.models import Notification, User
from shopadmin.accounts.roles import Role
from tests import factories
from tests.catalog import shops

from .decided import found, held, rule, status, taken_down

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]


def appeal_of(product: Product, by: User) -> Appeal:
    return make_appeal(hold=product.holds.get(), text="It is genuine.", actor=by)


def files() -> list[str]:
    folder = Path(default_storage.path("appeals"))
    return [str(path) for path in folder.rglob("*") if path.is_file()] if folder.exists() else []


def test_documents_are_kept_under_names_of_ours_and_judged_by_what_they_are(
    juice: Product, petra: User, mallory: User
) -> None:
    taken_down(juice, petra)
    sent = [shops.document(name="C:\\papers\\..\\invoice.exe"), shops.document(shops.picture("JPEG"), "photo.pdf")]

    make_appeal(hold=juice.holds.get(), text="See the invoice.", actor=mallory, documents=sent)

    kept = AppealDocument.objects.all()
    assert [(row.name, Path(row.file.name).name) for row in kept] == [
        ("invoice.exe", "document.pdf"),
        ("photo.pdf", "document.jpg"),
    ]
    assert kept[0].file.read() == shops.PDF


@pytest.mark.parametrize(
    ("documents", "fault"),
    [
        ([shops.document(b"<script>", "bill.pdf")], "“bill.pdf” is not a readable"),
        ([shops.document(), shops.document(b"", "empty.pdf")], "“empty.pdf” is not a readable"),
        ([shops.document(shops.PDF + b"\0" * MAX_DOCUMENT_BYTES, "big.pdf")], "“big.pdf” is larger than 10 MB"),
        ([shops.document() for _number in range(6)], "At most 5 documents"),
    ],
)
def test_of_documents_that_cannot_be_taken_none_is_kept(
    juice: Product, petra: User, mallory: User, documents: list, fault: str
) -> None:
    taken_down(juice, petra)
    before = files()

    with pytest.raises(Refusal, match=fault):
        make_appeal(hold=juice.holds.get(), text="See.", actor=mallory, documents=documents)

    assert (Appeal.objects.count(), files()) == (0, before)


def test_documents_of_a_refused_appeal_are_erased(juice: Product, petra: User, mallory: User) -> None:
    taken_down(juice, petra)
    appeal_of(juice, mallory)
    before = files()

    with pytest.raises(Refusal, match="made before"):
        make_appeal(hold=juice.holds.get(), text="Again.", actor=mallory, documents=[shops.document()])

    assert files() == before


def test_only_those_who_see_the_appeal_see_its_documents(
    juice: Product, petra: User, paula: User, mallory: User
) -> None:
    taken_down(juice, petra)
    make_appeal(hold=juice.holds.get(), text="See.", actor=mallory, documents=[shops.document()])
    stranger = factories.user("oscar", Role.MERCHANT)
    factories.seller("Other", stranger)

    seen = {person: AppealDocument.objects.for_user(person).count() for person in (mallory, paula, stranger)}

    assert list(seen.values()) == [1, 1, 0]


def test_nobody_answers_an_appeal_against_what_they_decided_although_a_rule_placed_the_hold(
    juice: Product, petra: User, paula: User, mallory: User
) -> None:
    finding = held(juice, rule())
    taken_down(juice, petra, finding)
    appeal = appeal_of(juice, mallory)

    with pytest.raises(OwnHold, match="somebody else answers"):
        answer_appeal(appeal=appeal, is_upheld=True, answer="No.", actor=petra)
    with pytest.raises(IntegrityError, match="the one who decided on a listing"), transaction.atomic():
        appeal.close(Appeal.State.UPHELD, "No.", by=petra)
    answer_appeal(appeal=appeal, is_upheld=True, answer="No.", actor=paula)


def test_who_took_it_down_and_releases_it_has_not_answered_the_appeal(
    juice: Product, petra: User, mallory: User
) -> None:
    held(juice, rule())
    taken_down(juice, petra)
    appeal = appeal_of(juice, mallory)

    release_hold(hold=juice.holds.get(), reason="True.", actor=petra)

    appeal.refresh_from_db()
    assert (appeal.state, appeal.answered_by) == ("overturned", None)


def test_an_overturned_appeal_undoes_all_and_becomes_a_regression_case_of_each_rule(
    juice: Product, petra: User, paula: User, mallory: User
) -> None:
    first, second = held(juice, rule()), held(juice, rule("photo_count > 0"))
    reviewed = found(juice, rule("photo_count >= 0"))
    taken_down(juice, petra, first, reviewed)
    appeal = appeal_of(juice, mallory)

    answer_appeal(appeal=appeal, is_upheld=False, answer="The invoice is right.", actor=paula)

    assert status(juice) == Product.Status.LIVE
    assert set(Finding.objects.values_list("state", flat=True)) == {"cleared"}
    assert Strike.objects.get().annulled_at is not None
    cases = RegressionCase.objects.order_by("rule")
    assert [case.rule for case in cases] == [first.rule, second.rule, reviewed.rule]
    assert {(case.should_fire, case.reason, case.added_by) for case in cases} == {
        (False, "The invoice is right.", paula)
    }


def test_an_upheld_appeal_confirms_the_findings_and_teaches_the_rules_nothing(
    juice: Product, paula: User, mallory: User
) -> None:
    held(juice, rule())
    appeal = appeal_of(juice, mallory)

    answer_appeal(appeal=appeal, is_upheld=True, answer="No.", actor=paula)

    assert list(Finding.objects.values_list("state", flat=True)) == ["confirmed"]
    assert not RegressionCase.objects.exists()


def test_what_a_rule_could_not_be_asked_teaches_it_nothing(juice: Product, paula: User, mallory: User) -> None:
    finding = held(juice, rule())
    Finding.objects.filter(pk=finding.pk).update(is_error=True)

    answer_appeal(appeal=appeal_of(juice, mallory), is_upheld=False, answer="Fine.", actor=paula)

    assert not RegressionCase.objects.exists()


def test_documents_are_served_only_to_those_who_see_the_appeal_and_can_do_nothing_there(
    login, juice: Product, petra: User, paula: User, mallory: User
) -> None:
    taken_down(juice, petra)
    sent = [shops.document(), shops.document(shops.picture(), "photo.png")]
    make_appeal(hold=juice.holds.get(), text="See.", actor=mallory, documents=sent)
    pdf, picture = (f"/catalog/appeals/documents/{row.pk}" for row in AppealDocument.objects.all())
    stranger = factories.user("oscar", Role.MERCHANT)
    factories.seller("Other", stranger)

    for person in (mallory, paula):
        response = login(person).get(pdf)
        assert b"".join(response) == shops.PDF
        assert response["Content-Disposition"].startswith("attachment")
        assert "sandbox" in response["Content-Security-Policy"]
        assert login(person).get(picture)["Content-Type"] == "image/png"
    assert login(stranger).get(pdf).status_code == 404
    assert login(factories.user("chloe", Role.CREATOR)).get(pdf).status_code == 403


def upheld(product: Product, by: User, answered_by: User, **fields: object) -> Appeal:
    appeal = make_appeal(hold=product.holds.get(), text="It is genuine.", actor=by, **fields)  # type: ignore[arg-type]
    answer_appeal(appeal=appeal, is_upheld=True, answer="No invoice.", actor=answered_by)
    return appeal


def test_a_second_appeal_is_taken_with_documents_and_no_third_one(
    juice: Product, petra: User, paula: User, mallory: User
) -> None:
    taken_down(juice, petra)
    upheld(juice, mallory, paula)
    with pytest.raises(Refusal, match="Send a document"):
        appeal_of(juice, mallory)

    upheld(juice, mallory, paula, documents=[shops.document()])

    with pytest.raises(Refusal, match="none is taken any more"):
        make_appeal(hold=juice.holds.get(), text="See.", actor=mallory, documents=[shops.document()])
    told = Notification.objects.filter(recipient=mallory, kind="appeal.answered")
    assert told.count() == 2, "each answer is told"


def test_a_second_appeal_that_is_right_lifts_the_hold(juice: Product, petra: User, paula: User, mallory: User) -> None:
    taken_down(juice, petra)
    upheld(juice, mallory, paula)
    second = make_appeal(hold=juice.holds.get(), text="Here.", actor=mallory, documents=[shops.document()])

    answer_appeal(appeal=second, is_upheld=False, answer="The invoice is right.", actor=paula)

    assert status(juice) == "live"


def test_what_is_taken_down_after_an_appeal_against_its_hold_can_be_appealed_against(
    juice: Product, petra: User, paula: User, mallory: User
) -> None:
    held(juice, rule())
    upheld(juice, mallory, petra)

    decision = taken_down(juice, petra)

    assert appeal_of(juice, mallory).state == "waiting"
    undo(decision=decision, by=petra)


def test_a_hold_without_a_statement_can_be_appealed_against(
    juice: Product, petra: User, paula: User, mallory: User
) -> None:
    taken_down(juice, petra)
    Decision.objects.all().delete()

    assert upheld(juice, mallory, paula).state == "upheld"
    assert chance_of(juice.holds.get()) == Chance.WITH_DOCUMENTS


def test_two_appeals_against_one_hold_never_wait(juice: Product, petra: User, mallory: User) -> None:
    taken_down(juice, petra)
    hold = appeal_of(juice, mallory).hold

    with pytest.raises(IntegrityError, match="catalog_appeal_one_waiting"), transaction.atomic():
        Appeal.objects.create(hold=hold, text="Again.", made_by=mallory)
