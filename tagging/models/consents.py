"""What creators have agreed to.

A `ConsentGrant` is one episode of consent: the row exists only while the consent lives, and granting again makes a new
row. Everything that may only exist with consent (tracks with their pictures and embeddings, visible links) has a
foreign key to the episode, so that revoking can only commit together with taking it all away, and nothing old comes
back with a new grant. `ConsentEvent` is the history, written only once.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .creators import Creator


class Purpose(models.TextChoices):
    """What a consent is for."""

    PRODUCT_LINKS = "product_links", _("find objects in my videos and link similar products")


class Publication(models.TextChoices):
    """When proposed links become visible."""

    ASK_FIRST = "ask_first", _("ask me first")
    PUBLISH_AND_TELL = "publish_and_tell", _("publish and tell me")


class ConsentGrant(models.Model):
    """A live episode of consent."""

    creator = models.ForeignKey(Creator, on_delete=models.PROTECT, related_name="grants")
    purpose = models.CharField(_("purpose"), max_length=30, choices=Purpose, default=Purpose.PRODUCT_LINKS)
    publication = models.CharField(max_length=20, choices=Publication, default=Publication.ASK_FIRST)
    wording_version = models.CharField(max_length=30)
    granted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["creator", "purpose"], name="tagging_grant_one_live_per_purpose"),
            # The target of the composite foreign keys of tracks and links.
            models.UniqueConstraint(fields=["creator", "id"], name="tagging_grant_of_creator"),
        ]

    def __str__(self) -> str:
        return f"{self.creator}: {self.get_purpose_display()}"


class ConsentEvent(models.Model):
    """Something that happened to a consent; rows are only ever added."""

    class Kind(models.TextChoices):
        GRANTED = "granted", _("granted")
        REVOKED = "revoked", _("revoked")

    creator = models.ForeignKey(Creator, on_delete=models.PROTECT, related_name="consent_events")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    purpose = models.CharField(max_length=30, choices=Purpose)
    publication = models.CharField(max_length=20, choices=Publication, blank=True)
    grant_number = models.BigIntegerField()
    wording_version = models.CharField(max_length=30)
    effect = models.JSONField(default=dict)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("consent event")
        verbose_name_plural = _("consent events")
        ordering: ClassVar = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.creator}: {self.get_kind_display()}"
