"""The trader behind a seller: what a marketplace has to know of it, when that was checked, and how much was sold.

EU: Digital Services Act, Article 30. US: INFORM Consumers Act, 15 USC 45f.
"""

from __future__ import annotations

import functools
import operator
from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shopadmin.accounts.permissions import Permission

from ..trader_file import CHECKED_FIELDS, NO_POSTAL_CODES, REQUIRED_EVERYWHERE
from .sellers import Seller

if TYPE_CHECKING:
    from shopadmin.accounts.models import User


SOMETHING_MISSING = functools.reduce(
    operator.or_,
    (
        *(models.Q(**{name: ""}) for name in REQUIRED_EVERYWHERE),
        models.Q(postal_code="") & ~models.Q(country__in=NO_POSTAL_CODES),
        models.Q(registration_number="") & ~models.Q(register=""),
    ),
)
"""`trader_file.missing` as a condition for rows."""


class TraderFileQuerySet(models.QuerySet["TraderFile"]):
    """Files by what is left to do with them."""

    def complete(self) -> Self:
        """Keep files in which nothing that everybody has to give is missing."""
        return self.exclude(SOMETHING_MISSING)

    def incomplete(self) -> Self:
        """Keep files in which something is missing."""
        return self.filter(SOMETHING_MISSING)

    def unchecked(self) -> Self:
        """Keep files that nobody has checked since they last changed."""
        checks = TraderVerification.objects.filter(seller=models.OuterRef("seller"))
        return self.exclude(models.Exists(checks.filter(at__gte=models.OuterRef("updated_at"))))


class TraderFile(models.Model):
    """What a seller says about the trader that it is. Only its own members and staff who verify traders see it all."""

    seller = models.OneToOneField(Seller, on_delete=models.CASCADE, related_name="trader")
    legal_name = models.CharField(_("legal name"), max_length=300, blank=True)
    street = models.CharField(_("street and number"), max_length=300, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True)
    city = models.CharField(_("city"), max_length=200, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    email = models.EmailField(_("e-mail address for customers"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    register = models.CharField(_("trade register"), max_length=200, blank=True)
    registration_number = models.CharField(_("registration number"), max_length=100, blank=True)
    tax_number = models.CharField(_("tax or VAT number"), max_length=40, blank=True)
    payment_account_holder = models.CharField(_("holder of the payment account"), max_length=300, blank=True)
    payment_account_last4 = models.CharField(_("last four of the payment account"), max_length=4, blank=True)
    certified_at = models.DateTimeField(_("certified at"), null=True, blank=True)
    certified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    updated_at = models.DateTimeField(auto_now=True)
    high_volume_since = models.DateField(
        null=True,
        blank=True,
        editable=False,
        help_text=_("When recorded sales passed the INFORM Act’s line."),
    )

    objects = TraderFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("trader file")
        verbose_name_plural = _("trader files")

    def __str__(self) -> str:
        return self.legal_name or str(self.seller)

    @property
    def contents(self) -> dict[str, str]:
        """What is checked when the file is verified, by field."""
        return {name: getattr(self, name) for name in CHECKED_FIELDS}

    def certify(self, by: User) -> None:
        """Note that `by` has certified the file for the seller."""
        self.certified_at, self.certified_by = timezone.now(), by
        self.save(update_fields=["certified_at", "certified_by"])


class TraderVerification(models.Model):
    """One check of a trader file by staff; checks are added, never changed."""

    class Outcome(models.TextChoices):
        VERIFIED = "verified", _("verified")
        REFUSED = "refused", _("refused")
        MORE_NEEDED = "more needed", _("more needed")

    seller = models.ForeignKey(Seller, on_delete=models.PROTECT, related_name="verifications")
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome)
    note = models.TextField(_("note"), blank=True)
    verified = models.JSONField(default=dict, help_text=_("The file as it was when it was checked."))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("verification")
        verbose_name_plural = _("verifications")
        ordering: ClassVar = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.seller}: {self.get_outcome_display()}"


class MonthlySalesQuerySet(models.QuerySet["MonthlySales"]):
    """Sales by month, for people and for the clocks."""

    def for_user(self, user: User) -> Self:
        """Keep the months of sellers that the user may see."""
        return self.filter(seller__in=Seller.objects.for_user(user, Permission.VIEW_SELLERS))


class MonthlySales(models.Model):
    """What a seller sold in a month, counting new goods whose payment the platform processed."""

    seller = models.ForeignKey(Seller, on_delete=models.CASCADE, related_name="monthly_sales")
    month = models.DateField(_("first day of the month"))
    currency = models.CharField(_("currency"), max_length=3)
    sales_count = models.PositiveIntegerField(_("sales"), default=0)
    value_minor = models.PositiveBigIntegerField(_("value in minor units"), default=0)

    objects = MonthlySalesQuerySet.as_manager()

    class Meta:
        verbose_name = _("monthly sales")
        verbose_name_plural = _("monthly sales")
        ordering: ClassVar = ["month"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["seller", "month", "currency"], name="catalog_sales_once_a_month"),
            models.CheckConstraint(condition=models.Q(month__day=1), name="catalog_sales_month_starts"),
        ]

    def __str__(self) -> str:
        return f"{self.seller} {self.month:%Y-%m}"
