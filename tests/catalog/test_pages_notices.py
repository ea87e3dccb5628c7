"""Notices of brand owners on pages: filing one without a login, the queue, deciding, and taking a slip back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog import notice_limits
from catalog.models import Brand, BrandAuthorization, Notice, NoticeItem, Product
from catalog.models.decisions import UNDO_FOR
from catalog.notices import Sender, decide_item
from shopadmin.accounts.models import User
from tests import factories

from .bulk_buttons import text_of
from .decided import found, rule
from .notice_rows import luxor, noticed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]
FORM, QUEUE = "/catalog/notices/add", "/catalog/brand-notices/"
ACCEPT = {"verdict": "accept", "ground": "counterfeit", "severity": "4", "reason": "The logo is copied."}
REJECT = {"verdict": "reject", "reason": "The seller showed an invoice."}


@pytest.fixture(autouse=True)
def counted_anew() -> None:
    cache.clear()


@pytest.fixture
def reviewer(client: Client, bob: User) -> Client:
    """Bob's browser; he decides on findings and notices."""
    client.force_login(bob)
    return client


def sent(*products: Product, **fields: str) -> dict[str, str]:
    return {
        "brand": luxor().name,
        "right": "EUTM 018000001",
        "jurisdiction": "EU",
        "listings": "\n".join(item.get_absolute_url() for item in products),
        "reasons": "The logo is ours.",
        "sender_name": "Lena Luxor",
        "sender_email": "lena@luxor.example",
        "on_behalf_of": "",
        "is_in_good_faith": "on",
        **fields,
    }


def test_a_stranger_files_a_notice_and_reads_what_happens_next(juice: Product) -> None:
    answer = Client().post(FORM, sent(juice), follow=True)

    notice = Notice.objects.get()
    assert answer.redirect_chain == [(notice.get_receipt_url(), 302)]
    text = text_of(answer)
    assert str(notice.key) in text
    assert "What happens next" in text
    assert juice.title in text


def test_a_brand_can_be_named_by_an_alias(juice: Product) -> None:
    luxor().aliases.create(name="Maison Luxor")

    Client().post(FORM, sent(juice, brand="maison luxor"))

    assert Notice.objects.get().brand == luxor()


def test_all_that_is_wrong_is_said_beside_its_field_and_nothing_is_lost(juice: Product) -> None:
    wrong = sent(brand="Luxxor", right="", sender_email="lena@", listings="/catalog/products/999999999/", reasons="")
    wrong.pop("is_in_good_faith")

    answer = Client().post(FORM, wrong)

    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {
        "brand", "right", "sender_email", "listings", "reasons", "is_in_good_faith",
    }  # fmt: skip
    html = answer.content.decode()
    assert "Did you mean Luxor?" in html
    assert 'value="Lena Luxor"' in html
    assert "/catalog/products/999999999/" in html
    assert not Notice.objects.exists()


def test_a_listing_that_is_hidden_gets_the_words_of_one_that_does_not_exist(db: None) -> None:
    hidden = factories.product("Coming soon", status="draft", screened_version=0)

    faults = [
        Client().post(FORM, sent(listings=str(key))).context["form"].errors["listings"][0].replace(str(key), "…")
        for key in (hidden.pk, 999_999_999)
    ]

    assert faults[0] == faults[1]
    assert "Coming soon" not in text_of(Client().post(FORM, sent(listings=str(hidden.pk))))


@pytest.mark.parametrize("limit", ["TRIES", "FILED_FROM_ONE", "FILED_FROM_NETWORK", "FILED_WITH_ADDRESS"])
def test_who_sends_too_many_is_told_to_wait_and_loses_nothing(
    juice: Product, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(notice_limits, limit, getattr(notice_limits, limit).replace(
        getattr(notice_limits, limit).split("/")[0], "1", 1))  # fmt: skip
    assert Client().post(FORM, sent(juice)).status_code == 302

    answer = Client().post(FORM, sent(juice))

    assert answer.status_code == 429
    assert "wait, and send it again" in text_of(answer)
    assert "The logo is ours." in answer.content.decode()
    assert Notice.objects.count() == 1


def test_neighbours_in_a_network_share_a_limit_and_others_have_their_own(
    juice: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notice_limits, "FILED_FROM_NETWORK", "1/h/key")
    statuses = [
        Client(REMOTE_ADDR=address).post(FORM, sent(juice)).status_code
        for address in ("192.0.2.1", "192.0.2.9", "198.51.100.1", "2001:db8::1", "2001:db8:0:9::1")
    ]

    assert statuses == [302, 429, 302, 302, 429]


def test_the_receipt_tells_the_outcome_once_no_slip_can_be_taken_back(juice: Product, petra: User) -> None:
    notice = noticed(juice)
    decide_item(notice.items.get(), is_accepted=False, reason="An authorised seller.", by=petra)
    assert "An authorised seller." not in text_of(Client().get(notice.get_receipt_url()))

    Notice.objects.update(decided_at=timezone.now() - UNDO_FOR)

    answer = Client().get(notice.get_receipt_url())
    assert "An authorised seller." in text_of(answer)
    assert answer["Referrer-Policy"] == "no-referrer"
    assert Client().get("/catalog/notices/00000000-0000-4000-8000-000000000000/").status_code == 404


def test_the_queue_shows_trusted_flaggers_first_then_who_waits_longest(reviewer: Client, juice: Product) -> None:
    late, early, trusted = noticed(juice), noticed(juice), noticed(juice, is_trusted_flagger=True)
    Notice.objects.filter(pk=early.pk).update(received_at=timezone.now() - timedelta(days=3))

    answer = reviewer.get(QUEUE)

    assert [row.notice for row in answer.context["rows"]] == [trusted, early, late]
    assert text_of(answer).count("trusted flagger") >= 1


def test_the_queue_says_how_often_sender_and_brand_were_right(reviewer: Client, petra: User) -> None:
    own, other = (Sender(name="A", email=f"{name}@example.com") for name in ("own", "other"))
    before = noticed(*(factories.product(str(number)) for number in range(4)), sender=own)
    for number, item in enumerate(before.items.all()):
        decide_item(item, is_accepted=number > 0, reason="Looked at.", by=petra)
    noticed(factories.product("Late"), sender=other)

    (row,) = reviewer.get(QUEUE).context["rows"]

    assert (row.of_sender.decided, row.of_brand.accepted, row.of_brand.decided) == (0, 3, 4)
    assert "75 % 3 of 4, 30–95 %" in text_of(reviewer.get(QUEUE))


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({}, ["waiting"]),
        ({"state": "decided"}, ["done"]),
        ({"state": "all"}, ["done", "waiting"]),
        ({"state": "all", "sender": "DONE@example.com"}, ["done"]),
        ({"state": "all", "brand": "luxor"}, ["done", "waiting"]),
        ({"state": "all", "brand": "Nobody"}, []),
        ({"state": "nonsense"}, ["waiting"]),
    ],
)
def test_notices_are_found_by_state_brand_and_sender(
    reviewer: Client, juice: Product, petra: User, query: dict[str, str], shown: list[str]
) -> None:
    for name in ("done", "waiting"):
        notice = noticed(juice, sender=Sender(name=name, email=f"{name}@example.com"))
        if name == "done":
            decide_item(notice.items.get(), is_accepted=False, reason="Fine.", by=petra)

    rows = reviewer.get(QUEUE, query).context["rows"]

    assert sorted(row.notice.sender_name for row in rows) == shown


def test_a_long_queue_has_pages(reviewer: Client, juice: Product) -> None:
    notices = [noticed(juice) for _number in range(30)]

    first = reviewer.get(QUEUE)
    second = reviewer.get(QUEUE + first.context["page"].older)

    keys = [row.notice.pk for answer in (first, second) for row in answer.context["rows"]]
    assert keys == [notice.pk for notice in notices]


def test_accepting_takes_down_goes_on_and_can_be_taken_back(reviewer: Client, juice: Product) -> None:
    other = factories.product("Pear juice")
    notice = noticed(juice, other)
    first, second = notice.items.all()
    page = notice.get_absolute_url()

    answer = reviewer.post(f"{page}decide", {**ACCEPT, "item": first.pk, "next": second.pk}, follow=True)

    assert answer.context["focus"].item == second
    juice.refresh_from_db()
    first.refresh_from_db()
    assert (juice.status, first.state, first.decision.strike.weight) == ("held", "accepted", 3)

    again = reviewer.post(f"{page}undo", {"item": first.pk}, follow=True)

    assert again.context["focus"].item == first
    juice.refresh_from_db()
    assert juice.status == "live"
    assert Notice.objects.waiting().get() == notice


def test_rejecting_needs_words_and_says_where_they_are_missing(reviewer: Client, juice: Product) -> None:
    notice = noticed(juice)
    item = notice.items.get()
    page = notice.get_absolute_url()

    answer = reviewer.post(f"{page}decide", {**REJECT, "reason": " ", "item": item.pk})
    assert answer.status_code == 422
    assert "its sender reads it" in text_of(answer)

    reviewer.post(f"{page}decide", {**REJECT, "item": item.pk})
    item.refresh_from_db()
    assert (item.state, item.reason) == ("rejected", "The seller showed an invoice.")


def test_htmx_gets_the_next_listing_in_place_with_its_address(reviewer: Client, juice: Product) -> None:
    notice = noticed(juice, factories.product("Pear juice"))
    first, second = notice.items.all()

    answer = reviewer.post(
        f"{notice.get_absolute_url()}decide",
        {**REJECT, "item": first.pk, "next": second.pk},
        headers={"HX-Request": "true"},
    )

    assert answer["HX-Push-Url"] == f"{notice.get_absolute_url()}?item={second.pk}"
    assert "<html" not in answer.content.decode()


def test_the_page_says_whether_the_seller_is_authorised_and_what_rules_found(
    reviewer: Client, juice: Product, paula: User, petra: User
) -> None:
    notice = noticed(juice)
    version = rule()
    found(juice, version)
    text = text_of(reviewer.get(notice.get_absolute_url()))
    assert "not authorised for Luxor" in text
    assert version.rule.title in text

    BrandAuthorization.objects.create(
        seller=juice.seller, brand=luxor(), state="granted", asked_by=paula, decided_by=petra,
        decided_at=timezone.now(), valid_from=timezone.localdate(),
    )  # fmt: skip

    answer = reviewer.get(notice.get_absolute_url())
    assert "authorised for Luxor everywhere" in text_of(answer)
    assert "has shown us the authorisation" in answer.context["reject_form"].initial["reason"]


def test_an_authentic_listing_stands_beside(reviewer: Client, paula: User, petra: User) -> None:
    store = factories.seller("Luxor Store")
    BrandAuthorization.objects.create(
        seller=store, brand=luxor(), state="granted", asked_by=paula, decided_by=petra, decided_at=timezone.now(),
        valid_from=timezone.localdate(),
    )  # fmt: skip
    real = factories.product("Luxor bag", of=store, brand="Luxor")

    answer = reviewer.get(noticed(factories.product("Luxor bag, copy")).get_absolute_url())

    assert answer.context["focus"].beside.authentic.product == real


def test_who_works_for_the_seller_is_told_that_somebody_else_decides(
    reviewer: Client, bob: User, juice: Product
) -> None:
    factories.seller(juice.seller.name, bob)
    notice = noticed(juice)

    assert "You work for this seller" in text_of(reviewer.get(notice.get_absolute_url()))
    sent_anyway = {**REJECT, "item": notice.items.get().pk}
    assert "You work for this seller" in text_of(
        reviewer.post(f"{notice.get_absolute_url()}decide", sent_anyway, follow=True)
    )
    assert NoticeItem.objects.get().state == "waiting"


def test_staff_marks_a_trusted_flagger_and_takes_that_back(reviewer: Client, juice: Product) -> None:
    notice = noticed(juice)

    for word, is_trusted in (("yes", True), ("no", False)):
        reviewer.post(f"{notice.get_absolute_url()}trust", {"is_trusted": word})
        notice.refresh_from_db()
        assert notice.is_trusted_flagger == is_trusted


def test_an_item_of_another_notice_is_not_decided_here(reviewer: Client, juice: Product) -> None:
    notice, other = noticed(juice), noticed(juice)

    answer = reviewer.post(f"{notice.get_absolute_url()}decide", {**REJECT, "item": other.items.get().pk})

    assert answer.status_code == 404


def test_the_navigation_counts_what_waits(reviewer: Client, juice: Product, mallory: User) -> None:
    notices = [noticed(juice) for _number in range(2)]
    assert "Brand notices 2 waiting" in text_of(reviewer.get(QUEUE))

    Notice.objects.filter(pk__in=[one.pk for one in notices]).update(decided_at=timezone.now())
    assert "waiting" not in text_of(reviewer.get(QUEUE)).split("Appeals")[0]


def test_pages_take_as_many_statements_for_many_as_for_few(reviewer: Client, juice: Product) -> None:
    def statements(address: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            reviewer.get(address)
        return len(queries)

    few = noticed(juice, factories.product("Pear"))
    reviewer.get(QUEUE)
    reviewer.get(few.get_absolute_url())
    in_queue, on_page = statements(QUEUE), statements(few.get_absolute_url())
    many = noticed(*(factories.product(f"Bag {number}", of=factories.seller(f"S{number}")) for number in range(8)))
    for number in range(5):
        noticed(
            juice, brand=Brand.objects.create(name=f"B{number}"), sender=Sender(name="A", email=f"{number}@a.example")
        )

    assert (statements(QUEUE), statements(many.get_absolute_url())) == (in_queue, on_page)
