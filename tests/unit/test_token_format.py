"""Tokens are told from typos, and typos from what never was a token."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopadmin.accounts import token_format
from shopadmin.accounts.token_format import ALPHABET, NotAToken, TokenTypo, new_token, read_token

TOKEN = new_token()


def test_a_new_token_can_be_read_and_shows_only_its_prefix() -> None:
    token = new_token()

    assert read_token(token.text) == token
    assert token.text.startswith(f"sat_{token.prefix}_")
    assert len(token.prefix) == 8


def test_a_token_holds_at_least_256_random_bits() -> None:
    assert len(ALPHABET) ** token_format.SECRET_LENGTH >= 2**256
    assert len({new_token().text for _ in range(200)}) == 200


@given(st.integers(4, len(TOKEN.text) - 1), st.sampled_from(ALPHABET))
def test_any_one_wrong_character_is_a_typo(position: int, character: str) -> None:
    wrong = TOKEN.text[:position] + character + TOKEN.text[position + 1 :]

    if wrong != TOKEN.text:
        with pytest.raises(TokenTypo):
            read_token(wrong)


@given(st.integers(4, len(TOKEN.text) - 1))
def test_a_token_that_was_cut_is_a_typo(length: int) -> None:
    with pytest.raises(TokenTypo):
        read_token(TOKEN.text[:length])


@given(st.text().filter(lambda text: not text.startswith("sat_")))
def test_anything_else_is_not_a_token(text: str) -> None:
    with pytest.raises(NotAToken):
        read_token(text)


@given(st.text())
def test_nothing_that_merely_begins_like_a_token_breaks_the_reader(text: str) -> None:
    with pytest.raises(TokenTypo):
        read_token(f"sat_{text}")
