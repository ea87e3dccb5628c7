"""Signs that somebody evades a rule or a brand's protection, until somebody has dealt with them."""

from __future__ import annotations

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .brands import Brand
from .rules import RuleVersion
from .value_lists import ValueList


class EvasionSignQuerySet(models.QuerySet["EvasionSign"]):
    """Which signs are still to be dealt with."""

    def open(self) -> Self:
        """Keep those that nobody has dismissed."""
        return self.filter(dismissed_at__isnull=True)

    def to_look_at(self) -> Self:
        """Keep open signs of evasion, without the thresholds of which nothing can be said."""
        return self.open().exclude(kind=EvasionSign.Kind.UNJUDGED)


class EvasionSign(models.Model):
    """What the daily watch found: what it is about, the evidence, and a rule or an entry of a list against it.

    `key` tells it from others of its kind, so that the same is found once. `evidence` has how many listings there are
    (`count`), a sample of their keys (`listings`), how many `sellers` they have, and what the kind needs besides.
    UNJUDGED is a threshold of which the watch could not tell whether it is evaded, which is not the same as that it is
    not.
    """

    class Kind(models.TextChoices):
        BUNCHING = "bunching", _("just beyond a threshold")
        SPELLING = "spelling", _("new spelling of a brand")
        LIST_WORD = "list word", _("new spelling of a word in a list")
        RELIST = "relist", _("taken down and listed again")
        UNJUDGED = "unjudged", _("threshold that cannot be judged")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    key = models.CharField(max_length=100)
    version = models.ForeignKey(RuleVersion, on_delete=models.CASCADE, null=True, blank=True, related_name="signs")
    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, null=True, blank=True, related_name="signs")
    list = models.ForeignKey(ValueList, on_delete=models.CASCADE, null=True, blank=True, related_name="signs")
    evidence = models.JSONField(default=dict)
    proposal = models.TextField(_("proposed rule"), blank=True)
    entry = models.CharField(_("proposed entry"), max_length=300, blank=True)
    first_seen_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)
    dismissed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    dismissed_at = models.DateTimeField(null=True, blank=True)

    objects = EvasionSignQuerySet.as_manager()

    class Meta:
        verbose_name = _("sign of evasion")
        verbose_name_plural = _("signs of evasion")
        ordering: ClassVar = ["-first_seen_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "key"], name="catalog_evasionsign_once"),
            models.CheckConstraint(
                condition=Q(dismissed_at__isnull=True, dismissed_by__isnull=True)
                | Q(dismissed_at__isnull=False, dismissed_by__isnull=False),
                name="catalog_evasionsign_dismissal_signed",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["kind", "-first_seen_at"],
                condition=Q(dismissed_at__isnull=True),
                name="catalog_evasionsign_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.about}"

    @property
    def about(self) -> str:
        """What it is about: a rule, a brand or a list."""
        of = self.version.rule if self.version else self.brand or self.list
        return str(of or _("listings without a brand"))
