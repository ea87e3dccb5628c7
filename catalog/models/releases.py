"""Versions of what makes facts, and who let each of them act on listings."""

from __future__ import annotations

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ModelReleaseQuerySet(models.QuerySet["ModelRelease"]):
    """Which versions may act, and which wait for whom."""

    def live(self) -> Self:
        """Keep the versions of which facts act on listings: one for each maker."""
        return self.filter(state=ModelRelease.State.LIVE)

    def waiting(self) -> Self:
        """Keep the versions about which a person has to decide, the longest waiting first."""
        return self.filter(state=ModelRelease.State.PROPOSED).order_by("written_at", "pk")

    def with_people(self) -> Self:
        """Fetch along who asked for them and who decided."""
        return self.select_related("written_by", "decided_by")


class ModelRelease(models.Model):
    """A version of a maker of facts (a model, a table, the code of a provider): it acts as rules do, so is approved.

    Proposed → live → retired; a proposed one may be refused. `written_by` is empty where a deployment has brought the
    version; a person who asks for it again does not decide on it. `is_first` marks what was there when a maker was
    seen for the first time: it is live without a decision, and there is one of it for each maker.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("waiting for approval")
        REFUSED = "refused", pgettext_lazy("rule", "refused")
        LIVE = "live", pgettext_lazy("rule", "live")
        RETIRED = "retired", pgettext_lazy("rule", "retired")

    maker = models.CharField(_("maker of facts"), max_length=40)
    version = models.CharField(_("version"), max_length=200)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PROPOSED)
    is_first = models.BooleanField(default=False)
    note = models.TextField(_("why"), blank=True)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    written_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.TextField(_("reason"), blank=True)
    live_since = models.DateTimeField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = ModelReleaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("version of a maker of facts")
        verbose_name_plural = _("versions of makers of facts")
        ordering: ClassVar = ["maker", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["maker"], condition=Q(state="live"), name="catalog_release_one_live"),
            models.UniqueConstraint(fields=["maker"], condition=Q(is_first=True), name="catalog_release_one_first"),
            models.UniqueConstraint(
                fields=["maker", "version"],
                condition=Q(state__in=["proposed", "live"]),
                name="catalog_release_waits_once",
            ),
            models.CheckConstraint(
                condition=Q(written_by__isnull=True) | Q(decided_by__isnull=True) | ~Q(decided_by=F("written_by")),
                name="catalog_release_other_eyes",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed")
                | Q(decided_by__isnull=False, decided_at__isnull=False)
                | Q(is_first=True, state__in=["live", "retired"]),
                name="catalog_release_decided_before_live",
            ),
            models.CheckConstraint(
                condition=~Q(state="live") | Q(live_since__isnull=False), name="catalog_release_live_dated"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["maker", "-id"], name="catalog_release_of_maker")]

    def __str__(self) -> str:
        return f"{self.maker} {self.version}"

    def get_absolute_url(self) -> str:
        """Return the address of the version on the page of makers."""
        return f"{reverse('catalog:release-list')}#release-{self.pk}"
