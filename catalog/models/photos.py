"""Photos of products."""

from __future__ import annotations

import uuid
from pathlib import PurePath
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from .products import Product


def photo_path(image: ProductImage, filename: str) -> str:
    """Return a name of our own in a folder of its own; of the uploader's name only a known ending is kept."""
    ending = PurePath(filename).suffix.lower()
    return f"products/{uuid.uuid4().hex}/photo{ending if ending in {'.jpg', '.png', '.webp'} else '.jpg'}"


class ProductImage(models.Model):
    """A photo of a product, re-encoded when it came in.

    `sha256` is of the file that came in, so that the same file is known again; `perceptual_hash` (64 bits, signed, as
    PostgreSQL keeps them) is alike for photos that look alike.
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
        ]

    def __str__(self) -> str:
        return f"{self.product} ({self.position})"
