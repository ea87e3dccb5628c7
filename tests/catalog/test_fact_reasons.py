"""Words within sentences on rules are in the reader's language: reasons of facts, kinds of lists, shipped titles."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.utils.translation import override

from catalog.fact_reasons import REASONS, reason_in_words
from catalog.models import ValueList
from catalog.rules.fact_values import fact_values
from catalog.rules.language import compile_rule
from catalog.rules.listing_facts import ListingFacts, ListKind
from catalog.rules.problems import RuleRefused
from catalog.rules.wording import Phrases, Says, Sentence
from catalog.templatetags.findings import kept_sentence
from catalog.templatetags.rules import in_words, said

NOW = datetime(2026, 11, 28, tzinfo=UTC)
FINITE, SPANISH = "it is not a finite number", "no es un número finito"


@pytest.mark.parametrize("says", REASONS)
@pytest.mark.parametrize("provider", ["", "prices: ", "photo models: "])
def test_each_reason_is_known_again_with_its_values_and_the_name_of_what_was_asked(says: Says, provider: str) -> None:
    reason = provider + says.value % {"found": "int", "wanted": "str"}

    assert reason_in_words(reason) == reason


def test_a_reason_is_said_in_the_readers_language_and_what_a_program_raised_as_it_is() -> None:
    with override("es"):
        assert reason_in_words(f"prices: {FINITE}") == f"prices: {SPANISH}"
        assert reason_in_words("prices: ValueError: no price") == "prices: ValueError: no price"


def test_a_sentence_on_a_fact_has_its_reason_in_the_same_language_also_where_it_was_kept() -> None:
    sentence = fact_values(ListingFacts({"price": float("nan")}, NOW)).failed["price"]
    kept = {"says": sentence.says.name, "values": dict(sentence.values), "text": str(sentence)}

    with override("es"):
        assert SPANISH in said(sentence)
        assert SPANISH in kept_sentence(kept)
    assert FINITE in str(sentence)


def test_a_refused_list_has_its_kind_in_the_readers_language() -> None:
    with pytest.raises(RuleRefused) as refused:
        compile_rule('mentions_any(title, "trusted")', {"trusted": ListKind.SELLERS})
    (problem,) = refused.value.problems

    with override("es"):
        assert said(problem.what) == "“trusted” es una lista de vendedores."
    assert str(problem.what) == "“trusted” is a list of sellers."


def test_several_phrases_are_translated_one_by_one() -> None:
    sentence = Sentence(Says.TAKES_LISTS, {"function": "f", "kinds": Phrases("sellers", "<b>")})

    assert str(sentence) == "`f` takes lists of sellers, <b>."
    with override("es"):
        assert "vendedores, &lt;b&gt;" in said(sentence)


def test_what_stands_beside_a_completion_is_translated_part_by_part() -> None:
    with override("es"):
        assert in_words(("sellers", ": ", Sentence(Says.NOT_FINITE), "<")) == f"vendedores: {SPANISH}&lt;"


@pytest.mark.django_db
def test_a_shipped_title_is_the_readers_and_one_that_somebody_wrote_stays() -> None:
    shipped = ValueList.objects.get(name="evasive-words")
    own = ValueList(name="own", title="sellers", kind=ListKind.WORDS)
    renamed = ValueList(name="evasive-words", title="sellers", kind=ListKind.WORDS)

    with override("es"):
        assert (own.shown_title, renamed.shown_title) == ("sellers", "sellers")
    with override("en"):
        assert shipped.shown_title == "Evasive words"
