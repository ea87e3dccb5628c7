"""Rules against counterfeits, their versions, and who has muted which of them for what."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, F, OuterRef, Q, Subquery, When
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .holds import Hold
from .products import Product
from .sellers import Seller

if TYPE_CHECKING:
    from shopadmin.accounts.models import User


class LaneChoices(models.TextChoices):
    """What a rule does to a listing on which it fires."""

    ALLOW = "allow", _("allow")
    BLOCK = "block", _("block")
    HOLD = "hold", _("hold")
    REVIEW = "review", _("review")


class Rule(models.Model):
    """A question asked of each listing. What it asks stands in its versions; its short name stays for ever.

    `precision_floor` (0 to 1) is the share of right findings below which a blocking or holding rule only reviews.
    """

    slug = models.SlugField(_("short name"), max_length=80, unique=True)
    title = models.CharField(_("title"), max_length=200)
    ground = models.CharField(_("ground"), max_length=20, choices=Hold.Ground, default=Hold.Ground.COUNTERFEIT)
    precision_floor = models.FloatField(
        _("least precision"), default=0.9, validators=[MinValueValidator(0.5), MaxValueValidator(0.999)]
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("owner")
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("rule")
        verbose_name_plural = _("rules")
        ordering: ClassVar = ["title", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(precision_floor__gte=0.5, precision_floor__lt=1.0), name="catalog_rule_floor_range"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the address of the rule's page."""
        return reverse("catalog:rule-detail", args=[self.slug])


class RuleVersionQuerySet(models.QuerySet["RuleVersion"]):
    """Which versions run, and which wait for whom."""

    def live(self) -> Self:
        """Keep the versions that act on listings, in the order in which they are asked."""
        return self.filter(state=RuleVersion.State.LIVE).order_by("order", "pk")

    def shadowing(self) -> Self:
        """Keep the versions that only watch."""
        return self.filter(shadow_since__isnull=False, shadow_until__isnull=True).exclude(state=RuleVersion.State.LIVE)

    def running(self) -> Self:
        """Keep the versions that are evaluated on listings, to act or to watch."""
        return (self.live() | self.shadowing()).order_by("order", "pk")

    def current(self) -> Self:
        """Keep one version of each rule: the live one, otherwise the newest."""
        of_rule = RuleVersion.objects.filter(rule=OuterRef("rule"))
        live_first = Case(When(state=RuleVersion.State.LIVE, then=0), default=1)
        return self.filter(pk=Subquery(of_rule.order_by(live_first, "-number").values("pk")[:1]))

    def waiting_for_approval(self) -> Self:
        """Keep the versions about which a second person has to decide."""
        return self.filter(state=RuleVersion.State.PROPOSED)

    def asked_or_waiting(self) -> Self:
        """Keep the versions that wait or run, and those that decided on listings or watched them at some time."""
        waiting = Q(state__in=[RuleVersion.State.PROPOSED, RuleVersion.State.APPROVED, RuleVersion.State.LIVE])
        return self.filter(waiting | Q(live_since__isnull=False) | Q(shadow_since__isnull=False))

    def due(self, now: datetime) -> Self:
        """Keep approved versions of which the start has come."""
        return self.filter(Q(starts_at__isnull=True) | Q(starts_at__lte=now), state=RuleVersion.State.APPROVED)

    def over(self, now: datetime) -> Self:
        """Keep live versions of which the end has come."""
        return self.filter(state=RuleVersion.State.LIVE, ends_at__lte=now)


class RuleVersion(models.Model):
    """What a rule asked and did at a time; written by one person, approved by another, never changed once proposed.

    Draft → proposed → approved → live → retired; a proposed one may be refused. Watching (*shadow*) is no state: a
    version that is not live can watch from `shadow_since` to `shadow_until` without acting. `demoted_at` says since
    when a live version only reviews because its findings were wrong too often; verdicts on findings count for that from
    `watched_since` on, when it went live or was restored.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        PROPOSED = "proposed", _("waiting for approval")
        REFUSED = "refused", pgettext_lazy("rule", "refused")
        APPROVED = "approved", _("approved")
        LIVE = "live", pgettext_lazy("rule", "live")
        RETIRED = "retired", pgettext_lazy("rule", "retired")

    DECIDED: ClassVar = (State.REFUSED, State.APPROVED, State.LIVE)

    rule = models.ForeignKey(Rule, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    text = models.TextField(_("rule"))
    lane = models.CharField(_("lane"), max_length=10, choices=LaneChoices, default=LaneChoices.REVIEW)
    order = models.PositiveIntegerField(_("order"), default=100, help_text=_("Lower ones are asked first."))
    severity = models.PositiveSmallIntegerField(
        _("severity"), default=3, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    rollout_percent = models.DecimalField(
        _("share of listings in percent"),
        max_digits=5,
        decimal_places=2,
        default=Decimal(100),
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))],
    )
    starts_at = models.DateTimeField(_("starts at"), null=True, blank=True)
    ends_at = models.DateTimeField(_("ends at"), null=True, blank=True)
    seller_message = models.TextField(_("what the seller is told"), blank=True)
    remedy = models.TextField(_("what the seller can do"), blank=True)
    note = models.TextField(_("what changed, and why"), blank=True)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=timezone.now)
    proposed_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.TextField(_("reason"), blank=True)
    shadow_since = models.DateTimeField(null=True, blank=True)
    shadow_until = models.DateTimeField(null=True, blank=True)
    live_since = models.DateTimeField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)
    demoted_at = models.DateTimeField(null=True, blank=True)
    watched_since = models.DateTimeField(null=True, blank=True)

    objects = RuleVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("rule version")
        verbose_name_plural = _("rule versions")
        ordering: ClassVar = ["rule", "-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["rule", "number"], name="catalog_ruleversion_number_once"),
            models.UniqueConstraint(fields=["rule"], condition=Q(state="live"), name="catalog_ruleversion_one_live"),
            models.UniqueConstraint(
                fields=["rule"],
                condition=Q(shadow_since__isnull=False, shadow_until__isnull=True),
                name="catalog_ruleversion_one_shadow",
            ),
            models.CheckConstraint(condition=~Q(decided_by=F("written_by")), name="catalog_ruleversion_other_eyes"),
            models.CheckConstraint(
                condition=~Q(state__in=["refused", "approved", "live"])
                | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="catalog_ruleversion_decided_before_live",
            ),
            models.CheckConstraint(
                condition=Q(starts_at__isnull=True) | Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="catalog_ruleversion_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(rollout_percent__gte=0, rollout_percent__lte=100), name="catalog_ruleversion_share_range"
            ),
            models.CheckConstraint(
                condition=Q(severity__gte=1, severity__lte=5), name="catalog_ruleversion_severity_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} · {self.number}"

    def get_absolute_url(self) -> str:
        """Return the address of the version on its rule's page."""
        return f"{self.rule.get_absolute_url()}?version={self.number}"

    @property
    def acting_lane(self) -> str:
        """The lane in which it acts now: a demoted blocking or holding rule only reviews."""
        is_strict = self.lane in {LaneChoices.BLOCK, LaneChoices.HOLD}
        return LaneChoices.REVIEW if self.demoted_at and is_strict else self.lane

    def is_within_schedule(self, now: datetime) -> bool:
        """Tell whether `now` lies between its start and its end."""
        return (self.starts_at is None or self.starts_at <= now) and (self.ends_at is None or now < self.ends_at)


class SnoozeQuerySet(models.QuerySet["Snooze"]):
    """Which snoozes hold."""

    def holding(self, now: datetime) -> Self:
        """Keep those that mute a rule now."""
        return self.filter(ended_at__isnull=True, until__gt=now)


class Snooze(models.Model):
    """A rule muted for one listing or one seller until a moment: the answer to a known false alarm."""

    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="snoozes")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, null=True, blank=True, related_name="snoozes")
    seller = models.ForeignKey(Seller, on_delete=models.CASCADE, null=True, blank=True, related_name="snoozes")
    until = models.DateTimeField(_("until"))
    reason = models.TextField(_("reason"))
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = SnoozeQuerySet.as_manager()

    class Meta:
        verbose_name = _("snooze")
        verbose_name_plural = _("snoozes")
        ordering: ClassVar = ["-made_at", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(product__isnull=True, seller__isnull=False) | Q(product__isnull=False, seller__isnull=True),
                name="catalog_snooze_of_one_thing",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["until"], condition=Q(ended_at__isnull=True), name="catalog_snooze_by_end"),
        ]

    def __str__(self) -> str:
        return f"{self.rule}: {self.product or self.seller}"

    def end(self, by: User) -> bool:
        """Let the rule speak again before the time; False when it does already."""
        now = timezone.now()
        if not Snooze.objects.filter(pk=self.pk).holding(now).update(ended_by=by, ended_at=now):
            return False
        self.ended_by, self.ended_at = by, now
        return True
