"""What would become of each listing: the lanes resolved with candidates in the place of the versions they replace.

Listings of which the same was said become the same, so each combination is resolved once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db import connection

from ..models import RuleVersion
from ..rules.measuring.lanes import Answer, Lane, Outcome, resolve
from ..screening.deciding import VERDICTS
from .asking import ROWS
from .candidates import Candidate, Question

_COMBINATION = "concat_ws('|', fired::text, erring::text, said::text, coalesce(others_said::text, '-'))"
AT_ONCE = 5_000

type Said = Sequence[bool | None]


def resolve_rows(question: Question) -> None:
    """Add to each row of the table what would become of the listing, in the column `becomes`."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {ROWS} ADD combination text, ADD becomes text")
        cursor.execute(f"UPDATE {ROWS} SET combination = md5({_COMBINATION})")  # noqa: S608
        cursor.execute(
            f"SELECT DISTINCT ON (combination) combination, fired, erring, said, others_said FROM {ROWS}"  # noqa: S608
        )
        found = {key: _verdict(question, *said) for key, *said in cursor.fetchall()}
        for at in range(0, len(found), AT_ONCE):
            keys = list(found)[at : at + AT_ONCE]
            cursor.execute(
                f"UPDATE {ROWS} SET becomes = new.verdict"  # noqa: S608
                " FROM unnest(%s::text[], %s::text[]) AS new(key, verdict) WHERE combination = new.key",
                [keys, [found[key] for key in keys]],
            )
        cursor.execute(f"ANALYZE {ROWS}")


def _verdict(
    question: Question, fired: Sequence[int], erring: Sequence[int], said: Said, others_said: Said | None
) -> str:
    answers = [_of_candidate(each, word) for each, word in zip(question.candidates, said, strict=True)]
    answers += _of_others(question, fired, erring, others_said)
    return str(VERDICTS[resolve(answers).verdict])


def _of_others(
    question: Question, fired: Sequence[int], erring: Sequence[int], others_said: Said | None
) -> Iterator[Answer]:
    """Yield what the versions that stay say: as stored, or as asked anew where that is not known."""
    if others_said is not None:
        for version, word in zip(question.others.values(), others_said, strict=True):
            yield _of_version(version, _outcome(word))
        return
    for keys, outcome in ((fired, Outcome.FIRES), (erring, Outcome.ERROR)):
        for key in keys:
            if key in question.others:
                yield _of_version(question.others[key], outcome)


def _of_candidate(candidate: Candidate, word: bool | None) -> Answer:
    return Answer(candidate.key, candidate.lane, candidate.order, candidate.severity, _outcome(word))


def _of_version(version: RuleVersion, outcome: Outcome) -> Answer:
    return Answer(version.pk, Lane(version.acting_lane), version.order, version.severity, outcome)


def _outcome(word: bool | None) -> Outcome:
    if word is None:
        return Outcome.ERROR
    return Outcome.FIRES if word else Outcome.PASSES
