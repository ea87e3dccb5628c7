"""Brands, what else they are called, and who may sell protected ones."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q, Value
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shopadmin.accounts.permissions import Permission, Scope

from ..names import folded
from .sellers import Seller

if TYPE_CHECKING:
    from shopadmin.accounts.models import User


def words_of_name() -> models.GeneratedField:
    """Return the column in which the database keeps the words of a row's name, to find it by one of them."""
    return models.GeneratedField(
        expression=models.Func("name", function="catalog_words"), output_field=SearchVectorField(), db_persist=True
    )


EXPIRES_SOON_DAYS = 30


class FoldedField(models.CharField):  # type: ignore[type-arg]
    """The comparable form of the row's `name`; follows it whenever the row is written, in bulk too."""

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        """Return what `name` folds to now, and keep it on the row."""
        value = self.key(getattr(model_instance, "name"))  # noqa: B009 - the field cannot know its model's type
        setattr(model_instance, self.attname, value)
        return value

    @staticmethod
    def key(name: str) -> str:
        """Return the form in which names are kept and asked for; very long ones are cut, as the column is."""
        return folded(name)[:200]


class BrandQuerySet(models.QuerySet["Brand"]):
    """Brands by what people call them, and by who may sell them."""

    def named_like(self, words: str) -> Self:
        """Keep brands of which a name or an alias contains `words`, whatever its case, accents and spaces."""
        key = FoldedField.key(words)
        return self.filter(Q(folded__contains=key) | Q(pk__in=_brands_called(folded__contains=key)))

    def resolve(self, names: Iterable[str]) -> dict[str, Brand | None]:
        """Return for each name the brand that it means, or None; asks the database once.

        The exact name wins, then the only brand whose name folds alike, then an alias. Two brands whose names fold
        alike ("Dove" the soap, "DOVE" the chocolate) are only known by their exact names.
        """
        wanted = {name: FoldedField.key(name) for name in names}
        keys = set(wanted.values())
        called = self.filter(folded__in=keys).annotate(key=F("folded"), is_alias=Value(False))
        aliased = self.filter(aliases__folded__in=keys - {""}).annotate(key=F("aliases__folded"), is_alias=Value(True))
        found: list[Any] = list(called.order_by().union(aliased.order_by(), all=True)) if keys else []
        by_name = {brand.name: brand for brand in found}
        by_key: dict[tuple[str, bool], list[Brand]] = {}
        for brand in found:
            by_key.setdefault((brand.key, brand.is_alias), []).append(brand)
        return {name: by_name.get(name) or _only(by_key, key) for name, key in wanted.items()}

    def open_to(self, seller: Seller, *, market: str, on: date) -> Self:
        """Keep the brands that `seller` may list in `market` on that day: unprotected ones, and those granted to it."""
        granted = BrandAuthorization.objects.filter(seller=seller).valid(on, market)
        return self.filter(Q(is_protected=False) | Q(pk__in=granted.values("brand")))


def _brands_called(**lookup: str) -> models.QuerySet[BrandAlias, int]:
    return BrandAlias.objects.filter(**lookup).values_list("brand", flat=True)


def _only(by_key: dict[tuple[str, bool], list[Brand]], key: str) -> Brand | None:
    """Return the one brand with that name or, without one, that alias; an empty key means nothing."""
    named = by_key.get((key, False), [])
    candidates = named or by_key.get((key, True), [])
    return candidates[0] if key and len(candidates) == 1 else None


class Brand(models.Model):
    """A maker's name. Only authorised sellers may list a protected brand."""

    name = models.CharField(_("name"), max_length=200, unique=True)
    folded = FoldedField(max_length=200, editable=False, db_index=True, default="")
    owner = models.CharField(_("owner"), max_length=300, blank=True, help_text=_("Who holds the trade mark."))
    is_protected = models.BooleanField(_("protected"), default=False)
    created_at = models.DateTimeField(default=timezone.now)
    words = words_of_name()

    objects = BrandQuerySet.as_manager()

    class Meta:
        verbose_name = _("brand")
        verbose_name_plural = _("brands")
        ordering: ClassVar = ["name"]
        indexes: ClassVar = [GinIndex(fields=["words"], name="catalog_brand_words")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of the brand's page."""
        return reverse("catalog:brand-detail", args=[self.pk])


class BrandAlias(models.Model):
    """Another spelling of a brand; `folded` makes it findable whatever its case, accents and spaces."""

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="aliases")
    name = models.CharField(_("name"), max_length=200)
    folded = FoldedField(max_length=200, unique=True, editable=False)
    words = words_of_name()

    class Meta:
        verbose_name = _("alias")
        verbose_name_plural = _("aliases")
        ordering: ClassVar = ["name"]
        indexes: ClassVar = [GinIndex(fields=["words"], name="catalog_brandalias_words")]

    def __str__(self) -> str:
        return f"{self.name} = {self.brand}"


def document_path(authorization: BrandAuthorization, filename: str) -> str:
    """Return a name of our own in a folder of its own; of the uploader's name only a known ending is kept."""
    ending = PurePath(filename).suffix.lower()
    return f"authorizations/{uuid.uuid4().hex}/document{ending if ending in {'.pdf', '.jpg', '.png'} else '.bin'}"


class AuthorizationQuerySet(models.QuerySet["BrandAuthorization"]):
    """Which authorisations hold, and who sees them."""

    def for_user(self, user: User) -> Self:
        """Keep those of sellers that the user may see; all for those who decide them."""
        if user.scope(Permission.DECIDE_AUTHORIZATIONS) == Scope.ALL:
            return self
        return self.filter(seller__in=Seller.objects.for_user(user, Permission.ASK_FOR_AUTHORIZATIONS))

    def in_force(self, on: date) -> Self:
        """Keep those that were granted and hold on that day, in whatever territory."""
        return self.filter(
            Q(valid_until__isnull=True) | Q(valid_until__gte=on),
            state=BrandAuthorization.State.GRANTED,
            valid_from__lte=on,
        )

    def valid(self, on: date, market: str) -> Self:
        """Keep those that were granted and hold in `market` (a two-letter country code) on that day."""
        return self.in_force(on).filter(Q(territory="") | Q(territory=market))

    def asked(self) -> Self:
        """Keep those that wait for a decision."""
        return self.filter(state=BrandAuthorization.State.ASKED)

    def expiring(self, on: date) -> Self:
        """Keep granted ones that end within the next 30 days."""
        soon = on + timedelta(days=EXPIRES_SOON_DAYS)
        return self.filter(state=BrandAuthorization.State.GRANTED, valid_until__gte=on, valid_until__lte=soon)


class BrandAuthorization(models.Model):
    """A seller's permission to sell a protected brand, in a territory, for a time, shown by a document."""

    class State(models.TextChoices):
        ASKED = "asked", _("asked for")
        GRANTED = "granted", pgettext_lazy("authorisation", "granted")
        REFUSED = "refused", pgettext_lazy("authorisation", "refused")
        WITHDRAWN = "withdrawn", _("withdrawn")

    seller = models.ForeignKey(Seller, on_delete=models.CASCADE, related_name="authorizations")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="authorizations")
    territory = models.CharField(
        _("territory"), max_length=2, blank=True, help_text=_("A country; empty for all of them.")
    )
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    document = models.FileField(_("document"), upload_to=document_path, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.ASKED)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True)

    objects = AuthorizationQuerySet.as_manager()

    class Meta:
        verbose_name = _("brand authorisation")
        verbose_name_plural = _("brand authorisations")
        ordering: ClassVar = ["-asked_at", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="catalog_authorization_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(state="asked") | Q(decided_at__isnull=False), name="catalog_authorization_decision_dated"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["asked", "withdrawn"]) | ~Q(decided_by=F("asked_by")),
                name="catalog_authorization_decided_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seller}: {self.brand} ({self.get_state_display()})"

    def get_absolute_url(self) -> str:
        """Return the address of the authorisation's page."""
        return reverse("catalog:authorization-detail", args=[self.pk])

    def is_over(self, on: date) -> bool:
        """Tell whether it was granted and has ended before that day."""
        return self.state == self.State.GRANTED and self.valid_until is not None and self.valid_until < on

    def decide(self, *, state: State, by: User, reason: str) -> None:
        """Grant, refuse or withdraw it; the verbs in `catalog.authorizations` say who may."""
        self.state, self.decided_by, self.decided_at, self.reason = state, by, timezone.now(), reason
        self.save(update_fields=["state", "decided_by", "decided_at", "reason"])
