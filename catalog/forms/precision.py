"""The least precision of a rule as people write it: in percent."""

from __future__ import annotations

from decimal import Decimal

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from ..rule_settings import LEAST, MOST


def percent_of(share: float) -> Decimal:
    """Return a share of 0..1 in percent, with one decimal."""
    return Decimal(f"{share * 100:.1f}")


def share_of(percent: Decimal) -> float:
    """Return a percentage as a share of 0..1."""
    return float(percent / 100)


def floor_field(*, show_hidden_initial: bool = False) -> forms.DecimalField:
    """Return the field for a least precision."""
    return forms.DecimalField(
        label=_("Least precision in percent"),
        max_digits=4,
        decimal_places=1,
        initial=Decimal(90),
        validators=[MinValueValidator(percent_of(LEAST)), MaxValueValidator(percent_of(MOST))],
        help_text=_("When fewer of its findings are right, it only reviews until somebody restores it."),
        show_hidden_initial=show_hidden_initial,
    )
