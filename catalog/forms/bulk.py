"""Forms of bulk actions: what is to be done to the chosen listings, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.db.models import Count
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from ..bulk.kinds import Kind
from ..bulk.pricing import LOWEST, PERCENT, How, price_change
from ..countries import name_of
from ..listings import brand_named
from ..models import Brand, BulkAction, Offer
from ..prices import InvalidPrice, parse_price, typed_price
from ..wording import about_price
from .category_names import category_called
from .holds import LONGEST, HoldForm
from .offers import MOST_STOCK, decimal_separator

HOWS: Mapping[How, str | Promise] = {
    How.RAISE_PERCENT: gettext_lazy("Raise by percent"),
    How.LOWER_PERCENT: gettext_lazy("Lower by percent"),
    How.RAISE_AMOUNT: gettext_lazy("Raise by an amount"),
    How.LOWER_AMOUNT: gettext_lazy("Lower by an amount"),
    How.SET: gettext_lazy("Set to an amount"),
}
MOST_PERCENT = 1000


class ActionForm(forms.Form):
    """What an action needs to know; `parameters` is what is kept of it."""

    def __init__(self, *args: Any, action: BulkAction, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.action = action

    @property
    def parameters(self) -> dict[str, Any]:
        """What was filled in, once it is valid, as plain values."""
        return dict(self.cleaned_data)

    @classmethod
    def initial_of(cls, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the fields show for parameters that were kept."""
        return dict(parameters)


class PriceForm(ActionForm):
    """How prices change in a market."""

    offers = forms.ChoiceField(label=gettext_lazy("Market"))
    how = forms.ChoiceField(label=gettext_lazy("Change"), choices=HOWS.items())
    value = forms.CharField(
        label=gettext_lazy("By how much"),
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        help_text=gettext_lazy("Percent, or an amount in the currency of the market. Half a cent is rounded up."),
        error_messages={"required": gettext_lazy("Type a number.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = _offers_of(self.action).values_list("market", "currency").annotate(count=Count("product")).order_by(
            "-count", "market", "currency"
        )  # fmt: skip
        self.fields["offers"].choices = [  # type: ignore[attr-defined]
            (f"{market} {currency}", _market_words(f"{_name(market)} ({currency})", count))
            for market, currency, count in found
        ]

    def clean(self) -> dict[str, Any]:
        """Read the number as percent, or as an amount in the currency of the market."""
        cleaned = super().clean() or {}
        how, text = How(cleaned.get("how", How.SET)), str(cleaned.get("value", ""))
        if not text or "offers" not in cleaned or "how" not in cleaned:
            return cleaned
        market, currency = str(cleaned["offers"]).split()
        value = self._percent(text, how) if how in PERCENT else self._amount(text, currency)
        if value is None:
            return cleaned
        return {"market": market, "currency": currency, "how": how.value, "value": str(value)}

    @classmethod
    def initial_of(cls, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Show the number as one types it."""
        if not parameters:
            return {}
        value = str(parameters["value"]).replace(".", decimal_separator())
        if How(parameters["how"]) not in PERCENT:
            minor, currency = int(parameters["value"]), str(parameters["currency"])
            value = typed_price(minor, currency, decimal_separator=decimal_separator())
        return {"offers": f"{parameters['market']} {parameters['currency']}", "how": parameters["how"], "value": value}

    def _percent(self, text: str, how: How) -> Decimal | None:
        number = text.replace("%", "").replace(",", ".").strip()
        try:
            value = Decimal(number)
            price_change(how, value)
        except (InvalidOperation, ValueError):
            value = Decimal("NaN")
        digits = value.as_tuple().exponent
        if not value.is_finite() or value > MOST_PERCENT or not isinstance(digits, int) or digits < -2:
            words = _("“%(text)s” is no percentage above 0 and below 100, with at most two decimals.")
            if how == How.RAISE_PERCENT:
                words = _("“%(text)s” is no percentage above 0 and up to 1000, with at most two decimals.")
            self.add_error("value", words % {"text": text[:30]})
            return None
        return value

    def _amount(self, text: str, currency: str) -> int | None:
        try:
            minor = parse_price(text, currency, decimal_separator=decimal_separator())
        except InvalidPrice as error:
            self.add_error("value", about_price(error, text, currency))
            return None
        if minor < LOWEST:
            self.add_error("value", _("Type an amount above zero."))
            return None
        return minor


class MarketForm(ActionForm):
    """In which market, or in all."""

    market = forms.ChoiceField(label=gettext_lazy("Market"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = _offers_of(self.action).values_list("market").annotate(count=Count("product")).order_by("market")
        self.fields["market"].choices = [  # type: ignore[attr-defined]
            ("", _("all markets")),
            *((market, _market_words(_name(market), count)) for market, count in found),
        ]


class StockForm(MarketForm):
    """How many there are."""

    stock = forms.IntegerField(
        label=gettext_lazy("Stock"),
        min_value=0,
        max_value=MOST_STOCK,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Type a number; 0 means sold out.")},
    )


class CategoryForm(ActionForm):
    """Which category."""

    category = forms.CharField(
        label=gettext_lazy("Category"),
        max_length=1000,
        help_text=gettext_lazy("Type a part of its name and choose."),
        widget=forms.TextInput(attrs={"list": "options", "autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Choose a category.")},
    )

    def clean(self) -> dict[str, Any]:
        """Find the category that is meant."""
        cleaned = super().clean() or {}
        if not cleaned.get("category"):
            return cleaned
        try:
            category = category_called(str(cleaned["category"]))
        except forms.ValidationError as error:
            self.add_error("category", error)
            return cleaned
        return {"category": category.pk, "name": category.path}

    @classmethod
    def initial_of(cls, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Show the path."""
        return {"category": parameters.get("name", "")}


class BrandForm(ActionForm):
    """Which brand."""

    brand = forms.CharField(
        label=gettext_lazy("Brand"),
        max_length=200,
        help_text=gettext_lazy("Type a part of its name and choose."),
        widget=forms.TextInput(attrs={"list": "options", "autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Choose a brand.")},
    )

    def clean(self) -> dict[str, Any]:
        """Find the brand that is meant, by its name or another of its names."""
        cleaned = super().clean() or {}
        text = " ".join(str(cleaned.get("brand", "")).split())
        if not text:
            return cleaned
        brand = brand_named(text)
        if brand is None:
            self.add_error("brand", self._unknown(text))
            return cleaned
        return {"brand": brand.pk, "name": brand.name}

    @classmethod
    def initial_of(cls, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Show the name."""
        return {"brand": parameters.get("name", "")}

    @staticmethod
    def _unknown(text: str) -> str:
        near: Iterable[str] = Brand.objects.named_like(text).values_list("name", flat=True)[:3]
        words = _("There is no brand “%(text)s”.") % {"text": text}
        hint = _("Did you mean %(suggestion)s?") % {"suggestion": ", ".join(near)} if near else ""
        return f"{words} {hint}".strip()


class HoldingForm(HoldForm, ActionForm):
    """Why listings are held back and what their merchants can do."""


FORMS: Mapping[Kind, type[ActionForm]] = {
    Kind.PRICE: PriceForm,
    Kind.STOCK: StockForm,
    Kind.CONFIRM: MarketForm,
    Kind.CATEGORY: CategoryForm,
    Kind.BRAND: BrandForm,
    Kind.HOLD: HoldingForm,
}
"""The form of each kind that needs to know more than which listings."""


class ReasonForm(forms.Form):
    """Why it is done."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=LONGEST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Kept in the history of each listing."),
    )


def _offers_of(action: BulkAction) -> Any:
    return Offer.objects.filter(product__in=action.changes.values("product")).order_by()


def _name(market: str) -> str:
    return name_of(market, get_language() or "en")


def _market_words(name: str, count: int) -> str:
    words = ngettext("%(market)s: %(count)s listing", "%(market)s: %(count)s listings", count)
    return words % {"market": name, "count": count}
