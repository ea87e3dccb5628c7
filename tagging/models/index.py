"""The search index over product photos, in versions that are never mixed."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from pgvector.django import HalfVectorField, VectorField

from catalog.models import Product, ProductImage


class NoLiveIndex(LookupError):
    """No index version is live yet; `build_index` makes one."""


class IndexVersionQuerySet(models.QuerySet["IndexVersion"]):
    """Which version serves."""

    def live(self) -> IndexVersion:
        """Return the version that serves. Raises `NoLiveIndex` when none was built yet."""
        version = self.filter(state=IndexVersion.State.LIVE).first()
        if version is None:
            raise NoLiveIndex("No search index is live; run `manage.py build_index` once there are product photos.")
        return version


class IndexVersion(models.Model):
    """A version of the index: the fitted matching model, and entries made with it.

    One version is live. Another is built beside it and goes live in one transaction.
    """

    class State(models.TextChoices):
        BUILDING = "building", _("being built")
        LIVE = "live", _("live")
        RETIRED = "retired", _("retired")
        FAILED = "failed", _("failed")

    state = models.CharField(max_length=10, choices=State, default=State.BUILDING)
    embedder = models.CharField(max_length=100)
    reader = models.CharField(max_length=100, blank=True)
    model_version = models.CharField(max_length=64)
    model = models.BinaryField()
    reason = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    promoted_at = models.DateTimeField(null=True, blank=True)

    objects = IndexVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("index version")
        verbose_name_plural = _("index versions")
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["state"], condition=models.Q(state="live"), name="tagging_index_one_live_version"
            ),
        ]

    def __str__(self) -> str:
        return f"index {self.pk} ({self.model_version[:8]})"

    @property
    def vector_index(self) -> str:
        """The name of the version's own partial HNSW index over its entries."""
        return f"tagging_entry_vectors_of_{self.pk}"


class PhotoSignatureQuerySet(models.QuerySet["PhotoSignature"]):
    """Which signatures may be projected, and which wait for it."""

    def made_by(self, embedder: str, reader: str) -> Self:
        """Keep the usable signatures of one embedder and reader; photos that failed are left out."""
        return self.filter(embedder=embedder, reader=reader, error="")

    def without_entry_in(self, version: IndexVersion) -> Self:
        """Keep the signatures that the version could hold and does not."""
        entries = IndexEntry.objects.filter(index_version=version, image=OuterRef("image"))
        return self.made_by(version.embedder, version.reader).filter(~Exists(entries))


class PhotoSignature(models.Model):
    """What a product photo looks like to one embedder and reader; index versions are projected from it.

    A photo that cannot be read or described has a row too, with the reason in `error` and nothing else, so that it is
    neither tried for ever nor taken for a photo without features.
    """

    image = models.ForeignKey(ProductImage, on_delete=models.CASCADE, related_name="signatures")
    embedder = models.CharField(max_length=100)
    reader = models.CharField(max_length=100, blank=True)
    features = HalfVectorField(null=True)
    colour = VectorField(null=True)
    words = models.JSONField(default=list)
    error = models.CharField(max_length=300, blank=True)

    objects = PhotoSignatureQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["image", "embedder", "reader"], name="tagging_signature_once"),
            models.CheckConstraint(
                condition=Q(error="", features__isnull=False, colour__isnull=False)
                | (~Q(error="") & Q(features__isnull=True, colour__isnull=True)),
                name="tagging_signature_or_error",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.image} by {self.embedder}"


class IndexEntry(models.Model):
    """A product photo's vector in one index version: unit length, so that the inner product is the cosine.

    The table is narrow and rows are never updated. Each version gets a partial HNSW index of its own when it is built.
    """

    index_version = models.ForeignKey(IndexVersion, on_delete=models.CASCADE, related_name="entries")
    image = models.ForeignKey(ProductImage, on_delete=models.CASCADE, related_name="+")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+")
    vector = HalfVectorField(dimensions=256)
    hubness = models.FloatField(default=0.0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["index_version", "image"], name="tagging_entry_once_in_version"),
        ]

    def __str__(self) -> str:
        return f"{self.product} in {self.index_version}"
