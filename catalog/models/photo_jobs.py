"""Photos that are on their way: addresses to fetch them from, and archives of many."""

from __future__ import annotations

import random
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import MD5
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shopadmin.accounts.permissions import Permission, Scope
from shopadmin.jobs.leased_job import LeasedJob, LeasedJobQuerySet, lease_constraints, lease_indexes

from .photos import ProductImage
from .products import Product
from .sellers import Seller

if TYPE_CHECKING:
    from shopadmin.accounts.models import User

ARCHIVES_ARE_KEPT = timedelta(days=1)


class PhotoFetchQuerySet(LeasedJobQuerySet["PhotoFetch"]):
    """What pages ask of photos that are being fetched."""

    def for_user(self, user: User, permission: Permission = Permission.VIEW_LISTINGS) -> Self:
        """Keep those of products for which the user has `permission`."""
        if user.scope(permission) == Scope.ALL:
            return self
        return self.filter(product__seller__in=Seller.objects.for_user(user, permission))

    def with_subject(self) -> Self:
        """Fetch along the product."""
        return self.select_related("product")

    def of_import(self, batch_id: int) -> Self:
        """Keep those that an import asked for."""
        return self.filter(import_batch_id=batch_id)

    def counts(self) -> dict[str, int]:
        """Return how many there are in each state that some is in."""
        return dict(self.order_by().values_list("state").annotate(models.Count("pk")))

    def next_due(self, host: str) -> int | None:
        """Return the key of the photo of this host that is due for longest; those of dead workers are left out."""
        waiting = self.due(timezone.now()).filter(host=host, state=PhotoFetch.State.PENDING)
        return waiting.order_by("due_at").values_list("pk", flat=True).first()


class PhotoFetch(LeasedJob):
    """Getting one photo of a product from an address on the web, once.

    `position` is the photo's place among those that were wanted together (by the same `import_batch_id`, the key of an
    import, or without one); `host` is that of the address, which is asked by few workers at once.
    """

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="photo_fetches", db_index=False)
    url = models.CharField(_("address"), max_length=2000)
    host = models.CharField(max_length=253, blank=True, editable=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    import_batch_id = models.BigIntegerField(null=True, blank=True, editable=False)
    image = models.ForeignKey(
        ProductImage, on_delete=models.SET_NULL, null=True, blank=True, related_name="fetches", db_index=False
    )

    objects = PhotoFetchQuerySet.as_manager()

    class Meta(LeasedJob.Meta):
        verbose_name = _("photo fetch")
        verbose_name_plural = _("photo fetches")
        constraints: ClassVar = [
            models.UniqueConstraint("product", MD5("url"), name="catalog_photofetch_once"),
            *lease_constraints("catalog_photofetch"),
        ]
        indexes: ClassVar = [
            *lease_indexes("catalog_photofetch"),
            models.Index(fields=["host", "due_at"], condition=Q(state="pending"), name="catalog_photofetch_host"),
            models.Index(
                fields=["import_batch_id", "state"],
                condition=Q(import_batch_id__isnull=False),
                name="catalog_photofetch_batch",
            ),
            models.Index(fields=["image"], condition=Q(image__isnull=False), name="catalog_photofetch_image"),
        ]

    @classmethod
    def postpone(cls, fetch_id: int) -> None:
        """Let a fetch that waits be rung for again in a few seconds; that costs it no attempt."""
        seconds = random.uniform(1, 5)  # noqa: S311 - not a secret
        cls.rows().filter(pk=fetch_id, state=cls.State.PENDING).update(
            due_at=timezone.now() + timedelta(seconds=seconds)
        )


def archive_path(archive: PhotoArchive, filename: str) -> str:
    """Return a name of our own in a folder of its own."""
    return f"photo-archives/{uuid.uuid4().hex}/photos.zip"


class PhotoArchiveQuerySet(LeasedJobQuerySet["PhotoArchive"]):
    """What pages ask of uploaded archives."""

    def for_user(self, user: User, permission: Permission = Permission.IMPORT_LISTINGS) -> Self:
        """Keep the archives of sellers for whom the user has `permission`."""
        if user.scope(permission) == Scope.ALL:
            return self
        return self.filter(seller__in=Seller.objects.for_user(user, permission))

    def with_subject(self) -> Self:
        """Fetch along the seller and who asked."""
        return self.select_related("seller", "requested_by")

    def unneeded_files(self) -> Self:
        """Keep archives that have been read, and whose file is still there."""
        return (
            self.exclude(file="")
            .exclude(state__in=self.model.UNFINISHED)
            .filter(finished_at__lt=timezone.now() - ARCHIVES_ARE_KEPT)
        )


class PhotoArchive(LeasedJob):
    """Putting the photos of an uploaded ZIP archive on a seller's products.

    `report` is a `catalog.photos.archive_services.ArchiveReport` as JSON, once the job has succeeded.
    """

    class Stage(models.TextChoices):
        WAIT = LeasedJob.WAIT, _("waiting for a worker")
        READ = "read", _("reading photos")
        DONE = LeasedJob.DONE, _("done")

    seller = models.ForeignKey(Seller, on_delete=models.CASCADE, related_name="photo_archives")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    stage = models.CharField(_("stage"), max_length=10, choices=Stage, default=Stage.WAIT)
    file = models.FileField(_("archive"), upload_to=archive_path, blank=True)
    name = models.CharField(_("name"), max_length=200, help_text=_("What its uploader calls it."))
    report = models.JSONField(default=dict, blank=True)

    objects = PhotoArchiveQuerySet.as_manager()

    class Meta(LeasedJob.Meta):
        verbose_name = _("photo archive")
        verbose_name_plural = _("photo archives")

    @property
    def products_with_new_photos(self) -> int:
        """How many products have a photo that they lacked before."""
        return sum(bool(got["added"]) for got in self.report.get("products", ()))

    def get_absolute_url(self) -> str:
        """Return the address of the page that tells how far its reading is, and what came of it."""
        return reverse("catalog:archive-detail", args=[self.pk])
