"""What the API of imports is told of a file, and what it answers about an import and its rows."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.reverse import reverse

from .listing_import.previews import RowPreview
from .listing_import.wording import file_message, message
from .models import ImportBatch, ImportIssue, ImportJob


class Terms(serializers.Serializer[Any]):
    """What is said of a file beside its content. `again` imports a file that was imported before.

    `sheet` is the visible sheet of a workbook to read; without it, the first with rows.
    """

    seller = serializers.SlugField()
    dry_run = serializers.BooleanField(default=False)
    again = serializers.BooleanField(default=False)
    name = serializers.CharField(max_length=200, required=False)
    sheet = serializers.CharField(max_length=200, required=False)


class Suggestions(serializers.Serializer[Any]):
    """Of which problems the suggestions are taken: their column and code, as "price:no-amount"."""

    kind = serializers.CharField(max_length=100)


class ImportSerializer(serializers.ModelSerializer[ImportBatch]):
    """An import: its state, how far the work on it is, its counts, and where to go on."""

    seller = serializers.SlugRelatedField[ImportBatch](slug_field="slug", read_only=True)
    dry_run = serializers.SerializerMethodField()
    problem = serializers.SerializerMethodField()
    progress = serializers.SerializerMethodField()
    columns = serializers.SerializerMethodField()
    links = serializers.SerializerMethodField()

    class Meta:
        model = ImportBatch
        fields: ClassVar = [
            "id", "seller", "name", "source", "sha256", "byte_size", "state", "dry_run", "problem", "progress",
            "counts", "undo_counts", "columns", "links", "created_at", "checked_at", "applied_at", "undone_at",
        ]  # fmt: skip

    def get_dry_run(self, batch: ImportBatch) -> bool:
        """Whether the file is only checked, until somebody applies it."""
        return not batch.applies_itself

    def get_problem(self, batch: ImportBatch) -> str:
        """Say why the file as a whole cannot be imported, or why the last work on it failed."""
        if batch.problem:
            return file_message(batch.problem)
        job = batch.job
        return str(job.explanation) if job is not None and job.state == ImportJob.State.FAILED else ""

    def get_progress(self, batch: ImportBatch) -> dict[str, Any] | None:
        """Say what is being done and how far that is in percent of its stage; nothing when nothing is done."""
        job = batch.job
        if job is None or job.is_finished:
            return None
        return {"kind": job.kind, "stage": job.stage, "percent": job.progress}

    def get_columns(self, batch: ImportBatch) -> dict[str, str]:
        """Say which column is taken for which field; empty for one that is left out."""
        return dict(zip(batch.header, batch.column_mapping.fields, strict=True)) if batch.mapping else {}

    def get_links(self, batch: ImportBatch) -> dict[str, str]:
        """Say where the rows, the failed rows and the page are."""
        request = self.context.get("request")
        names = {
            "rows": "catalog-api:import-rows",
            "errors": "catalog-api:import-errors",
            "page": "catalog:import-detail",
        }
        return {key: reverse(name, args=[batch.pk], request=request) for key, name in names.items()}


def row_answer(row: RowPreview) -> dict[str, Any]:
    """Return what a row does and what is wrong with it."""
    return {
        "row": row.number,
        "outcome": row.outcome,
        "sku": row.sku,
        "title": row.title,
        "product": row.product.pk if row.product else None,
        "changes": [asdict(change) for change in row.changes],
        "problems": [_problem(wrong) for wrong in row.problems],
    }


def _problem(wrong: ImportIssue) -> dict[str, Any]:
    return {
        "column": wrong.column,
        "code": wrong.code,
        "value": wrong.value,
        "message": message(wrong),
        "suggestion": wrong.facts.get("suggestion", ""),
        "is_warning": wrong.is_warning,
    }
