"""PURE. What a trader file has to hold, who sees what of it, and what a check of it is still worth.

EU: Digital Services Act (Regulation 2022/2065), Article 30(1) names what a marketplace has to know of a trader before
it offers anything to consumers in the EU, and 30(7) what consumers see of it. US: INFORM Consumers Act, 15 USC
45f(a)(1) and (b)(1), the same for high-volume sellers.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from enum import StrEnum

REQUIRED_EVERYWHERE = (
    "legal_name",
    "street",
    "city",
    "country",
    "email",
    "phone",
    "payment_account_holder",
    "payment_account_last4",
)
"""Name, address, contact and payment account: both laws ask for these."""

PUBLIC_FIELDS = (
    "legal_name",
    "street",
    "postal_code",
    "city",
    "country",
    "email",
    "phone",
    "register",
    "registration_number",
)
"""What customers see; the tax number and the payment account are for the platform only."""

CHECKED_FIELDS = (*PUBLIC_FIELDS, "tax_number", "payment_account_holder", "payment_account_last4")
"""What staff verify: a change of any of these makes a verification outdated."""

NO_POSTAL_CODES = frozenset((
    "AE", "AG", "AO", "AW", "BF", "BI", "BJ", "BO", "BS", "BW", "BZ", "CD", "CF", "CG", "CI", "CK", "CM", "DJ", "DM",
    "ER", "FJ", "GD", "GH", "GM", "GQ", "GY", "HK", "KI", "KM", "KN", "KP", "ML", "MO", "MR", "MW", "NR", "NU", "QA",
    "RW", "SB", "SC", "SL", "SR", "ST", "SY", "TF", "TG", "TK", "TO", "TV", "UG", "VU", "YE", "ZW",
))  # fmt: skip
"""Countries whose addresses have no postal code (Universal Postal Union)."""


class TraderState(StrEnum):
    """How far a trader file has come."""

    EMPTY = "empty"
    INCOMPLETE = "incomplete"
    WAITING = "waiting"
    VERIFIED = "verified"
    OUTDATED = "outdated"
    MORE_NEEDED = "more needed"
    REFUSED = "refused"


def asked_for(contents: Mapping[str, str]) -> list[str]:
    """Return the fields that everybody has to give, in the order of the form.

    A postal code is asked for where addresses have one, and a number wherever a trade register is named.
    """
    asked = set(REQUIRED_EVERYWHERE)
    if contents.get("country", "") not in NO_POSTAL_CODES:
        asked.add("postal_code")
    if contents.get("register"):
        asked.add("registration_number")
    return [name for name in CHECKED_FIELDS if name in asked]


def missing(contents: Mapping[str, str]) -> list[str]:
    """Return the fields that everybody has to give and that are empty."""
    return [name for name in asked_for(contents) if not contents.get(name)]


def missing_in_the_us(contents: Mapping[str, str]) -> list[str]:
    """Return the empty fields that the INFORM Act asks of a high-volume seller: the tax number comes on top."""
    return [*missing(contents), *([] if contents.get("tax_number") else ["tax_number"])]


def completeness(contents: Mapping[str, str], *, is_certified: bool) -> tuple[int, int]:
    """Return how many things are there, and how many are asked for; the certification is one of them."""
    asked = len(asked_for(contents)) + 1
    return asked - len(missing(contents)) - (not is_certified), asked


def changed_since(checked: Mapping[str, str], contents: Mapping[str, str]) -> list[str]:
    """Return the fields that are not as they were when the file was checked."""
    return [name for name in CHECKED_FIELDS if checked.get(name, "") != contents.get(name, "")]


def fingerprint(contents: Mapping[str, str]) -> str:
    """Return a text that is the same only for files with the same contents."""
    plain = json.dumps([contents.get(name, "") for name in CHECKED_FIELDS])
    return hashlib.sha256(plain.encode()).hexdigest()


def state_of(contents: Mapping[str, str] | None, outcome: str, checked: Mapping[str, str]) -> TraderState:
    """Return how far a file has come.

    `contents` is the file as it is, None where there is none; `outcome` is that of the last check (empty when there was
    none) and `checked` the file as it was then. What was checked and has changed since waits for another check.
    """
    if contents is None or not any(contents.get(name) for name in CHECKED_FIELDS):
        return TraderState.EMPTY
    is_same = bool(outcome) and not changed_since(checked, contents)
    if outcome == TraderState.VERIFIED:
        return TraderState.VERIFIED if is_same else TraderState.OUTDATED
    if is_same:
        return TraderState(outcome)
    return TraderState.INCOMPLETE if missing(contents) else TraderState.WAITING


class Gap(StrEnum):
    """Why listings may not be offered to consumers in the EU yet."""

    INCOMPLETE = "incomplete"
    UNCERTIFIED = "uncertified"
    UNVERIFIED = "unverified"


def gaps_for_the_eu(contents: Mapping[str, str], *, state: TraderState, is_certified: bool) -> list[Gap]:
    """Return what is left to do before listings may be offered in the EU (Article 30(1) and (2)); nothing: they may."""
    found = []
    if missing(contents):
        found.append(Gap.INCOMPLETE)
    if not is_certified:
        found.append(Gap.UNCERTIFIED)
    if state != TraderState.VERIFIED:
        found.append(Gap.UNVERIFIED)
    return found
