"""PURE. How an API token is written: `sat_<prefix>_<secret><checksum>`.

The prefix is shown in lists and finds the row; the secret is 256 random bits; the checksum tells a typo, or a token
that was cut while it was copied, from one that is not known. Programs that look for leaked secrets know it by `sat_`.
"""

from __future__ import annotations

import secrets
import string
import zlib
from dataclasses import dataclass

ALPHABET = string.digits + string.ascii_letters
MARK = "sat"
PREFIX_LENGTH = 8
SECRET_LENGTH = 43  # 62 ** 43 > 2 ** 256
CHECKSUM_LENGTH = 6  # 62 ** 6 > 2 ** 32

LENGTH = len(MARK) + PREFIX_LENGTH + SECRET_LENGTH + CHECKSUM_LENGTH + 2


class NotAToken(ValueError):
    """The text is not an API token of this site at all."""


class TokenTypo(ValueError):
    """The text looks like an API token, but a character is wrong or missing."""


@dataclass(frozen=True, slots=True)
class TokenText:
    """A whole token, and the part of it that may be shown."""

    prefix: str
    text: str


def new_token() -> TokenText:
    """Make up a token that nobody can guess."""
    prefix, secret = _random(PREFIX_LENGTH), _random(SECRET_LENGTH)
    start = f"{MARK}_{prefix}_{secret}"
    return TokenText(prefix, start + checksum(start))


def read_token(text: str) -> TokenText:
    """Read a token that somebody sent. Raises `NotAToken` or `TokenTypo`."""
    if not text.startswith(f"{MARK}_"):
        raise NotAToken
    prefix = text[len(MARK) + 1 :].partition("_")[0]
    body, sum_of_body = text[:-CHECKSUM_LENGTH], text[-CHECKSUM_LENGTH:]
    if len(prefix) != PREFIX_LENGTH or len(text) != LENGTH or checksum(body) != sum_of_body:
        raise TokenTypo
    return TokenText(prefix, text)


def checksum(text: str) -> str:
    """Return the CRC-32 of the text in six digits of base 62."""
    number, digits = zlib.crc32(text.encode("utf-8", "surrogatepass")), ""
    for _ in range(CHECKSUM_LENGTH):
        number, digit = divmod(number, len(ALPHABET))
        digits = ALPHABET[digit] + digits
    return digits


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))
