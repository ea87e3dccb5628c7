"""What the pages and the API say of an import: its counts as parts of a whole, its steps, its rows by tab."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shopadmin.keyset import Page, page

from .listing_import.applied import describe_changes
from .listing_import.previews import RowPreview, describe
from .listing_import.services import preview
from .listing_import.wording import label_of, message
from .models import ImportBatch, ImportChange, ImportIssue, ImportJob, ImportResult

ROWS_A_PAGE = 25
_STEPS = {
    ImportJob.Kind.CHECK: (ImportJob.Stage.READ, ImportJob.Stage.CHECK, ImportJob.Stage.COMPARE),
    ImportJob.Kind.APPLY: (ImportJob.Stage.WRITE,),
    ImportJob.Kind.UNDO: (ImportJob.Stage.WRITE,),
}


@dataclass(frozen=True, slots=True)
class Part:
    """So many rows with one outcome; `start` and `width` in percent of all rows, for a bar."""

    outcome: str
    label: str
    count: int
    start: float
    width: float


@dataclass(frozen=True, slots=True)
class Tab:
    """A way to look at the rows: its name in the address, its label, how many rows it has."""

    name: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Kind:
    """Rows with the same kind of problem: the sentence of the first one, and the query string that opens them.

    For `suggested` of the rows, something is suggested.
    """

    key: str
    label: str
    example: str
    rows: int
    suggested: int
    address: str


@dataclass(frozen=True, slots=True)
class Step:
    """A stage of the work; `state` is "done", "now", "stopped" or "ahead", progress in percent."""

    name: str
    state: str
    progress: int


def parts(counts: Mapping[str, int]) -> list[Part]:
    """Return the outcomes that some row has, in order, as parts of all rows that are not blank."""
    known = [(outcome, counts.get(outcome.value, 0)) for outcome in ImportResult.Outcome]
    total = sum(count for _outcome, count in known)
    found, start = [], 0.0
    for outcome, count in known:
        if count:
            width = 100 * count / total
            found.append(Part(outcome.value, str(outcome.label), count, round(start, 3), round(width, 3)))
            start += width
    return found


def law(batch: ImportBatch) -> str:
    """Say that every row of the file is accounted for: rows read are those of all parts and the blank ones."""
    found = preview(batch)
    return _("%(rows)d rows read = %(accepted)d accepted + %(error)d with errors + %(blank)d blank") % {
        "rows": found.rows,
        "accepted": found.accepted,
        "error": found.error,
        "blank": found.blank,
    }


def plan_of(batch: ImportBatch) -> list[str]:
    """Say, part by part, what applying will do."""
    found = preview(batch)
    said = []
    if found.create:
        said.append(ngettext("%d new listing is added.", "%d new listings are added.", found.create) % found.create)
    if found.change:
        said.append(ngettext("%d listing is changed.", "%d listings are changed.", found.change) % found.change)
    if found.same:
        said.append(
            ngettext(
                "%d listing stays as it is; its prices count as confirmed today.",
                "%d listings stay as they are; their prices count as confirmed today.",
                found.same,
            )
            % found.same
        )
    if found.error:
        said.append(
            ngettext("%d row with errors is left out.", "%d rows with errors are left out.", found.error) % found.error
        )
    return said


def tabs(batch: ImportBatch) -> list[Tab]:
    """Return the ways to look at the rows of an import that was checked; those without rows are left out."""
    found = preview(batch)
    all_tabs = [
        Tab("error", _("Errors"), found.error),
        Tab("warning", _("Worth a look"), found.warnings),
        Tab("change", _("Changed"), found.change),
        Tab("create", _("New"), found.create),
        Tab("same", _("Left alone"), found.same),
        Tab("conflict", _("Edited meanwhile"), found.conflict),
        Tab("kept", _("Kept at the undoing"), int(batch.undo_counts.get("kept", 0))),
    ]
    return [tab for tab in all_tabs if tab.count]


def kinds(batch: ImportBatch, *, is_warning: bool) -> list[Kind]:
    """Return the problems of an import, like ones together, most frequent first. Two queries."""
    issues = ImportIssue.objects.filter(batch=batch, is_warning=is_warning)
    groups = list(issues.kinds())
    firsts = {
        (issue.number, issue.column, issue.code): issue
        for issue in issues.filter(number__in={group["first"] for group in groups})
    }
    return [_kind(group, firsts, "warning" if is_warning else "error") for group in groups]


def _kind(group: Mapping[str, Any], firsts: Mapping[tuple[int, str, str], ImportIssue], tab: str) -> Kind:
    column, code = group["column"], group["code"]
    key = f"{column}:{code}"
    label = label_of(column) if column else _("row")
    example = message(firsts[group["first"], column, code])
    return Kind(key, label, example, group["rows"], group["suggested"], f"?{urlencode({'tab': tab, 'kind': key})}")


def taken(batch: ImportBatch) -> list[str]:
    """Return the labels of the columns in which suggestions stand for cells."""
    columns = dict.fromkeys(kind.partition(":")[0] for kind in batch.column_mapping.taken)
    return [label_of(column) for column in columns]


def rows(batch: ImportBatch, tab: str, query: QueryDict) -> tuple[Page[Any], Sequence[RowPreview]]:
    """Return a page of a tab's rows, of the kind of problem that the address names, if any; and their previews."""
    if (done := _changes(batch, tab)) is not None:
        changes: Page[Any] = page(done, fields=("number",), query=query, size=ROWS_A_PAGE)
        return changes, describe_changes(changes.rows)
    found: Page[Any] = page(_results(batch, tab, query), fields=("number",), query=query, size=ROWS_A_PAGE)
    return found, describe(batch, found.rows)


def _changes(batch: ImportBatch, tab: str) -> QuerySet[ImportChange] | None:
    """Return what an applied import did, which is kept longer than its rows; None for what only its rows tell."""
    if batch.applied_at is None:
        return None
    done = ImportChange.objects.filter(batch=batch)
    match tab:
        case "create":
            return done.filter(kind=ImportChange.Kind.CREATED)
        case "change":
            return done.filter(kind=ImportChange.Kind.CHANGED)
        case "kept":
            return done.filter(undo=ImportChange.Undo.KEPT)
        case _:
            return None


def _results(batch: ImportBatch, tab: str, query: QueryDict) -> QuerySet[ImportResult]:
    results = ImportResult.objects.filter(batch=batch)
    column, is_kind, code = query.get("kind", "").replace("\0", "").partition(":")
    issues = ImportIssue.objects.filter(batch=batch, is_warning=tab == "warning")
    if is_kind:
        issues = issues.filter(column=column, code=code)
    if tab == "warning":
        return results.with_issue(issues)
    found = results.with_outcome(tab)
    return found.with_issue(issues) if is_kind else found


def steps(job: ImportJob) -> list[Step]:
    """Return the stages of a job in order, with how far it has come in each."""
    stages = _STEPS[ImportJob.Kind(job.kind)]
    order = [ImportJob.Stage.WAIT, *stages, ImportJob.Stage.DONE]
    stage = ImportJob.Stage(job.stage)
    # Applying checks again when a crash has emptied the tables of the check: then the stage is none of its own.
    reached = order.index(stage) if stage in order else 1
    return [_step(job, str(stage.label), position - reached) for position, stage in enumerate(stages, start=1)]


def _step(job: ImportJob, name: str, distance: int) -> Step:
    if distance < 0 or job.state == ImportJob.State.SUCCEEDED:
        return Step(name, "done", 100)
    if distance > 0:
        return Step(name, "ahead", 0)
    return Step(name, "stopped" if job.is_finished else "now", job.progress)
