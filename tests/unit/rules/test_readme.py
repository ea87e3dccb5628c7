"""The page for people who write rules says what is so."""

import re
from pathlib import Path

import pytest

import catalog.rules
from catalog.rules.facts import FACTS
from catalog.rules.function_calls import FUNCTIONS, METHODS
from catalog.rules.language import compile_rule
from catalog.rules.listing_facts import ListKind
from catalog.rules.problems import RuleRefused

PAGE = Path(catalog.rules.__file__).with_name("README.md").read_text()
LISTS = {
    "trusted sellers": ListKind.SELLERS,
    "luxury brands": ListKind.BRANDS,
    "recalled": ListKind.ARTICLES,
    "evasive words": ListKind.WORDS,
    "photos taken down": ListKind.PHOTOS,
}


@pytest.mark.parametrize("example", re.findall(r"```cel\n(.*?)\n```", PAGE, re.DOTALL))
def test_every_example_is_a_rule(example: str) -> None:
    assert compile_rule(example, LISTS).facts


@pytest.mark.parametrize("shown", re.findall(r"```text\n(.*?)\n```", PAGE, re.DOTALL))
def test_every_refusal_on_it_is_what_people_read(shown: str) -> None:
    with pytest.raises(RuleRefused) as caught:
        compile_rule(shown.split("\n")[1].strip(), LISTS)
    assert caught.value.problems[0].show() == shown


def test_there_are_ten_rules_against_counterfeits() -> None:
    section = PAGE.split("## Ten rules")[1].split("\n## ")[0]
    assert section.count("```cel") == 10


@pytest.mark.parametrize("name", FACTS)
def test_every_fact_is_in_its_table_as_the_registry_has_it(name: str) -> None:
    fact = FACTS[name]
    marks = ", ".join(word for word, holds in (("lacks", fact.can_lack), ("told", fact.seller_sees)) if holds)
    assert f"| `{name}` | `{fact.type.value}` | {fact.meaning} | {fact.unit} | {marks} |\n" in PAGE


@pytest.mark.parametrize("name", [*FUNCTIONS, *METHODS])
def test_every_function_is_named_on_it(name: str) -> None:
    assert re.search(rf"\b{name}\b", PAGE)
