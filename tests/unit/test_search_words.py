"""Slips of the pen are forgiven, and what was meant comes first."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.search import Candidate, Reading, corrections, other_numbers, queries, ranked, spellings

letters = st.text("abcdefghij", min_size=3, max_size=12)


def candidate(pk: int, title: str, brand: str = "", sku: str = "", gtin: str = "") -> Candidate:
    return Candidate(pk, title, brand, sku, gtin)


@given(letters, st.integers(0, 11), st.sampled_from("abcdefghij"), st.sampled_from(["out", "in", "other", "swap"]))
def test_words_that_are_one_slip_apart_share_a_spelling(word: str, at: int, letter: str, slip: str) -> None:
    at %= len(word)
    slipped = {
        "out": word[:at] + word[at + 1 :],
        "in": word[:at] + letter + word[at:],
        "other": word[:at] + letter + word[at + 1 :],
        "swap": word[:at] + word[at : at + 2][::-1] + word[at + 2 :],
    }[slip]

    assert set(spellings(word)) & set(spellings(slipped))
    assert slipped == word or word in corrections(slipped, [word])


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("headphnes", "headphones"), ("nkie", "nike"), ("zapaots", "zapatos"), ("kopfhorrer", "kopfhorer")],
)
def test_what_people_type_is_recognised(typed: str, meant: str) -> None:
    assert corrections(typed, ["lamp", meant, "mug"]) == [meant]


def test_a_short_word_is_not_taken_for_another_one() -> None:
    assert corrections("mug", ["lamp", "mat"]) == []
    assert corrections("mug", ["mug"]) == []


@pytest.mark.parametrize(
    ("many", "one"), [("shoes", "shoe"), ("boxes", "box"), ("camiones", "camion"), ("schuhe", "schuh")]
)
def test_more_than_one_finds_one(many: str, one: str) -> None:
    assert one in other_numbers(many)


def test_one_finds_more_than_one() -> None:
    assert {"shoes", "shoees"} <= set(other_numbers("shoe"))


def test_two_letters_are_never_left_and_numbers_stay() -> None:
    assert "ga" not in other_numbers("gas")
    assert other_numbers("3s") == other_numbers("500s") == []


def test_each_word_has_to_fit_itself_its_brand_or_its_correction() -> None:
    found = queries(["mug", "nikx"], {}, {"nikx": ["nike"]}, {"nike": [7]})

    assert "'mug'" in found[Reading.EXACT]
    assert "'nikx':*" not in found[Reading.EXACT]
    assert "'nikx':*" in found[Reading.BEGINNINGS]
    assert "'nike'" not in found[Reading.BEGINNINGS]
    assert "'=b7'" in found[Reading.CORRECTED]
    assert " | " in found[Reading.ALL_BUT_ONE]


def test_a_word_without_corrections_is_not_read_as_corrected() -> None:
    assert list(queries(["mug"], {}, {}, {})) == [Reading.EXACT, Reading.BEGINNINGS]


def test_words_that_make_a_number_stand_for_it() -> None:
    assert "'ab1234'" in queries(["ab", "12", "34"], {}, {}, {})[Reading.EXACT]


def test_leading_zeros_of_a_gtin_do_not_matter() -> None:
    assert "'12345678905'" in queries(["00012345678905"], {}, {}, {})[Reading.EXACT]


def test_whole_sku_gtin_brand_and_title_come_first() -> None:
    rows = [
        candidate(1, "ab 12 holder for ab 12"),
        candidate(2, "ab 12"),
        candidate(3, "mug", brand="ab 12"),
        candidate(4, "mug", gtin="0012345678905"),
        candidate(5, "mug", sku="ab 12"),
    ]

    assert ranked(["ab", "12"], rows, most=9)[:3] == [5, 3, 2]
    assert ranked(["12345678905"], rows, most=1) == [4]


def test_the_nearest_text_comes_first() -> None:
    rows = [candidate(1, "headphone stand oak"), candidate(2, "headphones"), candidate(3, "wireless headphones red")]

    assert ranked(["headphnes"], rows, most=9)[0] == 2
    assert ranked(["red", "wireles", "headphones"], rows, most=9)[0] == 3


def test_equals_stand_by_title_and_key_and_the_rest_is_cut() -> None:
    rows = [candidate(3, "mug b"), candidate(2, "mug a"), candidate(1, "mug a")]

    assert ranked(["mug"], rows, most=2) == [1, 2]
    assert ranked(["mug"], [], most=2) == []


def test_a_beginning_stands_for_the_known_words_that_begin_so() -> None:
    known = queries(["wire"], {"wire": ["wireless", "wired"]}, {}, {})[Reading.BEGINNINGS]

    assert "'wireless'" in known
    assert ":*" not in known
    assert "'wire':*" in queries(["wire"], {}, {}, {})[Reading.BEGINNINGS]


def test_only_the_last_word_may_begin_in_an_unknown_way() -> None:
    found = queries(["sku", "47"], {}, {}, {})[Reading.BEGINNINGS]

    assert "'47':*" in found
    assert "'sku':*" not in found


def test_a_number_is_never_left_out() -> None:
    loose = queries(["sku", "4711"], {}, {}, {})[Reading.ALL_BUT_ONE]

    assert "'4711'" in loose
    assert "'sku'" not in loose
    assert Reading.ALL_BUT_ONE not in queries(["12", "34"], {}, {}, {})
