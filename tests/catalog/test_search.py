"""The search of the catalogue: numbers, brands, slips, other scripts, and never somebody else's products."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.http import QueryDict
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog import listing_page
from catalog.listing_filters import ListingFilters
from catalog.listing_page import Count, find_page
from catalog.models import Brand, Product, Word
from catalog.models.words import folded_words, learn_words, refresh_vocabulary
from catalog.search import Reading
from shopadmin.accounts.models import User
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]
LIST = "/catalog/products/"


def learn() -> int:
    return refresh_vocabulary(since=timezone.now() - timedelta(days=1))


def found(user: User, text: str, **filters: str) -> list[str]:
    return [row.title for row in find_page(user, ListingFilters(q=text, **filters), QueryDict()).page.rows]


def test_words_are_learned_of_everything_first_and_of_what_has_changed_then(alice: User) -> None:
    """Also of what came in long before a worker first asked, or while none did."""
    cache.clear()
    old = factories.product("Umbrella")
    Product.objects.filter(pk=old.pk).update(updated_at=timezone.now() - timedelta(days=30))
    assert learn_words() > 0
    assert found(alice, "umbrela") == ["Umbrella"]

    factories.product("Parasol")
    missed = factories.product("Lantern")
    Product.objects.filter(pk=missed.pk).update(updated_at=timezone.now() - timedelta(days=30))
    assert learn_words() == 1
    assert found(alice, "parasl") == ["Parasol"]

    cache.clear()
    assert learn_words() == 1
    assert found(alice, "lantrn") == ["Lantern"]


@pytest.fixture
def shelf(alice: User) -> None:
    factories.product("Wireless Headphones, Çelik", brand="Nike", sku="AB-12/34", gtin="4006381333931")
    factories.product("Headphone stand", brand="Bravo")
    factories.product("Zapatos rojos para niños", brand="L’Oréal")
    factories.product("Straßenschuhe für Kinder", brand="")
    factories.product("無線ヘッドホン ノイズ", brand="")
    factories.product("سماعات لاسلكية مُحَمَّد", brand="")
    factories.product("אוזניות אלחוטיות", brand="")
    factories.product("🎧 Men's 3.5mm cable", brand="")
    learn()


@pytest.fixture(autouse=True)
def own_skus(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a product of these tests have a SKU of its own choice."""
    made = factories.product

    def product(title: str, *, sku: str = "", **fields: object) -> Product:
        row = made(title, photos=0, **fields)
        if sku:
            Product.objects.filter(pk=row.pk).update(sku=sku)
        return row

    monkeypatch.setattr(factories, "product", product)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("headphones", "Wireless Headphones, Çelik"),
        ("wirel", "Wireless Headphones, Çelik"),
        ("HEADPHONES wireless", "Wireless Headphones, Çelik"),
        ("celik", "Wireless Headphones, Çelik"),
        ("headphnes", "Headphone stand"),
        ("nkie", "Wireless Headphones, Çelik"),
        ("nike headphones", "Wireless Headphones, Çelik"),
        ("ab1234", "Wireless Headphones, Çelik"),
        ("AB 12 34", "Wireless Headphones, Çelik"),
        ("ab-12/34", "Wireless Headphones, Çelik"),
        ("4006381333931", "Wireless Headphones, Çelik"),
        ("04006381333931", "Wireless Headphones, Çelik"),
        ("ninos", "Zapatos rojos para niños"),
        ("NIÑO zapato", "Zapatos rojos para niños"),
        ("loreal", "Zapatos rojos para niños"),
        ("zapaots", "Zapatos rojos para niños"),
        ("strassenschuh", "Straßenschuhe für Kinder"),
        ("STRAẞENSCHUHE", "Straßenschuhe für Kinder"),
        ("kindern", "Straßenschuhe für Kinder"),
        ("ヘッドホン", "無線ヘッドホン ノイズ"),
        ("無線", "無線ヘッドホン ノイズ"),
        ("سماعات", "سماعات لاسلكية مُحَمَّد"),
        ("محمد", "سماعات لاسلكية مُحَمَّد"),
        ("אוזניות", "אוזניות אלחוטיות"),
        ("mens cable", "🎧 Men's 3.5mm cable"),
        ("3.5mm", "🎧 Men's 3.5mm cable"),
    ],
)
def test_what_people_type_finds_what_they_mean(alice: User, shelf: None, text: str, first: str) -> None:
    assert found(alice, text)[:1] == [first]


@pytest.mark.parametrize("text", ["qqqq", "!!!", "'", "\\", "a:b & c | !d", "=s1", "=tlive", "=m", ":*", "(", "\0"])
def test_what_is_nowhere_finds_nothing_and_signs_mean_nothing(alice: User, shelf: None, text: str) -> None:
    assert found(alice, text) in ([], ["🎧 Men's 3.5mm cable"])


def test_whole_numbers_and_brands_come_first(alice: User) -> None:
    factories.product("Nike style shoe", brand="Bravo")
    factories.product("Shoe", brand="Nike")
    factories.product("Nike", brand="Bravo")

    assert found(alice, "nike") == ["Shoe", "Nike", "Nike style shoe"]


def test_a_brand_is_found_by_its_other_name_in_a_search_too(alice: User) -> None:
    factories.product("Shoe", brand="Adidas")
    Brand.objects.get(name="Adidas").aliases.create(name="Three Stripes")

    assert found(alice, "stripes shoe") == ["Shoe"]


def test_words_that_no_product_has_together_are_taken_but_one(alice: User, shelf: None) -> None:
    listing = find_page(alice, ListingFilters(q="qqqq zapatos"), QueryDict())

    assert (listing.reading, listing.count) == (Reading.ALL_BUT_ONE, Count(1))


def test_exact_hits_are_not_diluted_by_corrections_when_there_are_enough(alice: User) -> None:
    for number in range(10):
        factories.product(f"Lamp {number}")
    factories.product("Lump of clay")
    learn()

    listing = find_page(alice, ListingFilters(q="lamp"), QueryDict())

    assert (listing.reading, listing.count) == (Reading.EXACT, Count(10))


def test_a_search_finds_no_product_of_others(mallory: User) -> None:
    factories.product("My mug", of=factories.seller("Mine", mallory))
    factories.product("Their mug", of=factories.seller("Theirs"), sku="SECRET-1")
    learn()

    for text in ("mug", "mgu", "their mug", "secret-1", "secret1"):
        assert "Their mug" not in found(mallory, text), text
    assert found(mallory, "mgu") == ["My mug"]


def test_a_search_can_be_filtered_and_ordered(alice: User, shelf: None) -> None:
    factories.product("Headphones, held", status="held")

    assert found(alice, "headphones", status="held") == ["Headphones, held"]
    assert found(alice, "headphone", sort="-title") == [
        "Wireless Headphones, Çelik", "Headphones, held", "Headphone stand",
    ]  # fmt: skip


def test_the_best_hits_have_pages_and_say_that_they_are_not_all(
    client: Client, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("SIZE", 2), ("BEST", 5), ("BEGINNINGS", 1)):
        monkeypatch.setattr(listing_page, name, value)
    for number in range(9):
        factories.product(f"Red mug {number}")
    factories.product("Mug")
    client.force_login(alice)

    query, seen = "q=mug", []
    for _ in range(3):
        response = client.get(f"{LIST}?{query}")
        page = response.context["page"]
        seen += [row.title for row in page.rows]
        query = page.older.removeprefix("?")

    assert query == ""
    assert seen[0] == "Mug"
    assert len(set(seen)) == 5
    assert response.context["listing"].count == Count(5, is_more=True)
    assert "these are the best 500" in response.content.decode()
    assert client.get(f"{LIST}{page.newer}").context["page"].newer == "?q=mug"


@pytest.mark.parametrize("rank", ["-1", "x", "99999999999", "²", "7"])
def test_a_rank_that_is_not_there_gives_the_first_page(client: Client, alice: User, shelf: None, rank: str) -> None:
    client.force_login(alice)

    assert client.get(f"{LIST}?q=headphones&rank={rank}").context["page"].newer == ""


def test_words_are_learnt_once_without_numbers(shelf: None) -> None:
    known = set(Word.objects.values_list("word", flat=True))

    assert {"headphones", "nike", "zapatos"} <= known
    assert not {word for word in known if any(letter.isdigit() for letter in word)}
    assert learn() == 0
    factories.product("Umbrella", brand="")
    assert learn() == 1


def test_only_what_changed_lately_is_learnt() -> None:
    product = factories.product("Umbrella", brand="")
    Product.objects.filter(pk=product.pk).update(updated_at=timezone.now() - timedelta(days=2))

    assert learn() == 0


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(title=st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=300))
def test_any_title_can_be_kept_and_its_own_words_find_it(alice: User, title: str) -> None:
    Product.objects.all().delete()
    factories.product(title, brand="")
    learn()

    if folded_words(title):
        assert found(alice, title) == [title]
    else:
        assert found(alice, title) == []
