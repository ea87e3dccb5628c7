"""PURE. What of a change goes into the audit log: plain values, only those that differ, and never a secret."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import NamedTuple

type Plain = bool | int | str | list[Plain] | dict[str, Plain] | None

HIDDEN = "•••"
"""What stands in the log where a secret would."""

MAX_TEXT = 10_000
"""How many characters of one text are kept."""

_SECRET_NAME = re.compile(
    r"(?:^|[^a-z])"
    r"(?:password|passwd|passphrase|secret|token|digest|otp|totp|cookie|credential|csrf(?:token)?"
    r"|(?:api|private|session|secret|signing|recovery|backup)[^a-z]?(?:key|code))"
    r"s?(?:$|[^a-z])"
)
_SECRET_TEXT = re.compile(
    r"\b(?:pbkdf2_\w+|argon2\w*|bcrypt\w*|scrypt|md5)\$\S+"  # what password hashers make
    r"|\bsat_\w{8,}"  # an API token
    r"|\bBearer\s+\S+",
    re.IGNORECASE,
)


class Changed(NamedTuple):
    """The fields that differ, as they were and as they are."""

    before: dict[str, Plain]
    after: dict[str, Plain]


def changes(old: object, new: object, fields: Iterable[str]) -> Changed:
    """Return which of `fields` differ between two states of a thing: mappings, or objects with attributes.

    An absent key or attribute counts as None. Take the old state with `snapshot` before you change an object.
    """
    before, after = snapshot(old, fields := list(fields)), snapshot(new, fields)
    differing = [field for field in fields if before[field] != after[field]]
    return Changed({field: before[field] for field in differing}, {field: after[field] for field in differing})


def snapshot(thing: object, fields: Iterable[str]) -> dict[str, Plain]:
    """Return the plain values of `fields`; a related row as its name and key."""
    return {field: plain(_value(thing, field)) for field in fields}


def plain(value: object) -> Plain:
    """Return what JSON can say of a value without loss: fractions, money and dates become text.

    So the log holds no floating-point number, whose text depends on who writes it.
    """
    if isinstance(value, Enum):
        return plain(value.value)
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, Mapping):
        return {clean_text(str(key)): plain(item) for key, item in value.items()}
    if isinstance(value, set | frozenset):
        return [plain(item) for item in sorted(value, key=str)]
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    key = getattr(value, "pk", None)
    return clean_text(str(value) if key is None else f"{value} ({key})")


def clean_text(text: str, longest: int = MAX_TEXT) -> str:
    """Return the text as PostgreSQL can keep it, without what looks like a secret, and not longer than `longest`."""
    text = text.replace("\0", "␀").encode(errors="replace").decode()
    text = _SECRET_TEXT.sub(HIDDEN, text)
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def without_secrets(values: Mapping[str, Plain]) -> dict[str, Plain]:
    """Return `values` with `HIDDEN` in place of everything whose name says that it is secret, at any depth."""
    return {name: HIDDEN if is_secret(name) else _inner(value) for name, value in values.items()}


def is_secret(name: str) -> bool:
    """Tell whether a field of this name must not be shown: a password, a token, its digest, a recovery code."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    return bool(_SECRET_NAME.search(words))


def _inner(value: Plain) -> Plain:
    if isinstance(value, dict):
        return without_secrets(value)
    if isinstance(value, list):
        return [_inner(item) for item in value]
    return value


def _value(thing: object, field: str) -> object:
    return thing.get(field) if isinstance(thing, Mapping) else getattr(thing, field, None)
