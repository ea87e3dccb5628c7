"""PURE. Statements of reasons: what a marketplace tells a seller, and the public database, of each restriction.

Fields, names of values and lengths are those of the Transparency Database of the European Commission (Digital Services
Act, Articles 17 and 24(5)), as its API takes them since July 2025.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

GROUND_LENGTH, EXPLANATION_LENGTH, FACTS_LENGTH = 500, 2000, 5000

# The member states, and those of the European Economic Area, in which the database takes statements.
TERRITORIES = frozenset(
    {
        "AT",
        "BE",
        "BG",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GR",
        "HR",
        "HU",
        "IE",
        "IS",
        "IT",
        "LI",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "NO",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
    }
)


class Visibility(StrEnum):
    """What became of the content."""

    REMOVED = "DECISION_VISIBILITY_CONTENT_REMOVED"
    DISABLED = "DECISION_VISIBILITY_CONTENT_DISABLED"
    DEMOTED = "DECISION_VISIBILITY_CONTENT_DEMOTED"


class Basis(StrEnum):
    """Whether content breaks a law, or what the platform agreed with its sellers."""

    ILLEGAL = "DECISION_GROUND_ILLEGAL_CONTENT"
    INCOMPATIBLE = "DECISION_GROUND_INCOMPATIBLE_CONTENT"


class NoticeSource(StrEnum):
    """Who brought the content to the platform's attention."""

    NOTICE = "SOURCE_ARTICLE_16"
    TRUSTED_FLAGGER = "SOURCE_TRUSTED_FLAGGER"
    OTHER_NOTICE = "SOURCE_TYPE_OTHER_NOTIFICATION"
    OWN_INITIATIVE = "SOURCE_VOLUNTARY"


class Automation(StrEnum):
    """How much of the decision was taken without people."""

    FULLY = "AUTOMATED_DECISION_FULLY"
    PARTIALLY = "AUTOMATED_DECISION_PARTIALLY"
    NOT = "AUTOMATED_DECISION_NOT_AUTOMATED"


class Category(StrEnum):
    """What kind of infringement it is."""

    INTELLECTUAL_PROPERTY = "STATEMENT_CATEGORY_INTELLECTUAL_PROPERTY_INFRINGEMENTS"
    UNSAFE_PRODUCTS = "STATEMENT_CATEGORY_UNSAFE_AND_PROHIBITED_PRODUCTS"
    CONSUMER_INFORMATION = "STATEMENT_CATEGORY_CONSUMER_INFORMATION"
    OTHER = "STATEMENT_CATEGORY_OTHER_VIOLATION_TC"


class IncompleteStatement(ValueError):
    """A statement without something that it must have; `fields` says what, by name, and how to mend it."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {what}" for name, what in fields.items()))
        self.fields = fields


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementOfReasons:
    """What is said of one restriction of one listing.

    `key` is ours and unique. `legal_ground` names the law or the terms, `explanation` says why the listing falls under
    it, `facts` what was seen. `territories` are the markets where the listing was offered. Raises
    `IncompleteStatement`.
    """

    key: str
    visibility: Visibility
    basis: Basis
    legal_ground: str
    explanation: str
    facts: str
    source: NoticeSource
    source_identity: str = ""
    is_found_automatically: bool
    automation: Automation
    category: Category
    content_date: date
    application_date: date
    territories: tuple[str, ...] = ()
    language: str = "EN"
    gtin: str = ""

    def __post_init__(self) -> None:
        faults = self._faults()
        if faults:
            raise IncompleteStatement(faults)

    def _faults(self) -> dict[str, str]:
        limits = {"legal_ground": GROUND_LENGTH, "explanation": EXPLANATION_LENGTH, "facts": FACTS_LENGTH}
        faults = {name: "is missing" for name in limits if not getattr(self, name).strip()}
        faults |= {
            name: f"has {len(getattr(self, name)):,} letters; at most {most:,} are taken"
            for name, most in limits.items()
            if len(getattr(self, name)) > most
        }
        if self.application_date < self.content_date:
            faults["application_date"] = "lies before the day of the content"
        if self.source in {NoticeSource.NOTICE, NoticeSource.TRUSTED_FLAGGER} and not self.source_identity.strip():
            faults["source_identity"] = "says who sent the notice, and is missing"
        return faults

    def payload(self) -> dict[str, Any]:
        """Return the statement as the public database takes it: without personal data of the seller."""
        is_illegal = self.basis == Basis.ILLEGAL
        kind = "illegal_content" if is_illegal else "incompatible_content"
        ground = "legal_ground" if is_illegal else "ground"
        sent: dict[str, Any] = {
            "puid": self.key,
            "decision_visibility": [self.visibility.value],
            "decision_ground": self.basis.value,
            f"{kind}_{ground}": self.legal_ground,
            f"{kind}_explanation": self.explanation,
            "decision_facts": self.facts,
            "source_type": self.source.value,
            "automated_detection": "Yes" if self.is_found_automatically else "No",
            "automated_decision": self.automation.value,
            "category": self.category.value,
            "content_type": ["CONTENT_TYPE_PRODUCT"],
            "content_date": self.content_date.isoformat(),
            "application_date": self.application_date.isoformat(),
            "territorial_scope": sorted(TERRITORIES.intersection(self.territories)),
            "content_language": self.language.upper(),
        }
        if self.category == Category.INTELLECTUAL_PROPERTY:
            sent["category_specification"] = ["KEYWORD_TRADEMARK_INFRINGEMENT"]
        if self.source != NoticeSource.OWN_INITIATIVE:
            sent["source_identity"] = self.source_identity
        if ean := _ean13(self.gtin):
            sent["content_id"] = {"EAN-13": ean}
        return sent


def _ean13(gtin: str) -> str:
    """Return a GTIN of 8 to 14 digits in the 13 that the database knows; empty for a carton's, which has none."""
    filled = gtin.zfill(14)
    return filled[1:] if gtin and filled.startswith("0") else ""
