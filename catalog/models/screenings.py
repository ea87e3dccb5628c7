"""What was known of listings when rules were asked, what the rules said, and what people make of that."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..rules.fact_table import columns_of_fact, is_apart
from ..rules.fact_types import Fact, FactType
from ..rules.facts import FACTS
from .brands import Brand
from .holds import Hold
from .products import Product
from .rules import LaneChoices, Rule, RuleVersion
from .sellers import Seller

if TYPE_CHECKING:
    from shopadmin.accounts.models import User


class VerdictChoices(models.TextChoices):
    """What asking all rules came to, for a listing."""

    CLEAN = "clean", _("clean")
    ALLOWED = "allowed", _("allowed")
    REVIEW = "review", _("to be reviewed")
    HOLD = "hold", _("held")
    BLOCK = "block", _("blocked")
    ERROR = "error", _("could not be checked")


class ListingFacts(models.Model):
    """The facts of a listing as of its last screening, one column each, so that rules can be asked in SQL.

    The columns are those of the registry (`catalog/rules/facts.py`): NULL where a fact is lacking or failed; `has_…` is
    NULL where it failed. `fired`, `watched` and `errors` name the rule versions that fired, that would have fired in
    shadow, and that could not be asked.

    A backtest reads all rows, so these are short and `ListingTexts` has the rest. In the database the columns of fixed
    width come first (migration 0020); one that is added later stands behind the texts, where it is read more slowly.
    """

    product = models.OneToOneField(Product, on_delete=models.CASCADE, primary_key=True, related_name="facts")
    product_version = models.PositiveIntegerField()
    as_of = models.DateTimeField()
    verdict = models.CharField(max_length=10, choices=VerdictChoices, default=VerdictChoices.CLEAN)
    fired = ArrayField(models.BigIntegerField(), default=list)
    watched = ArrayField(models.BigIntegerField(), default=list)
    errors = ArrayField(models.BigIntegerField(), default=list)

    class Meta:
        verbose_name = _("facts of a listing")
        verbose_name_plural = _("facts of listings")
        indexes: ClassVar = [
            GinIndex(fields=["fired"], name="catalog_listingfacts_fired"),
            GinIndex(fields=["watched"], name="catalog_listingfacts_watched"),
        ]

    def __str__(self) -> str:
        return f"{self.product}"


class ListingTexts(models.Model):
    """The rest of a listing's facts: lists, long texts, and the forms in which texts are searched.

    `failed` says why facts failed. `made_by` has the version of whatever made facts that change without the listing:
    models, lists of words, the table of look-alike letters. Both tables are written together.
    """

    facts = models.OneToOneField(
        ListingFacts, on_delete=models.CASCADE, primary_key=True, db_column="product_id", related_name="texts"
    )
    failed = models.JSONField(default=dict)
    made_by = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("texts of a listing")
        verbose_name_plural = _("texts of listings")

    def __str__(self) -> str:
        return f"{self.facts}"


def _column(fact: Fact, column: str) -> models.Field:  # type: ignore[type-arg]
    """Return a column of a fact. Texts compare by code point, as rules do."""
    if column == fact.has_name:
        return models.BooleanField(null=True)
    match fact.type:
        case FactType.BOOL:
            return models.BooleanField(null=True)
        case FactType.INT:
            return models.BigIntegerField(null=True)
        case FactType.DOUBLE:
            return models.FloatField(null=True)
        case FactType.TEXT:
            return models.TextField(null=True, db_collation="C")
        case FactType.TEXTS:
            return ArrayField(models.TextField(db_collation="C"), null=True)
        case FactType.INTS:
            return ArrayField(models.BigIntegerField(), null=True)
        case FactType.DAYS:
            return models.DateTimeField(null=True)


for _known in FACTS.values():
    for _name in columns_of_fact(_known):
        _table = ListingTexts if is_apart(_known, _name) else ListingFacts
        _table.add_to_class(_name, _column(_known, _name))


class ScreeningQuerySet(models.QuerySet["Screening"]):
    """Which screenings tell what rules said, and which are a sample of those in which none said anything."""

    def spoken(self) -> Self:
        """Keep those in which a rule said something."""
        return self.filter(drawn_percent__isnull=True)

    def drawn(self) -> Self:
        """Keep the sample of those in which none did."""
        return self.filter(drawn_percent__isnull=False)


class Screening(models.Model):
    """One asking of the rules that came to something: the facts as they were, and what each rule said.

    `facts` is what `catalog.rule_replay` needs to ask again, with the versions that made the facts in `made_by`.
    Of screenings in which no rule said anything, only those of a sample of listings are kept, for a while; there,
    `drawn_percent` says how many percent of all listings were in the sample. It is NULL where a rule said something.
    """

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="screenings")
    product_version = models.PositiveIntegerField()
    at = models.DateTimeField(default=timezone.now)
    verdict = models.CharField(max_length=10, choices=VerdictChoices)
    facts = models.JSONField()
    failed = models.JSONField(default=dict)
    made_by = models.JSONField(default=dict)
    fired = ArrayField(models.BigIntegerField(), default=list)
    watched = ArrayField(models.BigIntegerField(), default=list)
    errors = models.JSONField(default=dict, help_text=_("Reasons by the key of the rule version."))
    drawn_percent = models.PositiveSmallIntegerField(null=True, blank=True)

    objects = ScreeningQuerySet.as_manager()

    class Meta:
        verbose_name = _("screening")
        verbose_name_plural = _("screenings")
        ordering: ClassVar = ["-at", "-pk"]
        indexes: ClassVar = [
            models.Index(fields=["at"], name="catalog_screening_by_time"),
            models.Index(fields=["at"], condition=Q(drawn_percent__isnull=False), name="catalog_screening_drawn"),
        ]

    def __str__(self) -> str:
        return f"{self.product}: {self.get_verdict_display()}"


class FindingQuerySet(models.QuerySet["Finding"]):
    """Which findings wait, and in which order they are looked at."""

    def open(self) -> Self:
        """Keep findings about which nobody has decided."""
        return self.filter(state=Finding.State.OPEN)

    def clear(self, by: User) -> int:
        """Say that these findings are wrong, also those that were confirmed before; return how many."""
        standing = self.filter(state__in=[Finding.State.OPEN, Finding.State.CONFIRMED])
        return standing.update(state=Finding.State.CLEARED, decided_by=by, decided_at=timezone.now())

    def confirm(self, by: User) -> int:
        """Say that those of these findings are right on which nobody has decided; return how many."""
        return self.open().update(state=Finding.State.CONFIRMED, decided_by=by, decided_at=timezone.now())

    def by_urgency(self) -> Self:
        """Order them by severity, the oldest first among equals."""
        return self.order_by("-severity", "found_at", "pk")

    def for_queue(self) -> Self:
        """Fetch what the queue shows."""
        return self.select_related(
            "product__seller", "product__brand", "product__category", "rule", "version", "brand", "hold"
        ).prefetch_related("product__images", "product__offers")


class Finding(models.Model):
    """A rule has fired on a listing, or could not be asked: people decide whether it is right.

    `saw` is a fingerprint of the facts that the rule asked: once people have said that a finding is wrong, the same
    rule stays silent on the listing until what it saw changes. `version` is empty where the screening itself failed.
    """

    class State(models.TextChoices):
        OPEN = "open", _("to be decided")
        CONFIRMED = "confirmed", _("confirmed")
        CLEARED = "cleared", _("cleared")
        OUTDATED = "outdated", _("no longer so")

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="findings")
    seller = models.ForeignKey(Seller, on_delete=models.CASCADE, related_name="+")
    rule = models.ForeignKey(Rule, on_delete=models.PROTECT, null=True, blank=True, related_name="findings")
    version = models.ForeignKey(RuleVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="findings")
    screening = models.ForeignKey(Screening, on_delete=models.PROTECT, related_name="findings")
    brand = models.ForeignKey(
        Brand, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", help_text=_("Whose name is used.")
    )
    cluster = models.BigIntegerField(null=True, blank=True, help_text=_("Listings whose first photos look alike."))
    lane = models.CharField(max_length=10, choices=LaneChoices)
    severity = models.PositiveSmallIntegerField()
    is_error = models.BooleanField(default=False)
    explanation = models.JSONField(default=dict)
    saw = models.CharField(max_length=64)
    hold = models.ForeignKey(Hold, on_delete=models.SET_NULL, null=True, blank=True, related_name="findings")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    found_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = FindingQuerySet.as_manager()

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        ordering: ClassVar = ["-found_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["product", "rule"],
                condition=Q(state="open"),
                nulls_distinct=False,
                name="catalog_finding_one_open",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "outdated"]) | Q(decided_at__isnull=False),
                name="catalog_finding_decision_dated",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["-severity", "found_at", "id"], condition=Q(state="open"), name="catalog_finding_open"
            ),
            models.Index(fields=["rule", "state", "decided_at"], name="catalog_finding_of_rule"),
            models.Index(fields=["product", "rule", "saw"], name="catalog_finding_seen"),
        ]

    def __str__(self) -> str:
        return f"{self.rule or _('Screening')}: {self.product}"

    def get_absolute_url(self) -> str:
        """Return the address of the finding's page."""
        return reverse("catalog:finding-detail", args=[self.pk])


class TakenDown(models.Model):
    """What a listing looked like that was taken down as counterfeit, to know it when it comes again.

    `words` is its title as `mentions` folds it; `hashes` are the perceptual hashes of its photos.
    """

    product = models.OneToOneField(Product, on_delete=models.CASCADE, related_name="taken_down")
    seller = models.ForeignKey(Seller, on_delete=models.CASCADE, related_name="taken_down")
    brand = models.ForeignKey(Brand, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    words = models.TextField(db_collation="C")
    hashes = ArrayField(models.BigIntegerField(), default=list)
    price_minor = models.PositiveBigIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    at = models.DateTimeField(default=timezone.now)
    restored_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("listing that was taken down")
        verbose_name_plural = _("listings that were taken down")
        ordering: ClassVar = ["-at", "-pk"]
        indexes: ClassVar = [
            GinIndex(
                models.Func("hashes", function="catalog_bands_of_hashes"),
                name="catalog_takendown_bands",
                fastupdate=False,
            ),
            GinIndex(
                models.Func("words", function="catalog_words_of_form"),
                name="catalog_takendown_words",
                fastupdate=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product}"
