"""Which brands a text names, and how."""

import pytest

from catalog.rules.lookalikes.brand_index import BrandEntry, BrandIndex
from catalog.rules.lookalikes.names import names_in
from catalog.rules.lookalikes.naming import Kind
from catalog.rules.lookalikes.words import ordinary_words
from tests.unit.rules.index import brands_in, named


@pytest.mark.parametrize(
    ("written", "brand"),
    [
        ("NIKE", "Nike"),
        ("nike", "Nike"),
        ("L'Oreal", "L'Oréal"),
        ("L’ORÉAL", "L'Oréal"),
        ("loreal", "L'Oréal"),
        ("Lore\u0301al", "L'Oréal"),
        ("Dr Martens", "Dr. Martens"),
        ("DrMartens", "Dr. Martens"),
        ("doc martens", "Dr. Martens"),
        ("7 for all mankind", "7 For All Mankind"),
        ("H&M", "H&M"),
        ("h & m", "H&M"),
        ("H and M", "H&M"),
        ("Levis", "Levi's"),
        ("newbalance", "New Balance"),
        ("hermes", "Hermès"),
    ],
)
def test_a_brand_plainly_written_is_named_exactly(written: str, brand: str) -> None:
    assert named(f"old {written}, red") == [(brand, "exact", written)]


@pytest.mark.parametrize("written", ["Nіke", "N1KE", "ΝΙΚΕ", "Ｎｉｋｅ", "ɴɪᴋᴇ", "NlKE", "𝗡𝗶𝗸𝗲"])
def test_other_letters_that_look_the_same_are_confusable(written: str) -> None:
    assert named(f"Shoe {written} Air", "Toys") == [("Nike", "confusable", written)]


@pytest.mark.parametrize(
    ("written", "brand"),
    [
        ("N i k e", "Nike"),
        ("n.i.k.e", "Nike"),
        ("Nikee", "Nike"),
        ("Niiike", "Nike"),
        ("N\u200bi\u200bk\u200be", "Nike"),
        ("Ni\u0336ke", "Nike"),
        ("N!k3", "Nike"),
        ("Guccí", "Gucci"),
        ("Gucc!", "Gucci"),
        ("@d1da$", "Adidas"),
        ("Clior", "Dior"),
        ("Calvin K1ein", "Calvin Klein"),
        ("c a l v i n k l e i n", "Calvin Klein"),
    ],
)
def test_a_disguised_name_is_found_once_the_disguise_is_undone(written: str, brand: str) -> None:
    found = named(f"{written} sale")

    assert [name for name, _kind, _written in found] == [brand]
    assert found[0][1] in {"obfuscated", "confusable"}
    assert found[0][2] == written


@pytest.mark.parametrize(
    ("written", "brand", "distance"),
    [
        ("Adidsa", "Adidas", 1),
        ("Rolx", "Rolex", 1),
        ("Gcuci", "Gucci", 1),
        ("Calvn Klien", "Calvin Klein", 2),
        ("Now Balance", "New Balance", 1),
        ("dr martins", "Dr. Martens", 1),
    ],
)
def test_a_slip_of_the_hand_tells_its_distance(written: str, brand: str, distance: int) -> None:
    edited = [naming for naming in names_in(written, _index(brand)) if naming.kind is Kind.EDITED]

    assert [(naming.brand, naming.written) for naming in edited] == [(brand, written)]
    assert edited[0].distance == distance


def _index(*names: str) -> BrandIndex:
    return BrandIndex([BrandEntry(name) for name in names], ordinary_words())


@pytest.mark.parametrize("word", ["door", "boots", "fill", "herpes", "modern", "like", "diet", "gape", "$50", "501"])
def test_innocent_words_name_nobody(word: str) -> None:
    assert not named(word)
    assert not named(f"Nice {word} for you", "Shoes")


def test_an_innocent_word_stays_innocent_without_its_word_list_only_by_its_distance() -> None:
    without = BrandIndex([BrandEntry("Hermès")], {})

    assert names_in("herpes", without)  # the word list is what keeps it out
    assert not names_in("herpes", BrandIndex([BrandEntry("Hermès")], {"herpes": 1301}))


def test_a_misspelt_name_counts_only_where_the_brand_is_sold_or_nothing_is_known() -> None:
    assert brands_in("Rolxe", "Watches > Men") == {"Rolex"}
    assert brands_in("Rolxe") == {"Rolex"}
    assert not brands_in("Rolxe", "Garden")


def test_look_alikes_count_everywhere() -> None:
    assert brands_in("Rоlex", "Garden") == {"Rolex"}


def test_a_category_fits_when_one_path_is_the_beginning_of_the_other() -> None:
    entry = BrandEntry("Apple", (), ("Electronics > Phones",))

    assert entry.is_sold_in("electronics")
    assert entry.is_sold_in("Electronics > Phones > Cases")
    assert not entry.is_sold_in("Electronics > Phones and more")
    assert not entry.is_sold_in("Food")
    assert entry.is_sold_in("")
    assert BrandEntry("Nike").is_sold_in("Food")


def test_a_brand_that_is_a_word_is_named_only_in_capitals_where_it_is_sold() -> None:
    assert named("new Apple charger cable", "Electronics") == [("Apple", "exact", "Apple")]
    assert not named("new Apple scented candle", "Home")
    assert not named("big apple sticker for laptops", "Electronics")


def test_where_all_words_have_capitals_a_word_for_products_is_a_name_only_at_the_beginning() -> None:
    assert not named("Navy Slim Polo Shirt", "Clothing")
    assert named("Slim Navy Gap Shirt", "Clothing") == [("Gap", "exact", "Gap")]
    assert named("slim navy Polo shirt", "Clothing") == [("Polo", "exact", "Polo")]
    assert named("Polo Slim Shirt Navy", "Clothing") == [("Polo", "exact", "Polo")]


def test_a_name_within_a_name_is_not_told_besides() -> None:
    assert named("Hugo Boss jeans", "Clothing") == [("Boss", "exact", "Hugo Boss")]


def test_two_brands_of_one_name_are_both_told() -> None:
    found = names_in("Rоlex", _index("Rolex", "ROLEX"))

    assert [naming.brand for naming in found] == ["ROLEX", "Rolex"]


def test_a_name_joined_with_words_is_found_in_a_sellers_name() -> None:
    assert named("officialrolexstore") == [("Rolex", "obfuscated", "rolex")]
    assert named("nike_outlet-2024") == [("Nike", "exact", "nike")]


def test_a_name_in_the_middle_of_other_letters_is_no_name() -> None:
    assert not named("bossanova")
    assert not named("xqdiorzk")


def test_two_letters_are_named_only_with_their_own_signs() -> None:
    assert not named("hm")
    assert not named("H M")
    assert named("Н&М") == [("H&M", "confusable", "Н&М")]


def test_three_letters_forgive_nothing() -> None:
    assert not brands_in("gpa", "Clothing")
    assert brands_in("G4P", "Clothing") == {"Gap"}
    assert not brands_in("G4P", "Garden")


def test_codes_and_prices_are_no_names() -> None:
    assert not named("art. 80S5 $50 +49 5O0")


def test_places_are_those_of_the_original_text() -> None:
    text = "\u202e“Ｎ\u200bｉｋｅ” & rоlex™!"

    assert {text[found.start : found.end] for found in names_in(text, _index("Nike", "Rolex"))} == {
        "Ｎ\u200bｉｋｅ",
        "rоlex",
    }
