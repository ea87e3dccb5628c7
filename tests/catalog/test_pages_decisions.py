"""The page of a decision: the statement as its seller reads it, what staff sees, and restoring similar listings."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from catalog.decisions import clear, take_down
from catalog.holding import answer_appeal, make_appeal, place_hold
from catalog.models import Appeal, AppealDocument, Decision, Hold, Product, RuleVersion, Seller
from catalog.models.decisions import UNDO_FOR
from catalog.screening.services import screen_due
from shopadmin.accounts.models import User
from tests import factories

from . import rule_rows as rows
from .bulk_buttons import text_of
from .finding_rows import explained

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]


@pytest.fixture
def cheap(paula: User, petra: User) -> RuleVersion:
    return rows.live("Cheap", paula, petra, lane="hold", severity=4)


def taken_down(of: RuleVersion, item: Product, by: User) -> Decision:
    finding = rows.found(of, item, explanation=explained())
    return take_down(product=item, ground=Hold.Ground.COUNTERFEIT, explanation="No invoice.", by=by, findings=[finding])


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_seller_reads_the_reasons_and_what_can_be_done(
    merchant: Client, juice: Product, cheap: RuleVersion, bob: User
) -> None:
    decision = taken_down(cheap, juice, bob)

    text = text_of(merchant.get(decision.get_absolute_url()))

    assert "Statement of reasons" in text
    assert "No invoice." in text
    assert "An appeal is free" in text
    assert "Appeal against it" in text
    assert "For staff" not in text
    assert "Cheap" not in text
    assert "Bob" not in text


def test_the_statement_is_in_the_sellers_language_and_the_page_in_the_readers(
    juice: Product, cheap: RuleVersion, bob: User, mallory: User
) -> None:
    User.objects.filter(pk=mallory.pk).update(language="es")
    decision = taken_down(cheap, juice, bob)

    html = browser(bob).get(decision.get_absolute_url()).content.decode()

    assert 'lang="es"' in html
    assert "For staff" in html


def test_staff_sees_who_decided_for_which_findings(juice: Product, cheap: RuleVersion, bob: User, paula: User) -> None:
    decision = taken_down(cheap, juice, bob)

    text = text_of(browser(paula).get(decision.get_absolute_url()))

    assert "found by a rule, decided by a person" in text
    assert "Cheap" in text
    assert "strike of 3 points" in text
    assert "Take it back" not in text
    assert "Take it back" in text_of(browser(bob).get(decision.get_absolute_url()))


def test_to_other_merchants_a_decision_does_not_exist_and_what_was_cleared_neither(
    merchant: Client, juice: Product, cheap: RuleVersion, bob: User
) -> None:
    other = taken_down(cheap, factories.product("Foreign", of=factories.seller("Other")), bob)
    cleared = clear(findings=[rows.found(cheap, juice, explanation=explained())], reason="Fine.", by=bob)

    assert merchant.get(other.get_absolute_url()).status_code == 404
    assert merchant.get(cleared.get_absolute_url()).status_code == 404


def test_an_overturned_decision_offers_to_restore_what_is_held_for_the_same_reason(
    juice: Product, cheap: RuleVersion, bob: User, paula: User, mallory: User
) -> None:
    wrong = taken_down(cheap, juice, bob)
    similar = taken_down(cheap, factories.product("Pear juice"), bob)
    appeal = make_appeal(hold=wrong.hold, text="I have invoices.", actor=mallory)
    answer_appeal(appeal=appeal, is_upheld=False, answer="The invoice is right.", actor=paula)
    Decision.objects.filter(pk=wrong.pk).update(decided_at=timezone.now() - UNDO_FOR - timedelta(hours=1))
    policy = browser(paula)

    page = policy.get(wrong.get_absolute_url())
    assert "1 other listing is held because the same clauses" in text_of(page)
    assert policy.post(f"{wrong.get_absolute_url()}restore", {"product": similar.product_id}).status_code == 422

    sent = {"product": similar.product_id, "reason": "The same mistake."}
    answer = policy.post(f"{wrong.get_absolute_url()}restore", sent)

    assert answer.status_code == 302
    assert "/products/bulk/" in answer["Location"]


def test_a_merchant_sends_documents_with_an_appeal_and_staff_opens_them(
    merchant: Client, juice: Product, bob: User, paula: User
) -> None:
    hold = place_hold(product=juice, ground=Hold.Ground.OTHER, explanation="Wrong.", remedy="", actor=paula)
    invoice = SimpleUploadedFile("invoice.jpg", factories.jpeg(), content_type="image/jpeg")

    answer = merchant.post(
        f"/catalog/holds/{hold.pk}/appeal", {"text": "Here it is.", "documents": [invoice]}, follow=True
    )

    assert "Your appeal is sent." in text_of(answer)
    document = AppealDocument.objects.get()
    assert "invoice.jpg" in text_of(answer)
    page = browser(bob).get(f"/catalog/appeals/documents/{document.pk}")
    assert page["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert page["Content-Type"] == "image/jpeg"


def test_a_document_that_is_none_keeps_what_was_written(merchant: Client, juice: Product, paula: User) -> None:
    hold = place_hold(product=juice, ground=Hold.Ground.OTHER, explanation="Wrong.", remedy="", actor=paula)
    odd = SimpleUploadedFile("invoice.pdf", b"MZ no document", content_type="application/pdf")

    answer = merchant.post(f"/catalog/holds/{hold.pk}/appeal", {"text": "Here it is.", "documents": [odd]})

    assert answer.status_code == 422
    assert "is not a readable PDF, JPEG or PNG file" in text_of(answer)
    assert "Here it is." in answer.content.decode()
    assert not Appeal.objects.exists()


def test_whoever_took_a_listing_down_reads_why_somebody_else_answers(
    juice: Product, cheap: RuleVersion, paula: User, mallory: User, shop: Seller
) -> None:
    decision = taken_down(cheap, juice, paula)
    make_appeal(hold=decision.hold, text="I have invoices.", actor=mallory)
    policy = browser(paula)

    assert "decided by you: somebody else answers" in text_of(policy.get("/catalog/appeals/"))
    page = text_of(policy.get(juice.get_absolute_url()))
    assert "You placed this hold or decided on the listing" in page
    assert "Answer the appeal" not in page


def test_a_rule_alone_says_why_and_apart_from_that_what_was_seen(
    juice: Product, paula: User, petra: User, mallory: User
) -> None:
    rows.live("Cheap", paula, petra, text='title == "Apple juice"', lane="hold", seller_message="Looks copied.")
    Product.objects.update(screened_version=0)
    while screen_due():
        pass
    decision = Decision.objects.get()

    text = text_of(browser(mallory).get(decision.get_absolute_url()))

    assert "Why Looks copied. What was seen What counted here: the listing’s title." in text
    assert text.count("Looks copied.") == 1
    assert "Cheap" not in text
    staff = text_of(browser(paula).get(decision.get_absolute_url()))
    assert "a rule, no person" in staff
    assert "Found Cheap" in staff
    assert "decide on it" in staff


def test_what_a_person_says_of_a_hold_stands_once(juice: Product, paula: User, mallory: User) -> None:
    hold = place_hold(
        product=juice, ground=Hold.Ground.OTHER, explanation="The logo is mirrored.", remedy="", actor=paula
    )

    text = text_of(browser(mallory).get(hold.decisions.get().get_absolute_url()))

    assert text.count("The logo is mirrored.") == 1


def test_the_page_says_which_appeals_are_open(juice: Product, bob: User, paula: User, mallory: User) -> None:
    hold = place_hold(product=juice, ground=Hold.Ground.OTHER, explanation="Wrong.", remedy="", actor=bob)
    decision, merchant = hold.decisions.get(), browser(mallory)
    said = []
    for _number in range(2):
        said.append(
            text_of(merchant.get(decision.get_absolute_url())) + text_of(merchant.get(juice.get_absolute_url()))
        )
        document = SimpleUploadedFile("invoice.jpg", factories.jpeg(), content_type="image/jpeg")
        appeal = make_appeal(hold=hold, text="It is fine.", actor=mallory, documents=[document])
        answer_appeal(appeal=appeal, is_upheld=True, answer="No.", actor=paula)
    said.append(text_of(merchant.get(decision.get_absolute_url())) + text_of(merchant.get(juice.get_absolute_url())))

    first, second, none = said
    assert "An appeal is free" in first
    assert "a second one if it brings documents" in first
    assert "A second appeal is possible until" in second
    assert second.count("Appeal again, with documents") == 2
    assert none.count("certified out-of-court body") == 2
    assert "Send the appeal" not in none


def test_a_hold_of_before_statements_says_so_and_can_be_appealed_against(
    merchant: Client, juice: Product, bob: User
) -> None:
    place_hold(product=juice, ground=Hold.Ground.OTHER, explanation="Wrong.", remedy="", actor=bob)
    Decision.objects.all().delete()

    text = text_of(merchant.get(juice.get_absolute_url()))

    assert "This hold is older than our statements of reasons" in text
    assert "Send the appeal" in text
