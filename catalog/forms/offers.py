"""The rows of a listing's form: a price and a stock in each market."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from django import forms
from django.utils.formats import get_format
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from ..listing_values import OfferValues
from ..markets import currencies, currency_of, market_named
from ..prices import InvalidPrice, doubt, parse_price, typed_price
from ..wording import DOUBTS, about_price, shown_price
from .checking import Checked

MOST_STOCK = 2_000_000_000
MOST_OFFERS = 300


def decimal_separator() -> str:
    """Return what the reader's language puts before the decimals."""
    return str(get_format("DECIMAL_SEPARATOR"))


class OfferForm(Checked):
    """The price and the stock in one market. A price that looks like a slip is asked about once."""

    market = forms.CharField(
        label=gettext_lazy("Market"),
        max_length=100,
        widget=forms.TextInput(attrs={"list": "market-options", "autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Name the country.")},
    )
    price = forms.CharField(
        label=gettext_lazy("Price"),
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Type a price.")},
    )
    currency = forms.CharField(
        label=gettext_lazy("Currency"),
        max_length=3,
        required=False,
        widget=forms.TextInput(attrs={"list": "currency-options", "autocomplete": "off", "size": 4}),
    )
    stock = forms.IntegerField(
        label=gettext_lazy("Stock"),
        min_value=0,
        max_value=MOST_STOCK,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    sure = forms.CharField(required=False, widget=forms.HiddenInput)

    left = ""
    """The field that was just left: what the others still miss is not said yet. Empty when the form is saved."""

    doubted = ""
    """The price that looks like a slip, as `sure` names it once the person has said that it is right."""

    def __init__(self, *args: Any, before: Mapping[str, OfferValues] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        market = self.data.get(self.add_prefix("market"), "") if self.is_bound else self.initial.get("market", "")
        self.offer = (before or {}).get(market)
        if self.offer is not None:
            self.initial = offer_initial(market, self.offer)
            self.empty_permitted = False

    def error_id(self, field_id: str) -> str:
        """Return the id of the element that holds the errors of the whole row."""
        return f"id_{self.prefix}_error"

    @property
    def is_sure(self) -> bool:
        """Whether the person has said that the doubted price is right."""
        return self.is_bound and self.data.get(self.add_prefix("sure")) == self.doubted

    @property
    def faults(self) -> list[tuple[str, str]]:
        """What is wrong in this row: the id of the field and what is said of it."""
        return [
            (self[name].auto_id, text)
            for name, errors in self.errors.as_data().items()
            for error in errors
            if not (self.left and name != self.left and error.code == "required")
            for text in error.messages
        ]

    @property
    def is_taken_away(self) -> bool:
        """Whether the row goes."""
        return self.is_bound and bool(self.data.get(self.add_prefix("DELETE")))

    @property
    def is_blank(self) -> bool:
        """Whether the row is a new one in which nothing was filled in."""
        return self.empty_permitted and not self.has_changed()

    def clean_market(self) -> str:
        """Return the market's code for its code or name."""
        text = str(self.cleaned_data["market"])
        market = market_named(text, get_language() or "en")
        if market is None:
            message = _("“%(text)s” is no country we know. Choose one from the list.")
            raise forms.ValidationError(message % {"text": text})
        return market

    def clean_currency(self) -> str:
        """Return the currency's code, by default the one that is used in the market."""
        code = str(self.cleaned_data["currency"]).upper()
        if not code:
            return currency_of(str(self.cleaned_data.get("market", "")))
        if code not in currencies():
            near = get_close_matches(code, sorted(currencies()), n=3, cutoff=0.6)
            hint = _("Did you mean %(suggestion)s?") % {"suggestion": ", ".join(near)} if near else ""
            raise forms.ValidationError(
                (_("“%(text)s” is no currency, such as EUR or USD.") % {"text": code} + " " + hint).strip()
            )
        return code

    def clean_stock(self) -> int:
        """Return the stock; none given means sold out."""
        return int(self.cleaned_data["stock"] or 0)

    def clean(self) -> dict[str, Any]:
        """Read the price in its currency, and ask about one that looks like a slip."""
        cleaned = self.cleaned_data
        text, currency = cleaned.get("price"), cleaned.get("currency")
        if not text or not currency:
            return cleaned
        try:
            minor = parse_price(text, currency, decimal_separator=decimal_separator())
        except InvalidPrice as error:
            self.add_error("price", about_price(error, text, currency))
            return cleaned
        cleaned["price_minor"] = minor
        self._ask_when_absurd(minor, currency)
        return cleaned

    def values(self) -> OfferValues:
        """Return what was filled in, once it is valid."""
        cleaned = self.cleaned_data
        return OfferValues(cleaned["price_minor"], cleaned["currency"], cleaned["stock"])

    def _ask_when_absurd(self, minor: int, currency: str) -> None:
        before = self.offer if self.offer and self.offer.currency == currency else None
        reason = doubt(minor, currency, before.price_minor if before else None)
        if reason is None:
            return
        self.doubted = f"{minor} {currency}"
        if not self.is_sure:
            prices = {
                "price": shown_price(minor, currency),
                "before": shown_price(before.price_minor, currency) if before else "",
            }
            self.add_error("price", str(DOUBTS[reason]) % prices)


class OffersFormSet(forms.BaseFormSet):  # type: ignore[type-arg]
    """The offers of a listing; each market once."""

    def clean(self) -> None:
        """Refuse a second row for the same market."""
        seen: set[str] = set()
        for form in self.kept():
            market = form.cleaned_data.get("market")
            if market in seen:
                form.add_error("market", _("There is another row for this market. Keep one of them."))
            elif market:
                seen.add(market)

    def kept(self) -> list[OfferForm]:
        """Return the rows that are filled in and not taken away."""
        return [form for form in self.forms if not form.is_taken_away and not form.is_blank]

    def values(self) -> dict[str, OfferValues]:
        """Return the offers by market, once they are valid."""
        return {form.cleaned_data["market"]: form.values() for form in self.kept()}

    @classmethod
    def get_default_prefix(cls) -> str:
        """Return the prefix of the field names."""
        return "offers"


OfferRows = forms.formset_factory(
    OfferForm, formset=OffersFormSet, extra=1, can_delete=True, max_num=MOST_OFFERS, absolute_max=MOST_OFFERS
)


def offer_initial(market: str, offer: OfferValues) -> dict[str, Any]:
    """Return what an offer's row shows first."""
    price = typed_price(offer.price_minor, offer.currency, decimal_separator=decimal_separator())
    return {"market": market, "price": price, "currency": offer.currency, "stock": offer.stock}
