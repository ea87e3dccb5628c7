"""Kinds of products."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

SEPARATOR = " > "


class Category(models.Model):
    """A kind of product; a tree. `path` is the names from the root on, as people and import files write it.

    `detector_labels` are the object detector's names for such things (COCO's classes), for example "bottle".
    """

    name = models.CharField(_("name"), max_length=200)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    path = models.CharField(_("path"), max_length=1000, unique=True, editable=False, default="")
    detector_labels = ArrayField(models.CharField(max_length=50), default=list, blank=True)

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering: ClassVar = ["path"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["parent", "name"], name="catalog_category_once_in_parent", nulls_distinct=False
            ),
        ]

    def __str__(self) -> str:
        return self.path or self.name

    def save(self, *args: object, **kwargs: object) -> None:
        """Keep the path with the name; paths below follow when a name or a parent changed."""
        before = self.path
        self.path = f"{self.parent.path}{SEPARATOR}{self.name}" if self.parent else self.name
        super().save(*args, **kwargs)  # type: ignore[arg-type]
        if before and before != self.path:
            for child in self.children.all():
                child.save(update_fields=["path"])

    def get_absolute_url(self) -> str:
        """Return the address of the category's page."""
        return reverse("catalog:category-detail", args=[self.pk])

    def ancestors(self) -> Iterator[Category]:
        """Yield the categories above this one, nearest first; asks the database once for each level."""
        above = self.parent
        while above is not None:
            yield above
            above = above.parent
