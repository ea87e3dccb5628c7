"""Signs of evasion become drafts and entries or are put away; how well rules work stands beside them."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.evasion import keep_signs
from catalog.evasion.suspicions import Suspicion, evidence_of
from catalog.list_writing import add_list
from catalog.models import BlindSample, Brand, EvasionSign, ListEntry, Offer, Product
from catalog.rules.listing_facts import ListKind
from shopadmin.accounts.models import User
from shopadmin.accounts.notifications.sending import notify
from tests import factories

from . import rule_rows as rows
from .bulk_buttons import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]
SIGNS, SAMPLE = "/catalog/rules/signs/", "/catalog/rules/sample/"
Kind = EvasionSign.Kind
NOW = timezone.now()


@pytest.fixture
def writer(client: Client, paula: User) -> Client:
    """Paula's browser; she writes rules."""
    client.force_login(paula)
    return client


@pytest.fixture
def reader(bob: User) -> Client:
    """Bob's browser; he reviews findings and only reads rules."""
    client = Client()
    client.force_login(bob)
    return client


def signed(kind: Kind = Kind.RELIST, key: str = "one", **fields: object) -> EvasionSign:
    """A sign, with a mug as its listing unless told."""
    evidence = fields.pop("evidence", None) or evidence_of([factories.product("Blue mug").pk], 1)
    keep_signs([Suspicion(kind, key, evidence, **fields)], NOW)  # type: ignore[arg-type]
    return EvasionSign.objects.get(kind=kind, key=key)


def bunching(paula: User, petra: User) -> EvasionSign:
    version = rows.live("Cheap", paula, petra, text="has_price && price < 47.0")
    evidence = {"fact": "price", "how": "<", "number": 47.0, "currency": "EUR", "low": 47.0, "high": 47.99, "count": 66,
                "sellers": 2, "expected": 6.1, "z": 20.0, "chance": 0.0, "bins": [6] * 8 + [66] + [5] * 8,
                "listings": []}  # fmt: skip
    return signed(Kind.BUNCHING, version=version, evidence=evidence, proposal="has_price && price < 48.0")


def test_a_sign_shows_its_evidence_its_listings_and_its_rule(writer: Client, paula: User, petra: User) -> None:
    bunching(paula, petra)
    signed(proposal="relist_signals >= 2")

    response = writer.get(SIGNS)
    text, page = text_of(response), response.content.decode()

    assert "66 live listings of 2 sellers lie between 47.0 and 47.99 EUR" in text
    assert "6 belong there" in text
    assert page.count(" data-over") == 1
    assert "6, 6, 6, 6, 6, 6, 6, 6, 66, 5" in page
    assert 'alt="Blue mug"' in page
    assert "style=" not in page


def test_thresholds_that_cannot_be_judged_stand_apart_and_are_not_counted(
    writer: Client, paula: User, petra: User
) -> None:
    version = rows.live("Cheap", paula, petra, text="photo_count < 0")
    evidence = {"fact": "photo_count", "how": "<", "number": 0, "currency": ""}
    signed(Kind.UNJUDGED, version=version, evidence=evidence)
    signed(Kind.UNJUDGED, "two", version=version, evidence={"fact": ""})

    text = text_of(writer.get(SIGNS))

    assert "2 thresholds that cannot be judged" in text
    assert "its text is no rule any more" in text
    assert "Nothing to look at" in text
    assert "Signs and health</a>" in writer.get("/catalog/rules/").content.decode()


def test_the_list_of_rules_leads_there_with_a_count(writer: Client) -> None:
    signed()
    assert "Signs and health 1" in text_of(writer.get("/catalog/rules/"))


def test_a_proposed_rule_opens_in_the_editor_as_a_reviewing_draft(writer: Client, paula: User, petra: User) -> None:
    sign = bunching(paula, petra)

    assert f"/catalog/rules/add?sign={sign.pk}" in writer.get(SIGNS).content.decode()
    form = writer.get(f"/catalog/rules/add?sign={sign.pk}").context["form"]

    assert form["text"].value() == "has_price && price < 48.0"
    assert (form["lane"].value(), form["title"].value()) == ("review", "just beyond a threshold: Cheap")
    assert "66 listings of 2 sellers" in form["note"].value()
    assert writer.get("/catalog/rules/add?sign=999999").status_code == 404
    assert writer.get("/catalog/rules/add?sign=x").context["form"]["text"].value() in (None, "")


def test_what_is_typed_counts_more_than_what_was_proposed(writer: Client, paula: User, petra: User) -> None:
    sign = bunching(paula, petra)
    form = writer.post(f"/catalog/rules/add?sign={sign.pk}", {"text": "photo_count < 1", "try": "1"}).context["form"]
    assert form["text"].value() == "photo_count < 1"


def test_a_sign_is_put_away_once(writer: Client) -> None:
    sign = signed()

    first = writer.post(f"{SIGNS}{sign.pk}/dismiss", follow=True)
    second = writer.post(f"{SIGNS}{sign.pk}/dismiss", follow=True)

    assert "The sign is put away" in text_of(first)
    assert "Blue mug" not in text_of(first)
    assert "somebody else has just dealt with this sign" in text_of(second)


def test_a_proposed_entry_is_put_on_its_list(writer: Client, paula: User) -> None:
    row = add_list(name="evasive", title="Evasive words", kind=ListKind.WORDS, by=paula)
    seen = evidence_of([], 2, written="replicca", meant="replica", how="edited", place="title")
    sign = signed(Kind.LIST_WORD, entry="replicca", list=row.pk, evidence=seen)
    other = signed(proposal="relist_signals >= 2")

    assert "Put “replicca” on “Evasive words”" in text_of(writer.get(SIGNS))
    done = writer.post(f"{SIGNS}{sign.pk}/take-entry", follow=True)
    refused = writer.post(f"{SIGNS}{other.pk}/take-entry", follow=True)

    assert "“replicca” is on the list “Evasive words”." in text_of(done)
    assert ListEntry.objects.get(list=row).value == "replicca"
    assert "proposes no entry" in text_of(refused)


def test_readers_see_signs_and_change_nothing(reader: Client) -> None:
    sign = signed(proposal="relist_signals >= 2")

    page = reader.get(SIGNS).content.decode()

    assert "relist_signals" in page
    assert 'action="/catalog/rules/' not in page
    assert "Draft this rule" not in page
    assert reader.post(f"{SIGNS}{sign.pk}/dismiss").status_code == 403


def test_brands_and_sellers_stand_escaped(writer: Client) -> None:
    brand = Brand.objects.create(name="<b>Bold</b>")
    seen = evidence_of([], 2, written="<i>Bold", meant="Bold", how="edited", place="seller_name")
    signed(Kind.SPELLING, brand=brand.pk, evidence=seen)

    page = writer.get(SIGNS).content.decode()

    assert "&lt;b&gt;Bold" in page
    assert "<i>Bold" not in page


def test_alarms_demotions_and_recall_are_shown(writer: Client, paula: User, petra: User) -> None:
    fallen = rows.live("Wrong", paula, petra, lane="hold", demoted_at=timezone.now())
    rows.found(fallen, factories.product(photos=0), "confirmed")
    for person in (paula, petra):
        notify([person], kind="rule.alarm", title="The rule fires unusually often", body="b", url="/", key="k")

    response = writer.get(SIGNS)
    shown = response.context["shown"]

    assert [each.version for each in shown.demoted] == [fallen]
    assert len(shown.alarms) == 1
    assert "100 % of 1 decided findings were right" in text_of(response)
    assert "not known" in text_of(response)


def test_the_page_takes_as_many_statements_for_many_signs_as_for_one(writer: Client, paula: User, petra: User) -> None:
    bunching(paula, petra)
    rows.live("Wrong", paula, petra, lane="hold", demoted_at=timezone.now())
    signed()

    def statements(address: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert writer.get(address).status_code == 200
        return len(queries)

    before = statements(SIGNS)
    for number in range(4):
        brand = Brand.objects.create(name=f"Brand {number}")
        signed(key=f"more {number}", brand=brand.pk)
        version = rows.live(f"Wrong {number}", paula, petra, lane="hold", demoted_at=timezone.now())
        rows.found(version, factories.product(photos=0), "confirmed")
        signed(Kind.UNJUDGED, f"more {number}", version=version, evidence={"fact": ""})

    assert statements(SIGNS) == before


def sampled(title: str, **fields: object) -> BlindSample:
    product = fields.pop("product", None) or factories.product(title, of=factories.seller("Far Shop"))
    return BlindSample.objects.create(product=product, stratum="branded", population=9, **fields)


def test_the_sample_shows_one_listing_and_nothing_that_rules_said(reader: Client, paula: User, petra: User) -> None:
    first = sampled("First mug")
    sampled("Second mug")
    rows.found(rows.live("Cheap", paula, petra), first.product, "cleared")

    response = reader.get(SAMPLE)
    page = response.content.decode()

    assert "First mug" in page
    assert "Far Shop" in page
    assert "$4.99" in page
    assert f"/catalog/photos/{first.product.images.get().pk}" in page
    for said in ("Cheap", "Second mug", "What rules found", first.product.get_absolute_url()):
        assert said not in page


def test_verdicts_lead_from_one_listing_to_the_next_and_skipped_ones_come_again(reader: Client, bob: User) -> None:
    first, second, third = sampled("First mug"), sampled("Second mug"), sampled("Third mug")

    def say(sample: BlindSample, verdict: str) -> str:
        return text_of(reader.post(f"{SAMPLE}{sample.pk}/judge", {"verdict": verdict}, follow=True))

    assert "Second mug" in say(first, "skip")
    assert "Third mug" in say(second, "counterfeit")
    assert "choose “counterfeit”" in say(third, "perhaps")
    assert "First mug" in say(third, "fine")
    assert "judged already" in say(third, "counterfeit")
    assert "Nothing waits to be judged" in say(first, "fine")
    third.refresh_from_db()
    assert (third.verdict, third.decided_by) == ("fine", bob)


def test_a_judge_names_the_brand_that_is_copied_and_a_name_that_is_none_is_refused(reader: Client) -> None:
    luxor = Brand.objects.create(name="Luxor")
    sample, other = sampled("First mug"), sampled("Second mug")

    told = text_of(
        reader.post(f"{SAMPLE}{sample.pk}/judge", {"verdict": "counterfeit", "brand": "Luxxor"}, follow=True)
    )
    assert "no brand is called “Luxxor”" in told
    assert "First mug" in told
    reader.post(f"{SAMPLE}{sample.pk}/judge", {"verdict": "counterfeit", "brand": " LUXOR "})
    reader.post(f"{SAMPLE}{other.pk}/judge", {"verdict": "fine", "brand": "nonsense"})

    sample.refresh_from_db()
    other.refresh_from_db()
    assert (sample.verdict, sample.copies) == ("counterfeit", luxor)
    assert (other.verdict, other.copies) == ("fine", None)


def test_nobody_judges_listings_of_a_seller_for_whom_they_work(reader: Client, bob: User) -> None:
    own = sampled("Own mug", product=factories.product("Own mug", of=factories.seller("Bobs", bob)))

    assert "Own mug" not in text_of(reader.get(SAMPLE))
    assert reader.post(f"{SAMPLE}{own.pk}/judge", {"verdict": "fine"}).status_code == 404


def test_the_sample_takes_as_many_statements_with_many_photos_and_offers_as_with_one(reader: Client) -> None:
    sampled("Mug", product=factories.product("Mug", photos=1))

    def statements() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert reader.get(SAMPLE).status_code == 200
        return len(queries)

    before = statements()
    BlindSample.objects.all().delete()
    rich = factories.product("Rich mug", photos=3)
    Offer.objects.create(product=rich, market="DE", price_minor=499, currency="EUR", stock=1)
    sampled("Rich mug", product=rich)
    sampled("Another")
    assert statements() == before
    assert Product.objects.count() == 3
