"""To which product a photo in an archive belongs, by its name."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.photos.naming import Ambiguous, Match, Unknown, in_order, key_of, keys_in, match


def by_key(*skus: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for sku in skus:
        found.setdefault(key_of(sku), set()).add(sku)
    return found


def sku_of(name: str, *skus: str) -> str | None:
    verdict = match(name, by_key(*skus))
    return verdict.sku if isinstance(verdict, Match) else None


@pytest.mark.parametrize(
    "name",
    [
        "AB-12.jpg", "ab-12.JPG", "AB-12_2.jpg", "AB-12-2.png", "AB-12 2.webp", "AB-12 (2).jpg", "AB-12(2).jpg",
        "AB-12.3.jpg", "photos/AB-12.jpg", "shop/photos/AB-12_10.jpg", "AB-12/1.jpg", "AB-12/front.jpg",
        "shop/AB-12/back side.jpg", "shop/ab_12/x.jpg", "AB_12.jpg", "AB 12.jpg", "AB-12/AB-12.jpg",
        "AB-12/AB-12_3.jpg", "AB-12/more/4.jpg",
    ],
)  # fmt: skip
def test_a_name_says_its_sku(name: str) -> None:
    assert sku_of(name, "AB-12", "CD-34", "AB") == "AB-12"


def test_a_character_that_names_cannot_have_may_be_written_otherwise() -> None:
    assert sku_of("ab-12.jpg", "AB/12") == "AB/12"
    assert sku_of("A_B_1.jpg", "A:B*1") == "A:B*1"
    assert sku_of("cafe\u0301.jpg", "café") == "café", "file names from a Mac are decomposed"


def test_the_longest_sku_wins() -> None:
    assert sku_of("A-1.jpg", "A", "A-1") == "A-1"
    assert sku_of("A-1_2.jpg", "A", "A-1") == "A-1"
    assert sku_of("A-1-2.jpg", "A", "A-1", "A-1-2") == "A-1-2"
    assert sku_of("A-2.jpg", "A", "A-1") == "A"


def test_a_number_in_a_folder_of_a_product_is_no_sku() -> None:
    assert sku_of("ABC/1.jpg", "ABC", "1", "2") == "ABC"
    assert sku_of("1.jpg", "ABC", "1", "2") == "1"


def test_a_name_and_a_folder_that_say_different_skus_are_ambiguous() -> None:
    assert match("ABC/DEF.jpg", by_key("ABC", "DEF")) == Ambiguous("ABC/DEF.jpg", ("ABC", "DEF"))


def test_skus_that_differ_only_in_what_names_lose_are_ambiguous_unless_one_is_written_exactly() -> None:
    assert match("ab-1.jpg", by_key("AB_1", "AB-1")) == Ambiguous("ab-1.jpg", ("AB-1", "AB_1"))
    assert sku_of("AB_1.jpg", "AB_1", "AB-1") == "AB_1"
    assert sku_of("AB_1_2.jpg", "AB_1", "AB-1") == "AB_1"
    assert sku_of("AB-1/7.jpg", "AB_1", "AB-1") == "AB-1"


def test_a_name_without_a_sku_is_unknown_and_says_what_was_read() -> None:
    assert match("photos/XYZ_2.jpg", by_key("ABC")) == Unknown("photos/XYZ_2.jpg", "XYZ_2")
    for name in (".jpg", "_.jpg", "", "/", "-2.jpg"):
        assert isinstance(match(name, by_key("ABC", "-")), Unknown | Match)


def test_photos_come_in_the_order_of_their_names() -> None:
    names = ["A_10.jpg", "A/x.jpg", "A_2.jpg", "A/10.jpg", "A.jpg", "A/9.jpg", "A (1).jpg", "B.jpg"]
    matches = [match(name, by_key("A", "B")) for name in names]

    assert [one.name for one in in_order(one for one in matches if isinstance(one, Match))] == [
        "A.jpg", "A (1).jpg", "A_2.jpg", "A_10.jpg", "A/9.jpg", "A/10.jpg", "A/x.jpg", "B.jpg",
    ]  # fmt: skip


names = st.text(st.sampled_from("AB12-_ ./()é"), max_size=20)


@settings(deadline=None)
@given(names, st.sets(names, max_size=5))
def test_any_name_gets_a_verdict_about_skus_that_it_says(name: str, skus: set[str]) -> None:
    verdict = match(name, by_key(*skus))

    if isinstance(verdict, Match):
        assert verdict.sku in skus
        assert key_of(verdict.sku) in keys_in(name)
    elif isinstance(verdict, Ambiguous):
        assert len(verdict.skus) > 1
        assert set(verdict.skus) <= skus
    else:
        assert not {key_of(sku) for sku in skus if key_of(sku)} & set(keys_in(name))


@settings(deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_characters="/.\x00"), min_size=1, max_size=30), st.integers(1, 999))
def test_a_sku_as_a_file_name_finds_its_product(sku: str, number: int) -> None:
    key = key_of(sku)
    for name in (f"{sku}.jpg", f"{sku}_{number}.jpg", f"{sku}/{number}.jpg"):
        assert key == "" or match(name, {key: {sku}}) == match(name, by_key(sku))
        assert key == "" or sku_of(name, sku) == sku
