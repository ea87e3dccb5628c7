"""A fact that can lack something is asked only where it is known."""

import pytest
from hypothesis import given

from catalog.rules.language import Rule
from catalog.rules.listing_facts import ListingFacts
from catalog.rules.online import Verdict, evaluate

from .shop import LISTS, guarded_rules, lacking_in, listings


@given(guarded_rules(), listings())
def test_an_accepted_rule_is_never_an_error_whatever_is_lacking(accepted: Rule, facts: ListingFacts) -> None:
    (found,) = evaluate([accepted], facts, LISTS)
    assert found.verdict in (Verdict.FIRES, Verdict.PASSES), found.reason


@pytest.mark.parametrize(
    "text",
    [
        "has_price && price < 3.0",
        "price < 3.0 && has_price",
        "!has_price || price < 3.0",
        "!(has_price && price < 3.0)",
        "has_price ? price < 3.0 : true",
        "!has_price ? true : price < 3.0",
        "has_price && (is_authorized || price < 3.0)",
        "has_price && has_currency && (currency == 'EUR' && price < 3.0)",
        "!(!has_price || !has_currency) && price < 3.0 && currency == 'EUR'",
        "(has_price && is_authorized || has_price && relists_text) && price < 3.0",
        "has_price && markets.exists(m, m == 'DE' && price < 3.0)",
        "markets.exists(m, has_price && price < 3.0)",
        "markets.exists(m, has_price && m == 'DE') && price < 3.0",
        "(is_authorized ? has_price : has_price && relists_text) || !has_price || price < 3.0",
        "has_photo_text_brands && photo_text_brands.all(b, b == brand)",
        "has_photo_text && mentions(photo_text, 'nike') && imitates(photo_text, 'nike')",
    ],
)
def test_asking_has_first_is_enough(text: str) -> None:
    assert lacking_in(text) == []


@pytest.mark.parametrize(
    ("text", "lacking"),
    [
        ("price < 3.0", ["price"]),
        ("has_price || price < 3.0", ["price"]),
        ("!has_price && price < 3.0", ["price"]),
        ("has_currency && price < 3.0", ["price"]),
        ("has_price ? true : price < 3.0", ["price"]),
        ("(has_price || is_authorized) && price < 3.0", ["price"]),
        ("!(has_price && is_authorized) || price < 3.0", []),
        ("!(has_price || is_authorized) || price < 3.0", ["price"]),
        ("has_price == true && price < 3.0", ["price"]),
        ("price < 3.0 && price > 1.0", ["price"]),
        # An empty list fits all, and of a list that can lack something the condition may never be asked.
        ("markets.all(m, has_price) && price < 3.0", ["price"]),
        ("photo_text_brands.exists(b, has_price) && price < 3.0", ["photo_text_brands", "price"]),
        # Which branch is taken may itself be unknown.
        ("(price < 3.0 ? has_price : has_price) && is_authorized", ["price"]),
        ("(price < 3.0 ? has_price : has_price) && (price < 2.0 ? has_price : has_price)", ["price"]),
        ("mentions_any(photo_text, 'evasive')", ["photo_text"]),
        ("size(photo_text) > 3", ["photo_text"]),
        ("'x' in photo_text_brands", ["photo_text_brands"]),
    ],
)
def test_where_it_may_be_lacking_it_is_refused(text: str, lacking: list[str]) -> None:
    assert lacking_in(text) == lacking
