"""The evasion watch finds who stops just beyond a threshold, writes names anew, or lists again what was taken down."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from catalog.evasion import Suspicion, dismiss, evasion_watch, keep_signs, take_entry
from catalog.evasion.bunched import MOST_STEPS, _values
from catalog.evasion.dealing import AlreadyDismissed
from catalog.list_writing import add_entries, add_list
from catalog.listings import Refusal
from catalog.models import Brand, EvasionSign, ListEntry, ListingFacts, Product, RuleVersion
from catalog.rule_text import list_kinds
from catalog.rules.facts import FACTS
from catalog.rules.language import compile_rule
from catalog.rules.listing_facts import ListKind
from catalog.tasks import watch_evasion
from shopadmin.accounts.models import AuditEntry, User
from tests import factories

from . import rule_rows as rows

pytestmark = pytest.mark.django_db
Kind = EvasionSign.Kind


def priced(prices: Sequence[float], currency: str = "EUR", **fields: Any) -> list[Product]:
    """Live listings of one seller at these prices, with what is known of them."""
    seller = factories.seller()
    start = Product.objects.count()
    products = Product.objects.bulk_create(
        Product(seller=seller, sku=f"{currency}{start + number}", title="Mug", **{"status": "live", **fields})
        for number, _price in enumerate(prices)
    )
    ListingFacts.objects.bulk_create(
        ListingFacts(product=product, product_version=1, as_of=timezone.now(), price=price, currency=currency)
        for product, price in zip(products, prices, strict=True)
    )
    return products


def known(title: str, *, seller: str = "Corner Shop", days_ago: int = 0, **facts: Any) -> Product:
    """A listing with what is known of it, changed so many days ago for the last time."""
    product = factories.product(title, of=factories.seller(seller), photos=0)
    row = rows.known(product, **{"seller_name": seller, "title_folded": f" {title.lower()} ", **facts})
    Product.objects.filter(pk=product.pk).update(updated_at=timezone.now() - timedelta(days=days_ago))
    return row.product


def suspected(kind: str, now: datetime | None = None) -> list[Suspicion]:
    return [each for each in evasion_watch(now or timezone.now()) if each.kind == kind]


NATURAL = [euros + 0.5 for euros in range(15, 150) for _ in range(6)]


def test_prices_just_beyond_a_threshold_are_a_sign_with_bins_listings_and_a_rule(paula: User, petra: User) -> None:
    version = rows.live("Cheap", paula, petra, text="has_price && price < 47.0 // euros")
    priced(NATURAL)
    assert suspected(Kind.BUNCHING) == []
    evaders = priced([47.0] * 60)
    priced([47.0] * 60, "USD", status="removed")

    (sign,) = suspected(Kind.BUNCHING)

    evidence = sign.evidence
    assert sign.version == version
    assert (evidence["count"], evidence["sellers"], evidence["currency"]) == (66, 1, "EUR")
    assert (evidence["low"], evidence["high"], round(evidence["expected"])) == (47.0, 47.99, 6)
    assert evidence["bins"][7:10] == [6, 66, 6]
    assert set(evidence["listings"]) <= {product.pk for product in evaders}
    assert sign.proposal == 'has_currency && currency == "EUR" && (\nhas_price && price < 48.0 // euros\n)'
    compile_rule(sign.proposal, {})


@pytest.mark.parametrize(
    ("currency", "prices", "minor"),
    [
        ("EUR", [0.29, 4.1, 46.99999999, 47.0, 1e4], [29, 410, 4700, 4700, 1_000_000]),
        ("JPY", [499.0, 500.0], [499, 500]),
        ("KWD", [1.234, 0.001], [1234, 1]),
        ("", [1.1], [110]),
        ("USD", [1e300, -1e300, float("inf"), float("nan")], [MOST_STEPS, -MOST_STEPS, MOST_STEPS, MOST_STEPS]),
    ],
)
def test_prices_are_counted_in_the_smallest_unit_of_their_currency(
    currency: str, prices: list[float], minor: list[int]
) -> None:
    priced(prices, currency)

    (found,) = _values(FACTS["price"], timezone.now()).items()

    assert (found[0], sorted(found[1])) == (currency, sorted(minor))


def test_days_are_watched_as_rules_count_them(paula: User, petra: User) -> None:
    now = timezone.now()
    rows.live("New", paula, petra, text="listing_age_days < 60")
    ages = [day for day in range(20, 190) for _ in range(5)] + [60] * 60
    products = priced([1.0] * len(ages))
    for product, age in zip(products, ages, strict=True):
        product.facts.listing_age_days = now - timedelta(days=age, hours=3)
    ListingFacts.objects.bulk_update([product.facts for product in products], ["listing_age_days"])

    (sign,) = suspected(Kind.BUNCHING, now)

    assert (sign.evidence["count"], sign.proposal) == (65, "listing_age_days < 61")


@pytest.mark.parametrize("text", ["has_price && price < 47.0", "photo_count < 0", "price <"])
def test_what_cannot_be_judged_is_said_to_be_so_and_not_to_be_fine(paula: User, petra: User, text: str) -> None:
    rows.live("Cheap", paula, petra, text=text)
    priced([46.0, 47.0])

    assert [(each.kind, each.proposal) for each in evasion_watch(timezone.now())] == [(Kind.UNJUDGED, "")]


def test_without_any_listing_a_threshold_cannot_be_judged(paula: User, petra: User) -> None:
    rows.live("Cheap", paula, petra, text="has_price && price < 47.0")
    assert len(suspected(Kind.UNJUDGED)) == 1


def test_rules_that_are_not_live_are_not_evaded(paula: User) -> None:
    rows.version(rows.rule("Cheap", paula), paula, text="has_price && price < 47.0")
    assert evasion_watch(timezone.now()) == []


@pytest.fixture
def luxor(db: None) -> Brand:
    return Brand.objects.create(name="Luxoria", is_protected=True)


def test_a_new_spelling_of_a_brand_in_several_listings_is_a_sign_with_a_rule(luxor: Brand) -> None:
    listings = [
        known("Bag Lux0ria", seller=name, title_confusable_brands=["Luxoria"]) for name in ("One", "Two", "Two")
    ]
    known("Bag Luxor1a", title_confusable_brands=["Luxoria"])
    known("Bag L.uxoria", title_obfuscated_brands=["Luxoria"])
    known("Cup L.uxoria", title_obfuscated_brands=["Luxoria"])
    known("Cap L.uxoria", title_obfuscated_brands=["Luxoria"], days_ago=30)

    (sign,) = suspected(Kind.SPELLING)

    assert (sign.brand, sign.evidence["written"], sign.evidence["count"]) == (luxor.pk, "Lux0ria", 3)
    assert (sign.evidence["sellers"], set(sign.evidence["listings"])) == (2, {each.pk for each in listings})
    assert sign.proposal == '"Luxoria" in title_confusable_brands && mentions(title, "Lux0ria")'
    compile_rule(sign.proposal, {})


def test_what_the_facts_leave_open_is_no_spelling_to_look_at(luxor: Brand) -> None:
    known("Bag Lux0ria")
    known("Cup Lux0ria")
    assert suspected(Kind.SPELLING) == []


def test_sellers_names_are_looked_at_too(luxor: Brand) -> None:
    for title in ("Bag", "Cup"):
        known(title, seller="Lux0ria Outlet", seller_name_confusable_brands=["Luxoria"])

    (sign,) = suspected(Kind.SPELLING)

    assert sign.proposal == '"Luxoria" in seller_name_confusable_brands && mentions(seller_name, "Lux0ria")'


@pytest.fixture
def words(paula: User, petra: User) -> None:
    """A list of words that a live rule asks."""
    row = add_list(name="evasive", title="Evasive words", kind=ListKind.WORDS, by=paula)
    add_entries(to=row, values=["replica"], by=paula)
    rows.live("Evasive", paula, petra, text='mentions_any(title, "evasive")')


def test_a_new_spelling_near_a_word_of_a_list_is_proposed_for_it_and_can_be_taken(words: None, petra: User) -> None:
    for title in ("Watch replicca", "Bag replicca", "Watch replica", "Bag repl1ca", "Cup repl1ca"):
        known(title)
    known("Cap repl1ca", days_ago=30)

    (found,) = suspected(Kind.LIST_WORD)
    assert (found.entry, found.evidence["meant"], found.evidence["count"]) == ("replicca", "replica", 2)

    keep_signs([found], timezone.now())
    sign = EvasionSign.objects.get()
    take_entry(sign=sign, by=petra)

    assert ListEntry.objects.filter(list__name="evasive", value="replicca", added_by=petra).exists()
    assert suspected(Kind.LIST_WORD) == []
    with pytest.raises(AlreadyDismissed):
        take_entry(sign=sign, by=petra)


def test_lists_that_no_live_rule_asks_are_left_alone(words: None) -> None:
    known("Watch replicca")
    known("Bag replicca")
    assert len(suspected(Kind.LIST_WORD)) == 1
    RuleVersion.objects.update(state="retired")
    assert suspected(Kind.LIST_WORD) == []


def test_relists_that_no_live_rule_holds_are_signs_until_dismissed(paula: User, petra: User) -> None:
    holding = rows.live("Holds", paula, petra, text="photo_count == 9", lane="hold")
    reviewing = rows.live("Reviews", paula, petra, text="photo_count == 9", lane="review")
    known("Weak", relist_signals=1)
    known("Held", relist_signals=3, fired=[holding.pk])
    seen = {known("Again", relist_signals=2).pk, known("Reviewed", relist_signals=3, fired=[reviewing.pk]).pk}

    (sign,) = suspected(Kind.RELIST)
    assert (set(sign.evidence["listings"]), sign.proposal) == (seen, 'relist_signals >= 2 && brand == "Bravo"')
    compile_rule(sign.proposal, list_kinds())

    keep_signs([sign], timezone.now())
    dismiss(sign=EvasionSign.objects.get(), by=petra)
    assert suspected(Kind.RELIST) == []
    newer = known("Once more", relist_signals=2)
    assert [each.evidence["listings"] for each in suspected(Kind.RELIST)] == [[newer.pk]]


def test_a_sign_is_kept_once_stays_dismissed_and_ends_with_its_cause(paula: User, petra: User) -> None:
    known("Again", relist_signals=2)
    rows.live("Cheap", paula, petra, text="has_price && price < 47.0")
    first = timezone.now()

    assert keep_signs(evasion_watch(first), first) == 2
    later = first + timedelta(days=1)
    assert keep_signs(evasion_watch(later), later) == 0
    assert set(EvasionSign.objects.values_list("first_seen_at", "seen_at")) == {(first, later)}

    dismiss(sign=EvasionSign.objects.get(kind=Kind.UNJUDGED), by=petra)
    ListingFacts.objects.update(relist_signals=0)
    last = later + timedelta(days=1)
    keep_signs(evasion_watch(last), last)

    assert not EvasionSign.objects.open().exists()
    assert [(sign.kind, sign.dismissed_by) for sign in EvasionSign.objects.all()] == [(Kind.UNJUDGED, petra)]
    assert AuditEntry.objects.get(action="sign.dismissed").actor_key == petra.pk


def test_a_sign_is_dismissed_once_and_without_an_entry_none_is_taken(paula: User, petra: User) -> None:
    known("Again", relist_signals=2)
    watch_evasion()
    sign = EvasionSign.objects.get()

    with pytest.raises(Refusal, match="no entry"):
        take_entry(sign=sign, by=petra)
    dismiss(sign=sign, by=petra)
    with pytest.raises(AlreadyDismissed):
        dismiss(sign=sign, by=paula)
