"""Merchants' files on their way into the catalogue, and the work on them."""

from __future__ import annotations

import uuid
from datetime import timedelta
from pathlib import PurePath
from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shopadmin.accounts.permissions import Permission, Scope
from shopadmin.jobs.leased_job import LeasedJob, LeasedJobQuerySet, lease_constraints, lease_indexes

from ..listing_import.headers import ColumnMapping
from ..listing_import.tables import TableFormat
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
        """Keep the seller's other imports of a file with the same content that are in the catalogue or on their way.

        Another sheet of a workbook is another content.
        """
        ended_without_effect = (ImportBatch.State.FAILED, ImportBatch.State.CANCELLED, ImportBatch.State.UNDONE)
        others = self.filter(seller=batch.seller_id, sha256=batch.sha256).exclude(pk=batch.pk)
        if sheet := batch.table_format.sheet:
            others = others.filter(Q(format__sheet=sheet) | Q(format__sheet__isnull=True))
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
