"""The rows of imports: as they are in the file, what they do, what is wrong with them, what was done to listings."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Count, F, Min, Q
from django.utils.translation import gettext_lazy as _

from .imports import ImportBatch
from .products import Product


class ImportRow(models.Model):
    """A row of a file as text, by field. Kept in a partition for each import, which a crash of the database empties.

    `number` is the row's in a spreadsheet. `mark` is "look" for a row that must be judged cell by cell, "clean" after
    that; `fault` is what was wrong with it already in the file.
    """

    pk = models.CompositePrimaryKey("batch_id", "number")
    batch = models.ForeignKey(
        ImportBatch, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="rows"
    )
    number = models.IntegerField()
    mark = models.TextField(null=True)  # noqa: DJ001 - rows come by COPY, where nothing is NULL
    fault = models.JSONField(null=True)
    sku = models.TextField(null=True)  # noqa: DJ001
    title = models.TextField(null=True)  # noqa: DJ001
    description = models.TextField(null=True)  # noqa: DJ001
    brand = models.TextField(null=True)  # noqa: DJ001
    category = models.TextField(null=True)  # noqa: DJ001
    gtin = models.TextField(null=True)  # noqa: DJ001
    condition = models.TextField(null=True)  # noqa: DJ001
    variant_group = models.TextField(null=True)  # noqa: DJ001
    variant_name = models.TextField(null=True)  # noqa: DJ001
    price = models.TextField(null=True)  # noqa: DJ001
    currency = models.TextField(null=True)  # noqa: DJ001
    market = models.TextField(null=True)  # noqa: DJ001
    stock = models.TextField(null=True)  # noqa: DJ001
    image_urls = models.TextField(null=True)  # noqa: DJ001
    market_prices = ArrayField(models.TextField(null=True), null=True)

    class Meta:
        verbose_name = _("row of an import")
        verbose_name_plural = _("rows of imports")

    def __str__(self) -> str:
        return f"row {self.number}"


class ImportResultQuerySet(models.QuerySet["ImportResult"]):
    """What the rows of an import do."""

    def with_issue(self, issues: models.QuerySet[ImportIssue]) -> Self:
        """Keep rows with which something among `issues` is wrong; both are of one import."""
        return self.filter(number__in=issues.order_by().values("number"))

    def with_outcome(self, *outcomes: str) -> Self:
        """Keep rows with one of these outcomes, in the order of the file; page them by `number`."""
        return self.filter(outcome__in=outcomes).order_by("number")


class ImportResult(models.Model):
    """What a row does: to which listing, and in which version that was when the row was compared with it."""

    class Outcome(models.TextChoices):
        CREATE = "create", _("new")
        CHANGE = "change", _("changed")
        SAME = "same", _("unchanged")
        ERROR = "error", _("with errors")
        CONFLICT = "conflict", _("edited meanwhile")

    pk = models.CompositePrimaryKey("batch_id", "number")
    batch = models.ForeignKey(
        ImportBatch, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="results"
    )
    number = models.IntegerField()
    outcome = models.TextField(choices=Outcome)
    product_id = models.BigIntegerField(null=True)
    version = models.IntegerField(null=True)

    objects = ImportResultQuerySet.as_manager()

    class Meta:
        verbose_name = _("result of a row")
        verbose_name_plural = _("results of rows")

    def __str__(self) -> str:
        return f"row {self.number}: {self.outcome}"


class ImportIssueQuerySet(models.QuerySet["ImportIssue"]):
    """What is wrong with the rows of an import."""

    def kinds(self) -> models.QuerySet[Any, Any]:
        """Group by column and code, most frequent first: rows, the first of them, and how many have a suggestion."""
        grouped = self.order_by().values("column", "code")
        return grouped.annotate(
            rows=Count("number", distinct=True),
            first=Min("number"),
            suggested=Count("number", distinct=True, filter=Q(facts__has_key="suggestion")),
        ).order_by("-rows", "first")

    def with_suggestion(self) -> Self:
        """Keep problems for which something is suggested."""
        return self.filter(facts__has_key="suggestion")


class ImportIssue(models.Model):
    """A problem with a row, or a warning: the code and facts of a sentence (see `wording`)."""

    pk = models.CompositePrimaryKey("batch_id", "number", "position")
    batch = models.ForeignKey(
        ImportBatch, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="issues"
    )
    number = models.IntegerField()
    position = models.IntegerField()
    column = models.TextField()
    code = models.TextField()
    value = models.TextField()
    facts = models.JSONField()
    is_warning = models.BooleanField()

    objects = ImportIssueQuerySet.as_manager()

    class Meta:
        verbose_name = _("problem of a row")
        verbose_name_plural = _("problems of rows")

    def __str__(self) -> str:
        return f"row {self.number}: {self.code}"


class ImportChangeQuerySet(models.QuerySet["ImportChange"]):
    """What imports did to listings."""

    def touched_since(self) -> Self:
        """Keep changes whose listing was edited after the import."""
        return self.exclude(product__version=F("version"))


class ImportChange(models.Model):
    """What an import did to one listing: its changed fields before and after, so that it can be taken back.

    `version` is the listing's after the import: as long as it still has it, nobody has edited it since.
    """

    class Kind(models.TextChoices):
        CREATED = "created", _("created")
        CHANGED = "changed", _("changed")

    class Undo(models.TextChoices):
        NOT = "", _("not undone")
        RESTORED = "restored", _("restored")
        DELETED = "deleted", _("deleted")
        REMOVED = "removed", _("removed")
        KEPT = "kept", _("left alone, since it was edited later")

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="changes")
    product = models.ForeignKey(
        Product,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="import_changes",
    )
    sku = models.CharField(max_length=100)
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=7, choices=Kind)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    version = models.PositiveIntegerField()
    undo = models.CharField(max_length=8, choices=Undo, blank=True)

    objects = ImportChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("change by an import")
        verbose_name_plural = _("changes by imports")
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["batch", "number"], name="catalog_importchange_once_a_row"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["product"], name="catalog_importchange_product"),
            models.Index(fields=["product"], condition=Q(undo="removed"), name="catalog_importchange_removed"),
        ]

    def __str__(self) -> str:
        return f"{self.sku}: {self.kind}"
