"""What holds for every text and every brand."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.rules.lookalikes.brand_index import BrandEntry, BrandIndex
from catalog.rules.lookalikes.edits import NearNames, allowed
from catalog.rules.lookalikes.names import names_in
from catalog.rules.lookalikes.naming import Kind
from catalog.rules.lookalikes.pieces import flat, key, pieces_of
from catalog.rules.lookalikes.spoof_letters import HOMOGLYPHS
from catalog.rules.lookalikes.words import ordinary_words
from tests.bench.brand_facts import brands
from tests.unit.rules.index import BRANDS, index

letters = st.text("abcdeilno", min_size=4, max_size=12)
entries = st.sampled_from(BRANDS)


@given(entries, st.sampled_from([str, str.lower, str.upper]), st.sampled_from(["", "Shoes", "Garden"]))
def test_a_brand_plainly_written_is_never_called_an_imitation(entry: BrandEntry, case: object, category: str) -> None:
    written = case(entry.name)  # type: ignore[operator]
    kinds = {naming.kind for naming in names_in(f"see {written}", index(), category) if naming.brand == entry.name}

    assert kinds <= {Kind.EXACT}


def test_no_brand_of_two_hundred_is_an_imitation_of_another() -> None:
    known = BrandIndex(brands(), ordinary_words())
    found = [naming for entry in brands() for naming in names_in(entry.name, known, entry.categories[0])]

    assert {naming.kind for naming in found} == {Kind.EXACT}
    assert {naming.brand for naming in found} == {entry.name for entry in brands()}


@settings(deadline=None, max_examples=300)
@given(st.sampled_from(brands()), st.data())
def test_any_single_homoglyph_in_a_brand_is_caught(entry: BrandEntry, data: st.DataObject) -> None:
    places = [place for place, letter in enumerate(entry.name) if letter in HOMOGLYPHS]
    place = data.draw(st.sampled_from(places))
    letter = data.draw(st.sampled_from(HOMOGLYPHS[entry.name[place]]))
    spoof = entry.name[:place] + letter + entry.name[place + 1 :]

    found = names_in(f"new {spoof} here", _all(), entry.categories[0])

    assert entry.name in {naming.brand for naming in found if naming.kind is not Kind.EDITED}


def _all(known: list[BrandIndex] = []) -> BrandIndex:  # noqa: B006 - built once for all examples
    known[:] = known or [BrandIndex(brands(), ordinary_words())]
    return known[0]


@settings(deadline=None)
@given(st.text(max_size=80))
def test_whatever_is_written_nothing_is_raised_and_places_lie_within(text: str) -> None:
    for naming in names_in(text, index()):
        assert text[naming.start : naming.end] == naming.written != ""


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t",
        "N" + "\u0301" * 10_000,
        "\u202e" * 300,
        "\ud800\udfff",
        "1" * 10_000,
        "$!+(" * 2_500,
        "a " * 1_000,
        "ni" * 5_000,
    ],
)
def test_hostile_text_names_nobody(text: str) -> None:
    assert names_in(text, index()) == []


def test_a_name_among_hostile_letters_is_still_found() -> None:
    for text in ("\u202e" * 300 + "Nike", "\ud800Nike\udfff", "Nike" + " Nike" * 3_000):
        assert {naming.brand for naming in names_in(text, index())} == {"Nike"}


@given(st.text(max_size=60))
def test_pieces_are_in_order_and_do_not_overlap(text: str) -> None:
    end = 0
    for piece in pieces_of(text):
        assert end <= piece.start < piece.end <= len(text)
        assert text[piece.start : piece.end] == piece.raw
        end = piece.end


@given(letters, st.integers(1, 3), st.data())
def test_repeating_a_letter_keeps_the_key(name: str, times: int, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(name) - 1))

    assert key(name[:place] + name[place] * times + name[place:]) == key(name)


@settings(deadline=None)
@given(st.lists(letters, max_size=30, unique=True), letters)
def test_looking_up_near_names_finds_what_comparing_with_each_finds(names: list[str], text: str) -> None:
    from rapidfuzz.distance import OSA

    near = NearNames((flat(name), allowed(len(name)), name) for name in names)
    compared = {
        (name, distance)
        for name in names
        if 0 < (distance := OSA.distance(flat(name), flat(text))) <= allowed(len(name))
        and (distance < 2 or flat(name)[0] == flat(text)[0])
    }

    assert set(near.near(flat(text))) == compared
