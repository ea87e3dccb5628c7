"""A spelling counts when it is new and in several listings; near a word lies what looks like it or slips once."""

from __future__ import annotations

import pytest

from catalog.rules.lookalikes.words import ordinary_words
from catalog.rules.measuring.new_spellings import NearEntries, Writing, new_spellings

ENTRIES = [" replica ", " mirror quality ", " dupe "]


def writing(listing: int, written: str = "N1ke", *, seller: int = 1, place: str = "title") -> Writing:
    return Writing(listing, seller, "Nike", "obfuscated", place, written)


def test_a_spelling_in_several_listings_is_shown_with_them_and_their_sellers() -> None:
    (found,) = new_spellings([writing(3), writing(1, "n1KE", seller=2), writing(1, "N1ke ", seller=2)], ())
    assert (found.written, found.listings, found.sellers) == ("N1ke", [1, 3], 2)


def test_a_spelling_in_one_listing_is_a_slip() -> None:
    assert new_spellings([writing(3), writing(3), writing(4, "Nlke")], ()) == []


def test_a_spelling_that_was_seen_before_is_not_new() -> None:
    writings = [writing(1), writing(2), writing(3, "Nikke"), writing(4, "Nikke")]
    assert [each.written for each in new_spellings(writings, {("Nike", "n1ke")})] == ["Nikke"]
    assert len(new_spellings(writings, {("Adidas", "n1ke")})) == 2


def test_the_most_frequent_come_first() -> None:
    writings = [writing(1, "Nikke"), writing(2, "Nikke"), *(writing(number) for number in range(3))]
    assert [each.written for each in new_spellings(writings, ())] == ["N1ke", "Nikke"]


def near(text: str) -> list[tuple[str, str, str]]:
    return [
        (entry, str(kind), written) for entry, kind, written in NearEntries(ENTRIES, ordinary_words()).in_text(text)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Watch r3plica new", ("replica", "obfuscated", "r3plica")),
        ("Watch rерlica new", ("replica", "obfuscated", "rерlica")),
        ("Watch replicca new", ("replica", "edited", "replicca")),
        ("Watch mirorr quality", ("mirror quality", "edited", "mirorr quality")),
        ("m1rror qualitу bag", ("mirror quality", "obfuscated", "m1rror qualitу")),
    ],
)
def test_what_looks_like_an_entry_or_is_one_slip_away_is_near_it(text: str, expected: tuple[str, str, str]) -> None:
    assert near(text) == [expected]


@pytest.mark.parametrize(
    "text", ["A replica", "Mirror Quality!", "a duple bed", "dude", "quality mirror", "rplca", "", "☃ —"]
)
def test_entries_themselves_ordinary_words_and_what_is_further_away_are_not_near(text: str) -> None:
    assert near(text) == []


def test_short_entries_are_near_everything_and_therefore_nothing() -> None:
    assert list(NearEntries([" aaa "], {}).in_text("aab aaab 4aa")) == []
