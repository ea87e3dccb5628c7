"""What goes into the audit log: plain values, only what differs, never a secret."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopadmin.accounts.audit.values import HIDDEN, MAX_TEXT, changes, clean_text, is_secret, plain, without_secrets
from shopadmin.accounts.roles import Role

ANYTHING: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.decimals() | st.datetimes() | st.uuids(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.sets(st.text()),
    max_leaves=8,
)


def test_only_fields_that_differ_are_kept() -> None:
    old = {"title": "Soap", "price": Decimal("4.50"), "stock": 3}

    changed = changes(old, {**old, "price": Decimal("5.00")}, ["title", "price", "stock"])

    assert changed.before == {"price": "4.50"}
    assert changed.after == {"price": "5.00"}


def test_what_is_new_was_nothing_before() -> None:
    assert changes({}, SimpleNamespace(title="Soap"), ["title"]) == ({"title": None}, {"title": "Soap"})


def test_a_related_row_is_told_by_its_name_and_key() -> None:
    class Brand:
        pk = 7

        def __str__(self) -> str:
            return "Bravo"

    assert plain(Brand()) == "Bravo (7)"


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (Role.ADMIN, "admin"), (0.1, "0.1"), (Decimal("1E-8"), "0.00000001"), ((1, "a"), [1, "a"]),
        ({"b", "a"}, ["a", "b"]), ({1: {2: None}}, {"1": {"2": None}}),
        (datetime(2026, 3, 1, tzinfo=UTC), "2026-03-01T00:00:00+00:00"),
        ("NUL \0 and half \ud800", "NUL ␀ and half ?"),
    ],
)  # fmt: skip
def test_values_become_what_json_can_say(value: object, kept: object) -> None:
    assert plain(value) == kept


@given(ANYTHING)
def test_whatever_comes_is_kept_as_json_without_fractions_or_nul(value: object) -> None:
    text = json.dumps(plain(value), ensure_ascii=False)

    assert "\0" not in text
    assert text.encode()
    assert not any(isinstance(item, float) for item in leaves(json.loads(text)))


def leaves(value: object) -> list[object]:
    if isinstance(value, dict):
        return [leaf for item in value.values() for leaf in leaves(item)]
    return [leaf for item in value for leaf in leaves(item)] if isinstance(value, list) else [value]


@pytest.mark.parametrize(
    "name",
    [
        "password", "new_password", "passwordAgain", "token", "token_sha256", "api-token", "digest", "client_secret",
        "apiKey", "SECRET_KEY", "session_key", "recovery_codes", "otp", "totp_seed", "credentials", "csrftoken",
        "cookie",
    ],
)  # fmt: skip
def test_secrets_are_known_by_their_names(name: str) -> None:
    assert is_secret(name)


@pytest.mark.parametrize(
    "name",
    ["title", "key", "code", "keyboard", "brand_authorization", "passport_number", "sha256", "tokenizer", "secretary"],
)
def test_other_names_are_no_secrets(name: str) -> None:
    assert not is_secret(name)


@given(st.text(min_size=12), st.sampled_from(["password", "api_token", "digest"]))
def test_a_secret_is_hidden_at_any_depth(secret: str, name: str) -> None:
    values = {"user": {"name": "Ana", "logins": [{name: f"<{secret}>"}]}, name: {"inner": f"<{secret}>"}}

    hidden = without_secrets(plain(values))

    assert f"<{secret}>" not in str(hidden)
    assert hidden == {"user": {"name": "Ana", "logins": [{name: HIDDEN}]}, name: HIDDEN}


@pytest.mark.parametrize(
    "text",
    [
        "pbkdf2_sha256$1000000$salt$c2VjcmV0", "argon2$argon2id$v=19$m=1$c2VjcmV0", "sat_abcd1234_c2VjcmV0c2VjcmV0",
        "Authorization: Bearer c2VjcmV0",
    ],
)  # fmt: skip
def test_what_looks_like_a_secret_is_hidden_in_any_text(text: str) -> None:
    assert "c2VjcmV0" not in clean_text(f"before {text} after")
    assert HIDDEN in clean_text(f"before {text} after")


def test_that_a_secret_changed_is_told_without_telling_it() -> None:
    changed = changes({"password": "a"}, {"password": "b"}, ["password"])

    assert without_secrets(changed.before) == without_secrets(changed.after) == {"password": HIDDEN}


def test_long_texts_are_cut() -> None:
    assert clean_text("x" * MAX_TEXT) == "x" * MAX_TEXT
    assert clean_text("x" * 2 * MAX_TEXT) == "x" * (MAX_TEXT - 1) + "…"
