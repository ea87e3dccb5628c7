"""A tree written as text and read again is the same tree."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.rules.language import Rule
from catalog.rules.unparsing import unparse

from .shop import guarded_rules, rule, without_places


@given(guarded_rules())
def test_a_tree_written_out_compiles_to_an_equal_tree(written: Rule) -> None:
    text = unparse(written.tree)
    again = rule(text).tree
    assert without_places(again) == without_places(written.tree)
    assert unparse(again) == text


_numbers = st.recursive(
    st.sampled_from(["photo_count", "3", "-3", "seller_orders", "(-3)"]),
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from(list("+-*/%")), inner), st.builds("-({})".format, inner)
    ),
    max_leaves=6,
)


@given(_numbers, _numbers, st.sampled_from(["<", "=="]))
def test_so_does_arithmetic_with_all_its_brackets(left: str, right: str, sign: str) -> None:
    written = rule(f"is_authorized && {left} {sign} {right}").tree
    assert without_places(rule(unparse(written)).tree) == without_places(written)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("((is_authorized))", "is_authorized"),
        ("is_authorized&&(relists_photo&&relists_text)", "is_authorized && relists_photo && relists_text"),
        ("(is_authorized || relists_photo) && relists_text", "(is_authorized || relists_photo) && relists_text"),
        ("!(!is_authorized)", "!(!is_authorized)"),
        ("!(photo_count<3)", "!(photo_count < 3)"),
        ("title.size()>3", "size(title) > 3"),
        ("title == 'a\"b\\n'", 'title == "a\\"b\\u000a"'),
        ("photo_count - (3 - 2) > 0", "photo_count - (3 - 2) > 0"),
        ("(photo_count - 3) - 2 > 0", "photo_count - 3 - 2 > 0"),
        ("(is_authorized ? 1 : 2) == 1", "(is_authorized ? 1 : 2) == 1"),
        ("(is_authorized == true) == false", "is_authorized == true == false"),
        ("markets.all(m, m in ['DE','FR'])", 'markets.all(m, m in ["DE", "FR"])'),
        ("title == '日本'", 'title == "日本"'),
    ],
)
def test_the_canonical_text_has_no_more_brackets_than_it_needs(text: str, canonical: str) -> None:
    assert unparse(rule(text).tree) == canonical
