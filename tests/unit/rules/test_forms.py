"""The forms in which texts are searched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.rules.forms import folded_words, skeleton_words


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("Air Max 90", " air max 90 "),
        ("  AIR-max,\n90!", " air max 90 "),
        ("Café Crème", " cafe creme "),
        ("STRASSE Straße ﬁne Ｎｉｋｅ", " strasse strasse fine nike "),
        ("Ni\u200bke ni\u00adke", " nike nike "),
        ("naïve\u0301_x", " naive x "),
        ("日本 靴", " 日本 靴 "),
        ("!!! —", ""),
        ("", ""),
    ],
)
def test_words_are_folded(text: str, form: str) -> None:
    assert folded_words(text) == form


@pytest.mark.parametrize("spoof", ["N1K3", "nIke", "NÍKE", "n!ke", "Ni\u200bke", "Ｎike"])
def test_what_looks_like_a_word_has_its_skeleton(spoof: str) -> None:
    assert skeleton_words(spoof) == skeleton_words("Nike")


def test_a_sign_at_the_end_is_no_letter() -> None:
    assert skeleton_words("Sale!") == skeleton_words("sale")
    assert skeleton_words("$ale") == skeleton_words("sale")


@given(st.text())
def test_a_form_is_its_own_form_and_stands_between_spaces(text: str) -> None:
    for form in (folded_words, skeleton_words):
        found = form(text)
        assert form(found) == found
        assert found == "" or (found[0] == found[-1] == " " and found.strip())
        assert "  " not in found


@given(st.text(), st.text())
def test_the_form_of_two_texts_is_theirs_joined(one: str, other: str) -> None:
    assert folded_words(f"{one} {other}").split() == [*folded_words(one).split(), *folded_words(other).split()]
