"""Backtests: what a rule, a list or a model would change, asked of all listings before anything is changed."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shopadmin.jobs.leased_job import LeasedJob, LeasedJobQuerySet, lease_constraints, lease_indexes

from .releases import ModelRelease
from .rules import LaneChoices, Rule, RuleVersion
from .value_lists import ValueList

KEPT_FOR = timedelta(days=30)
"""For how long results are kept: the catalogue that they are about is another one by then."""


class BacktestQuerySet(LeasedJobQuerySet["Backtest"]):
    """Which backtests are of what, and which of them are over."""

    def with_subject(self) -> Self:
        """Fetch the rule and the list along."""
        return self.select_related("rule", "version", "list", "release", "requested_by")

    def of_same(self, other: Backtest) -> Self:
        """Keep those that the same person asked for about the same rule, list or release."""
        same = self.filter(rule=other.rule, list=other.list, release=other.release)
        return same.filter(requested_by=other.requested_by).exclude(pk=other.pk)

    def outdated(self, now: datetime) -> Self:
        """Keep those that ended so long ago that nobody needs them."""
        return self.exclude(state__in=LeasedJob.UNFINISHED).filter(created_at__lt=now - KEPT_FOR)


class Backtest(LeasedJob):
    """The asking of one version, or of the rules that ask a list or facts of a maker, over all listings.

    Either `text` is set, with the rule that it would be a version of (none yet for a new one) and what else a version
    says; or `list`, with the keys of entries that would be added and removed; or `release`, of which the facts are
    found out for a sample of listings first. `version` is the version of which the text is, if it was kept. `days` says
    over how many days back screenings are asked again with the facts as they were.
    `result` is what `catalog.backtests.results` describes, set when it has succeeded.
    """

    class Stage(models.TextChoices):
        WAIT = "wait", _("waiting for a worker")
        FIND = "find", _("finding facts out")
        ASK = "ask", _("asking listings")
        COUNT = "count", _("counting what changes")
        REPLAY = "replay", _("asking listings as they were")
        DONE = "done", _("done")

    stage = models.CharField(_("stage"), max_length=10, choices=Stage, default=Stage.WAIT)
    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, null=True, blank=True, related_name="backtests")
    version = models.ForeignKey(RuleVersion, on_delete=models.CASCADE, null=True, blank=True, related_name="backtests")
    text = models.TextField(_("rule"), blank=True)
    lane = models.CharField(_("lane"), max_length=10, choices=LaneChoices, blank=True)
    order = models.PositiveIntegerField(_("order"), default=100)
    severity = models.PositiveSmallIntegerField(_("severity"), default=3)
    rollout_percent = models.DecimalField(
        _("share of listings in percent"),
        max_digits=5,
        decimal_places=2,
        default=Decimal(100),
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))],
    )
    added = ArrayField(models.TextField(), default=list)
    removed = ArrayField(models.TextField(), default=list)
    list = models.ForeignKey(ValueList, on_delete=models.CASCADE, null=True, blank=True, related_name="backtests")
    release = models.ForeignKey(ModelRelease, on_delete=models.CASCADE, null=True, blank=True, related_name="backtests")
    days = models.PositiveSmallIntegerField(_("days back"), default=0)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    result = models.JSONField(null=True, blank=True)

    objects = BacktestQuerySet.as_manager()

    class Meta(LeasedJob.Meta):
        verbose_name = _("backtest")
        verbose_name_plural = _("backtests")
        constraints: ClassVar = [
            *lease_constraints("catalog_backtest"),
            models.CheckConstraint(
                condition=(Q(list__isnull=True, release__isnull=True) & ~Q(text="") & ~Q(lane=""))
                | Q(list__isnull=False, release__isnull=True, rule__isnull=True, text="")
                | Q(list__isnull=True, release__isnull=False, rule__isnull=True, text=""),
                name="catalog_backtest_of_one_thing",
            ),
            models.CheckConstraint(
                condition=~Q(state="succeeded") | Q(result__isnull=False), name="catalog_backtest_has_result"
            ),
        ]
        indexes: ClassVar = [
            *lease_indexes("catalog_backtest"),
            models.Index(fields=["rule", "-created_at"], name="catalog_backtest_of_rule"),
        ]

    def get_absolute_url(self) -> str:
        """Return the address of its page."""
        return reverse("catalog:backtest-detail", args=[self.pk])
