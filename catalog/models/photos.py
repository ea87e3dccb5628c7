"""Photos of products, and those that were taken away a short while ago."""

from __future__ import annotations

import uuid
from datetime import timedelta
from pathlib import PurePath
from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shopadmin.accounts.permissions import Permission, Scope

from .products import Product
from .sellers import Seller

if TYPE_CHECKING:
    from shopadmin.accounts.models import User

REMOVED_PHOTOS_ARE_KEPT = timedelta(hours=24)


def photo_path(image: models.Model, filename: str) -> str:
    """Return a name of our own in a folder of its own; of the uploader's name only a known ending is kept."""
    ending = PurePath(filename).suffix.lower()
    return f"products/{uuid.uuid4().hex}/photo{ending if ending in {'.jpg', '.png', '.webp'} else '.jpg'}"


class ProductImage(models.Model):
    """A photo of a product, re-encoded when it came in.

    `sha256` is of the file that came in, so that the same file is known again; `perceptual_hash` (64 bits, signed, as
    PostgreSQL keeps them) is alike for photos that look alike. `position` counts a product's photos from 0, without
    gaps.
    """

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="images")
    file = models.ImageField(_("photo"), upload_to=photo_path)
    sha256 = models.CharField(max_length=64)
    perceptual_hash = models.BigIntegerField(null=True, blank=True, editable=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    width = models.PositiveIntegerField(default=0, editable=False)
    height = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("product photo")
        verbose_name_plural = _("product photos")
        ordering: ClassVar = ["position", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["product", "sha256"], name="catalog_image_once_in_product"),
            # Checked at the commit, so that photos can change places.
            models.UniqueConstraint(
                fields=["product", "position"],
                name="catalog_image_position_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
        ]
        indexes: ClassVar = [
            # Without a list of pending entries, which every search would have to read.
            GinIndex(
                models.Func("perceptual_hash", function="catalog_hash_bands"),
                name="catalog_image_bands",
                fastupdate=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product} ({self.position})"

    def keep_perceptual_hash(self, value: int) -> None:
        """Note what the photo looks like, for one that came in before this was noted."""
        self.perceptual_hash = value
        self.save(update_fields=["perceptual_hash"])


class RemovedPhotoQuerySet(models.QuerySet["RemovedPhoto"]):
    """Which photos can be put back, and by whom."""

    def for_user(self, user: User, permission: Permission = Permission.EDIT_LISTINGS) -> Self:
        """Keep those of products for which the user has `permission`."""
        if user.scope(permission) == Scope.ALL:
            return self
        return self.filter(product__seller__in=Seller.objects.for_user(user, permission))

    def expired(self) -> Self:
        """Keep those whose file is no longer kept."""
        return self.filter(removed_at__lt=timezone.now() - REMOVED_PHOTOS_ARE_KEPT)


class RemovedPhoto(models.Model):
    """A photo that was taken off its product; its file is kept for a day, so that it can be put back.

    It is a row of its own, so that whoever reads a product's images never meets it. The fields are those of
    `ProductImage`; `position` is where it was.
    """

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="removed_photos")
    file = models.FileField(max_length=100)
    sha256 = models.CharField(max_length=64)
    perceptual_hash = models.BigIntegerField(null=True)
    position = models.PositiveSmallIntegerField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    removed_at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = RemovedPhotoQuerySet.as_manager()

    class Meta:
        verbose_name = _("removed photo")
        verbose_name_plural = _("removed photos")
        ordering: ClassVar = ["-removed_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.product} ({self.position})"
