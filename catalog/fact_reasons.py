"""Why a fact could not be found out, in the reader's language: it is kept in English, as it was found."""

from __future__ import annotations

import re

from django.utils.translation import gettext

from .rules.wording import Says

REASONS = (
    Says.WRONG_TYPE,
    Says.NOT_FINITE,
    Says.OUT_OF_RANGE,
    Says.BAD_LETTER,
    Says.NO_TIME_ZONE,
    Says.NOTHING_FOUND,
)


def _pattern(says: Says) -> re.Pattern[str]:
    value = re.sub(r"%\\\((\w+)\\\)s", r"(?P<\1>.+?)", re.escape(says.value))
    return re.compile(rf"(?P<provider>[\w ]+: )?{value}", re.DOTALL)


_PATTERNS = tuple((says, _pattern(says)) for says in REASONS)


def reason_in_words(reason: str) -> str:
    """Return a reason in the active language, after the name of what was asked; what a program raised stays so."""
    for says, pattern in _PATTERNS:
        if found := pattern.fullmatch(reason):
            values = found.groupdict()
            provider = values.pop("provider") or ""
            return f"{provider}{gettext(says.value) % values}"
    return reason
