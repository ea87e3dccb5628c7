"""The queue of findings: what waits, the gravest first, decided one by one or together, and taken back."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.models import Brand, BrandAuthorization, Decision, Finding, Product, RuleVersion
from shopadmin.accounts.models import User
from tests import factories

from . import rule_rows as rows
from .bulk_buttons import text_of
from .finding_rows import explained

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]
QUEUE = "/catalog/findings/"
DOWN = {"verdict": "take-down", "ground": "counterfeit", "severity": "5", "explanation": "No invoice of the brand."}
CLEAR = {"verdict": "clear", "reason": "Looked at; the seller sent an invoice."}


@pytest.fixture
def reviewer(client: Client, bob: User) -> Client:
    """Bob's browser; he decides on findings."""
    client.force_login(bob)
    return client


@pytest.fixture
def cheap(paula: User, petra: User) -> RuleVersion:
    return rows.live("Cheap", paula, petra, lane="review", severity=4)


@pytest.fixture
def nike(db: None) -> Brand:
    return Brand.objects.create(name="Nike", is_protected=True)


def found(of: RuleVersion, title: str, **fields: object) -> Finding:
    return rows.found(of, factories.product(title), explanation=explained(), **fields)


def test_the_gravest_stands_first_with_why(reviewer: Client, cheap: RuleVersion, paula: User, petra: User) -> None:
    found(cheap, "Bag")
    grave = rows.live("Grave", paula, petra, severity=5)
    found(grave, "Shoe", days_ago=1)

    answer = reviewer.get(QUEUE)

    assert answer.context["focus"].product.title == "Shoe"
    text = text_of(answer)
    assert "2 listings wait here" in text
    assert "price_quantile = 0.03" in text
    assert "No authorised listing to compare with." in text


def test_an_empty_queue_says_so(reviewer: Client) -> None:
    assert "Nothing waits for you" in text_of(reviewer.get(QUEUE))


def test_taking_down_goes_on_with_the_next_and_can_be_taken_back(reviewer: Client, cheap: RuleVersion) -> None:
    one, other = found(cheap, "Bag", days_ago=1), found(cheap, "Shoe")

    answer = reviewer.post(f"{QUEUE}decide", {**DOWN, "finding": one.pk, "next": other.pk}, follow=True)

    assert answer.context["focus"].product == other.product
    assert "Bag is taken down." in text_of(answer)
    one.product.refresh_from_db()
    assert one.product.status == Product.Status.HELD
    decision = Decision.objects.get()
    assert (decision.ground, decision.explanation) == ("counterfeit", "No invoice of the brand.")
    assert decision.strike.weight == 4

    again = reviewer.post(f"{QUEUE}undo", {"decision": str(decision.key)}, follow=True)
    assert again.context["focus"].product == one.product
    one.product.refresh_from_db()
    assert one.product.status == Product.Status.LIVE
    assert "is taken down." not in text_of(again)


def test_htmx_gets_the_next_listing_in_place_with_its_address(reviewer: Client, cheap: RuleVersion) -> None:
    one, other = found(cheap, "Bag", days_ago=1), found(cheap, "Shoe")

    sent = {**CLEAR, "finding": one.pk, "next": other.pk}
    answer = reviewer.post(f"{QUEUE}decide", sent, headers={"HX-Request": "true"})

    assert answer.status_code == 200
    assert "<html" not in answer.content.decode()
    assert answer["HX-Push-Url"] == f"{QUEUE}?finding={other.pk}"
    one.refresh_from_db()
    assert one.state == Finding.State.CLEARED


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({**DOWN, "explanation": " "}, "Say why: the seller reads it, and can appeal."),
        ({**CLEAR, "reason": ""}, "Say why it is in order"),
        ({**DOWN, "ground": "odd"}, "Select a valid choice."),
        ({**DOWN, "severity": "6"}, "Select a valid choice."),
    ],
)
def test_what_is_missing_is_said_beside_its_field(
    reviewer: Client, cheap: RuleVersion, sent: dict[str, str], said: str
) -> None:
    finding = found(cheap, "Bag")

    answer = reviewer.post(f"{QUEUE}decide", {**sent, "finding": finding.pk})

    assert answer.status_code == 422
    assert said in text_of(answer)
    assert not Decision.objects.exists()


def test_whoever_comes_second_reads_that_it_is_decided(reviewer: Client, cheap: RuleVersion) -> None:
    finding = found(cheap, "Bag", state="confirmed")

    answer = reviewer.post(f"{QUEUE}decide", {**DOWN, "finding": finding.pk}, follow=True)

    assert "somebody else has just decided on this listing" in text_of(answer)
    assert not Decision.objects.exists()


def test_only_what_was_shown_is_decided(reviewer: Client, cheap: RuleVersion, paula: User, petra: User) -> None:
    seen = found(cheap, "Bag")
    later = rows.found(rows.live("Later", paula, petra), seen.product)

    reviewer.post(f"{QUEUE}decide", {**CLEAR, "finding": seen.pk})

    later.refresh_from_db()
    assert later.state == Finding.State.OPEN


def test_groups_are_decided_together_and_taken_back_together(reviewer: Client, cheap: RuleVersion, nike: Brand) -> None:
    group = [found(cheap, title, brand=nike) for title in ("Bag", "Shoe", "Cap")]
    other = found(cheap, "Mug")
    place = {"by": "brand", "group": str(nike.pk)}

    page = reviewer.get(QUEUE, place)
    assert [each.name for each in page.context["queue"].groups] == ["Nike", "none"]
    assert "Take 3 listings down" in text_of(page)

    answer = reviewer.post(
        f"{QUEUE}decide-group", {**place, **DOWN, "finding": [each.pk for each in group]}, follow=True
    )
    assert "3 listings are taken down." in text_of(answer)
    assert answer.context["focus"].product == other.product
    assert Product.objects.filter(status="held").count() == 3

    keys = [str(each.key) for each in Decision.objects.all()]
    assert "3 decisions are taken back" in text_of(reviewer.post(f"{QUEUE}undo", {"decision": keys}, follow=True))
    assert not Product.objects.filter(status="held").exists()


def test_without_a_group_one_sees_groups_by_seller_and_photo(reviewer: Client, cheap: RuleVersion) -> None:
    found(cheap, "Bag", cluster=-77)
    found(cheap, "Bag again", cluster=-77)

    by_photo = reviewer.get(QUEUE, {"by": "photo", "group": "-77"}).context["queue"]
    assert [(each.key, each.listings) for each in by_photo.groups] == [("-77", 2)]
    assert by_photo.listings == 2
    assert [each.name for each in reviewer.get(QUEUE, {"by": "seller"}).context["queue"].groups] == ["Corner Shop"]


@pytest.mark.parametrize("query", [{"by": "odd"}, {"by": "brand", "group": "odd"}, {"finding": "9" * 30}])
def test_odd_addresses_show_the_whole_queue(reviewer: Client, cheap: RuleVersion, query: dict[str, str]) -> None:
    found(cheap, "Bag")

    assert reviewer.get(QUEUE, query).context["queue"].listings == 1


def test_an_authorised_listing_of_the_same_brand_and_category_stands_beside_it(
    reviewer: Client, cheap: RuleVersion, nike: Brand, paula: User, petra: User
) -> None:
    store = factories.seller("Nike Store")
    BrandAuthorization.objects.create(
        seller=store, brand=nike, state="granted", asked_by=paula, decided_by=petra, decided_at=timezone.now(),
        valid_from=timezone.localdate(),
    )  # fmt: skip
    for title in ("Nike Court Vision", "Nike Air Max 90"):
        item = factories.product(title, of=store, photos=0)
        Product.objects.filter(pk=item.pk).update(brand=nike)
    unauthorised = factories.product("Nike Air Max 90 shoe", of=factories.seller("Other"))
    Product.objects.filter(pk=unauthorised.pk).update(brand=nike)
    found(cheap, "Nike Air Max 90 shoes", brand=nike)

    beside = reviewer.get(QUEUE).context["beside"]

    assert beside.authentic.product.title == "Nike Air Max 90"
    assert beside.authentic.by == "title"


def test_the_nearest_photo_says_how_near_it_is(
    reviewer: Client, cheap: RuleVersion, nike: Brand, paula: User, petra: User
) -> None:
    store = factories.seller("Nike Store")
    BrandAuthorization.objects.create(
        seller=store, brand=nike, state="granted", asked_by=paula, decided_by=petra, decided_at=timezone.now(),
        valid_from=timezone.localdate(),
    )  # fmt: skip
    finding = found(cheap, "Nike shoe", brand=nike)
    finding.product.images.update(perceptual_hash=0b1111)
    for title, value in (("Far", -1), ("Near", 0b1100)):
        item = factories.product(title, of=store)
        item.images.update(perceptual_hash=value)
        Product.objects.filter(pk=item.pk).update(brand=nike)

    authentic = reviewer.get(QUEUE).context["beside"].authentic

    assert (authentic.product.title, authentic.by, authentic.bits) == ("Near", "photo", 2)


def test_the_queue_takes_as_many_statements_for_many_findings_as_for_few(
    reviewer: Client, cheap: RuleVersion, nike: Brand
) -> None:
    def statements() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            reviewer.get(QUEUE, {"by": "brand", "group": str(nike.pk)})
        return len(queries)

    for number in range(2):
        found(cheap, f"Bag {number}", brand=nike)
    reviewer.get(QUEUE)
    few = statements()
    for number in range(8):
        found(cheap, f"Shoe {number}", brand=nike)

    assert statements() == few


def test_the_address_of_a_finding_leads_to_the_queue_and_later_to_the_decision(
    reviewer: Client, cheap: RuleVersion
) -> None:
    finding = found(cheap, "Bag")
    assert reviewer.get(finding.get_absolute_url())["Location"] == f"{QUEUE}?finding={finding.pk}"

    reviewer.post(f"{QUEUE}decide", {**CLEAR, "finding": finding.pk})
    assert reviewer.get(finding.get_absolute_url())["Location"] == Decision.objects.get().get_absolute_url()


def test_a_finding_that_failed_says_that_it_could_not_be_asked(reviewer: Client, cheap: RuleVersion) -> None:
    rows.found(cheap, factories.product("Bag"), is_error=True, explanation={"reason": "ValueError: no price"})

    text = text_of(reviewer.get(QUEUE))

    assert "could not be asked" in text
    assert "ValueError: no price" in text
