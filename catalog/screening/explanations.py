"""PURE. An explanation for staff as it is kept with a finding."""

from __future__ import annotations

from typing import Any

from ..rules.explaining import Clause, Explanation
from ..rules.wording import Sentence


def explanation_as_json(explanation: Explanation) -> dict[str, Any]:
    """Return the clauses with their truth and values, and what would have let the listing pass, as plain JSON."""
    return {
        "clause": _clause(explanation.clause),
        "sentences": [_sentence(sentence) for sentence in explanation.for_staff()],
    }


def _clause(clause: Clause) -> dict[str, Any]:
    """Return a clause: `truth` is null for an error, of which `reason` says why."""
    return {
        "text": clause.text,
        "join": clause.join.value,
        "truth": clause.truth,
        "parts": [_clause(part) for part in clause.parts],
        "values": dict(clause.values),
        "reason": _sentence(clause.reason) if clause.reason else None,
    }


def _sentence(sentence: Sentence) -> dict[str, Any]:
    """Return a sentence by its name in `Says`, so that it can be said in the reader's language, and in English."""
    return {"says": sentence.says.name, "values": dict(sentence.values), "text": str(sentence)}
