"""Brands, what else they are called, and who may sell protected ones."""

from __future__ import annotations

import uuid
from datetime import date
from pathlib import PurePath
from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

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


class Brand(models.Model):
    """A maker's name. Only authorised sellers may list a protected brand."""

    name = models.CharField(_("name"), max_length=200, unique=True)
    owner = models.CharField(_("owner"), max_length=300, blank=True, help_text=_("Who holds the trade mark."))
    is_protected = models.BooleanField(_("protected"), default=False)
    created_at = models.DateTimeField(default=timezone.now)
    words = words_of_name()

    class Meta:
        verbose_name = _("brand")
        verbose_name_plural = _("brands")
        ordering: ClassVar = ["name"]
        indexes: ClassVar = [GinIndex(fields=["words"], name="catalog_brand_words")]

    def __str__(self) -> str:
        return self.name


class BrandAlias(models.Model):
    """Another spelling of a brand; `folded` makes it findable whatever its case, accents and spaces."""

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="aliases")
    name = models.CharField(_("name"), max_length=200)
    folded = models.CharField(max_length=200, unique=True, editable=False)
    words = words_of_name()

    class Meta:
        verbose_name = _("alias")
        verbose_name_plural = _("aliases")
        ordering: ClassVar = ["name"]
        indexes: ClassVar = [GinIndex(fields=["words"], name="catalog_brandalias_words")]

    def __str__(self) -> str:
        return f"{self.name} = {self.brand}"

    def save(self, *args: object, **kwargs: object) -> None:
        """Keep the folded form with the name."""
        self.folded = folded(self.name)
        super().save(*args, **kwargs)  # type: ignore[arg-type]


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

    def valid(self, on: date, market: str) -> Self:
        """Keep those that were granted and hold in `market` (a two-letter country code) on that day."""
        return self.filter(
            Q(territory="") | Q(territory=market),
            Q(valid_until__isnull=True) | Q(valid_until__gte=on),
            state=BrandAuthorization.State.GRANTED,
            valid_from__lte=on,
        )


class BrandAuthorization(models.Model):
    """A seller's permission to sell a protected brand, in a territory, for a time, shown by a document."""

    class State(models.TextChoices):
        ASKED = "asked", _("asked for")
        GRANTED = "granted", _("granted")
        REFUSED = "refused", _("refused")
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
        ]

    def __str__(self) -> str:
        return f"{self.seller}: {self.brand} ({self.get_state_display()})"
