"""What those who wait for a job read of its error. The error itself is for those who run the site."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

_PARKED = re.compile(
    r"Parked after \d+ attempts; the last (?:one said: (?P<reason>.*)|worker stopped without a word.*)", re.DOTALL
)
# `running.run_leased` writes errors that nobody has foreseen as the name of their class and what they say.
_OURS = re.compile(r"[A-Z]\w*: ")


def explained(error: str, *, has_ended: bool) -> str | _StrPromise:
    """Return a reason that concerns who waits as it stands, and of an error of ours only that there was one."""
    parked = _PARKED.fullmatch(error)
    reason = (parked["reason"] or "") if parked else error
    if reason and not _OURS.match(reason):
        return reason
    if not error:
        return ""
    if has_ended:
        return _("An error on our side has stopped this. Tell the people who run the site: its log says why.")
    return _("An error on our side has interrupted this. Nothing is lost: it is tried again by itself.")
