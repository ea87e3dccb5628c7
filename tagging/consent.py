"""PURE. May this video be tagged, and may its links be shown?

The database enforces the same promise (see `models/consents.py`); this says why, in the creator's words.
"""

from __future__ import annotations

from dataclasses import dataclass

NO_CONSENT = "no consent"


@dataclass(frozen=True, slots=True)
class Grant:
    """A live consent: whose, for what, and when proposed links become visible."""

    creator_id: int
    purpose: str
    publication: str


@dataclass(frozen=True, slots=True)
class Allowed:
    """Yes; `links_start_as` is the state in which new links begin."""

    links_start_as: str


@dataclass(frozen=True, slots=True)
class Denied:
    """No, and why."""

    reason: str


def may_tag(creator_id: int, grant: Grant | None, purpose: str) -> Allowed | Denied:
    """Decide whether a video of `creator_id` may be looked at for `purpose`.

    Anything that is not a live grant of this very creator for this very purpose is a no.
    """
    if grant is None or grant.creator_id != creator_id or grant.purpose != purpose:
        return Denied(NO_CONSENT)
    if grant.publication == "publish_and_tell":
        return Allowed("live")
    return Allowed("proposed")
