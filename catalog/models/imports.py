"""Merchants' files on their way into the catalogue: what came, what it would do, what it did, and how to take it back."""

from __future__ import annotations

import uuid
from datetime import timedelta
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Count, F, Min, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shopadmin.accounts.permissions import Permission, Scope
from shopadmin.jobs.leased_job import LeasedJob, LeasedJobQuerySet, lease_constraints, lease_indexes

from ..listing_import.headers import ColumnMapping
from ..listing_import.tables import TableFormat
from .products import Product
from .sellers import Seller

if TYPE_CHECKING:
    from shopadmin.accounts.models import User


def import_path(batch: ImportBatch, filename: str) -> str:
    """Return a name of our own in a folder of its own; of the uploader's name only a known ending is kept."""
    ending = PurePath(filename).suffix.lower()
    return (
        f"imports/{uuid.uuid4().hex}/file{ending if ending in {'.csv', '.tsv', '.txt', '.xlsx', '.jsonl'} else '.bin'}"
    )


class ImportBatchQuerySet(models.QuerySet["ImportBatch"]):
    """Which files came, and who sees them."""

    def for_user(self, user: User, permission: Permission = Permission.VIEW_LISTINGS) -> Self:
        """Keep the imports into sellers for whose rows the user has `permission`."""
        if user.scope(permission) == Scope.ALL:
            return self
        return self.filter(seller__in=Seller.objects.for_user(user, permission))

    def same_file(self, batch: ImportBatch) -> Self:
        """Keep the seller's other imports of a file with the same content that are in the catalogue or on their way."""
        ended_without_effect = (ImportBatch.State.FAILED, ImportBatch.State.CANCELLED, ImportBatch.State.UNDONE)
        others = self.filter(seller=batch.seller_id, sha256=batch.sha256).exclude(pk=batch.pk)
        return others.exclude(state__in=ended_without_effect)

    def outdated(self) -> Self:
        """Keep those whose file and rows need not be kept any longer (a setting, in days)."""
        since = timezone.now() - timedelta(days=settings.SHOPADMIN["IMPORT_KEPT_DAYS"])
        idle = self.exclude(state__in=ImportBatch.BUSY)
        return idle.filter(created_at__lt=since, cleared_at__isnull=True)


class ImportBatch(models.Model):
    """One file of a seller's listings, from its arrival to its undoing.

    `format`, `header` and `mapping` say how it is read and may be corrected until it is applied. `counts` are of the
    last check, or of the application: rows, blank, create, change, same, error, conflict, warnings. `problem` says why
    the file as a whole cannot be imported (a code and facts, see `wording`). One that `applies_itself` is applied as
    soon as it is checked.
    """

    class State(models.TextChoices):
        RECEIVED = "received", _("received")
        CHECKING = "checking", _("being checked")
        READY = "ready", _("ready to apply")
        APPLYING = "applying", _("being applied")
        APPLIED = "applied", _("applied")
        UNDOING = "undoing", _("being undone")
        UNDONE = "undone", _("undone")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    class Source(models.TextChoices):
        UPLOAD = "upload", _("upload")
        URL = "url", _("address")
        API = "api", _("API")
        COMMAND = "command", _("command line")

    BUSY: ClassVar = (State.CHECKING, State.APPLYING, State.UNDOING)
    OPEN: ClassVar = (State.RECEIVED, State.READY, State.FAILED, State.CANCELLED)
    """States in which the file has had no effect and may still be mapped and checked."""

    seller = models.ForeignKey(Seller, on_delete=models.PROTECT, related_name="imports")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    source = models.CharField(_("source"), max_length=10, choices=Source)
    name = models.CharField(_("file name"), max_length=200)
    file = models.FileField(_("file"), upload_to=import_path, blank=True)
    sha256 = models.CharField(max_length=64)
    byte_size = models.PositiveBigIntegerField(_("size in bytes"))
    format = models.JSONField(default=dict)
    header = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.RECEIVED)
    counts = models.JSONField(default=dict)
    undo_counts = models.JSONField(default=dict)
    decimal_mark = models.CharField(max_length=1, blank=True)
    applies_itself = models.BooleanField(default=False, db_default=False)
    problem = models.JSONField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    checked_at = models.DateTimeField(null=True, blank=True)
    applied_at = models.DateTimeField(null=True, blank=True)
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    undone_at = models.DateTimeField(null=True, blank=True)
    cleared_at = models.DateTimeField(null=True, blank=True)

    objects = ImportBatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering: ClassVar = ["-created_at", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(state__in=["applied", "undoing", "undone"]) | Q(applied_at__isnull=False),
                name="catalog_import_applied_dated",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["seller", "sha256"], name="catalog_import_same_file"),
            models.Index(fields=["seller", "-created_at", "-id"], name="catalog_import_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.name} → {self.seller}"

    def get_absolute_url(self) -> str:
        """Return the address of the import's page."""
        return reverse("catalog:import-detail", args=[self.pk])

    @property
    def table_format(self) -> TableFormat:
        """How the file is read."""
        return TableFormat.from_json(self.format)

    @property
    def column_mapping(self) -> ColumnMapping:
        """What its columns are, and what goes for all rows."""
        return ColumnMapping.from_json(self.mapping)

    @property
    def job(self) -> ImportJob | None:
        """The newest piece of work on it."""
        return self.jobs.first()

    def enter(self, state: str, **fields: object) -> None:
        """Take on a state, with other fields that change with it."""
        self.state = state
        for name, value in fields.items():
            setattr(self, name, value)
        self.save(update_fields=["state", *fields])


class ImportJobQuerySet(LeasedJobQuerySet["ImportJob"]):
    """The work on imports."""

    def with_subject(self) -> Self:
        """Fetch the import and its seller along."""
        return self.select_related("batch__seller")


class ImportJob(LeasedJob):
    """Checking, applying or undoing one import. Only one job at a time changes a seller's listings."""

    class Kind(models.TextChoices):
        CHECK = "check", _("check")
        APPLY = "apply", _("apply")
        UNDO = "undo", _("undo")

    class Stage(models.TextChoices):
        WAIT = "wait", _("waiting for a worker")
        READ = "read", _("reading the file")
        CHECK = "check", _("checking rows")
        COMPARE = "compare", _("comparing with your listings")
        WRITE = "write", _("writing listings")
        DONE = "done", _("done")

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="jobs")
    seller = models.ForeignKey(Seller, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(_("kind"), max_length=5, choices=Kind)
    stage = models.CharField(_("stage"), max_length=10, choices=Stage, default=Stage.WAIT)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = ImportJobQuerySet.as_manager()

    class Meta(LeasedJob.Meta):
        verbose_name = _("import job")
        verbose_name_plural = _("import jobs")
        constraints: ClassVar = [
            *lease_constraints("catalog_importjob"),
            models.UniqueConstraint(
                fields=["batch"], condition=Q(state__in=["pending", "running"]), name="catalog_importjob_one_in_batch"
            ),
            models.UniqueConstraint(
                fields=["seller"],
                condition=Q(state__in=["pending", "running"], kind__in=["apply", "undo"]),
                name="catalog_importjob_one_writes",
            ),
        ]
        indexes: ClassVar = lease_indexes("catalog_importjob")


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
        """Group by column and code, most frequent first: rows, and the number of the first of them, for each."""
        grouped = self.order_by().values("column", "code")
        return grouped.annotate(rows=Count("number", distinct=True), first=Min("number")).order_by("-rows", "first")


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
        indexes: ClassVar = [models.Index(fields=["product"], name="catalog_importchange_product")]

    def __str__(self) -> str:
        return f"{self.sku}: {self.kind}"
