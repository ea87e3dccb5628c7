"""What text looks like: skeletons, and the coarser form for names."""

import unicodedata

import pytest
from glyphguard import UNICODE_VERSION, confusables
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.rules.lookalikes.skeleton import SUPPLEMENT, look, shape_of, skeleton

texts = st.text(max_size=40)
hidden = st.sampled_from("\u200b\u200c\u200d\u2060\ufeff\u00ad")


def test_the_table_is_the_whole_one_of_unicode_18() -> None:
    mapped = sum(confusables.prototype(chr(point)) != chr(point) for point in range(0x110000))

    assert UNICODE_VERSION == "18.0.0"
    assert mapped == 6712  # the mappings of confusables.txt, version 18.0.0


def test_case_is_kept_because_capitals_look_like_other_letters_than_small_ones() -> None:
    assert skeleton("ΝΙΚΕ") == skeleton("NIKE") == "NlKE"
    assert skeleton("ΝΙΚΕ".casefold()) != skeleton("nike")


def test_a_skeleton_is_only_for_comparing_with_skeletons() -> None:
    assert skeleton("modern") == skeleton("rnodern") == "rnodern"


def test_accents_stay_in_the_skeleton_and_go_in_the_look() -> None:
    assert skeleton("Nïke") != skeleton("Nike")
    assert look("Nïke") == look("Nike") == "nike"


@pytest.mark.parametrize(
    "written",
    ["Nіke", "Ｎｉｋｅ", "ɴɪᴋᴇ", "𝓝𝓲𝓴𝓮", "ⓝⓘⓚⓔ", "🅽🅸🅺🅴", "🇳🇮🇰🇪", "N\u200bi\u00adk\u2060e", "N̸i̶k̷e̲", "Niкe", "Nike™"],
)
def test_what_reads_as_nike_looks_like_nike(written: str) -> None:
    assert look(written) == "nike"


def test_a_symbol_of_lunate_sigma_is_read_by_its_shape_and_not_by_its_meaning() -> None:
    assert look("ϹϲC") == "ccc"


def test_capital_i_looks_like_l_and_small_i_does_not() -> None:
    assert look("NIKE 1|") == "nlkel|"
    assert look("nike") == "nike"


def test_punctuation_is_no_letter_although_the_table_has_letters_for_it() -> None:
    assert shape_of("%") == " "
    assert shape_of("(") == "("


def test_the_supplement_has_only_what_the_table_lacks() -> None:
    already = {letter for letter, shape in SUPPLEMENT.items() if skeleton(letter).lower() == shape}

    assert not already


def test_whatever_the_table_takes_for_one_latin_letter_is_read_as_it() -> None:
    for point in range(0x80, 0x110000):
        letter = chr(point)
        prototype = confusables.prototype(letter)
        if prototype.isascii() and prototype.isalpha() and unicodedata.category(letter)[0] != "P":
            assert look(letter) == look(prototype).replace("rn", "m"), f"U+{point:04X}"


@settings(deadline=None)
@given(texts)
def test_the_skeleton_of_a_skeleton_is_itself(text: str) -> None:
    assert skeleton(skeleton(text)) == skeleton(text)


@settings(deadline=None)
@given(texts)
def test_what_a_look_looks_like_is_itself(text: str) -> None:
    assert look(look(text)) == look(text)


@settings(deadline=None)
@given(texts, hidden, st.data())
def test_letters_without_width_change_nothing_that_is_seen(text: str, letter: str, data: st.DataObject) -> None:
    text = unicodedata.normalize("NFD", text)
    place = data.draw(st.integers(0, len(text)))
    between = text[:place] + letter + text[place:]

    assert look(between) == look(text)
    if not any(map(unicodedata.combining, text)):  # a joiner keeps marks from being put in order
        assert skeleton(between) == skeleton(text)
