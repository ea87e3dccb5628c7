"""Editing a listing: its form and offers together, and what others changed since one began."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from django.http import QueryDict
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from ..countries import name_of
from ..edits import Edit, edit_of
from ..listing_values import OFFER, TEXTS, Difference, ListingValues, Side, differences, merged
from ..listings import Incomplete, Refusal, SkuTaken, values_of
from ..models import Product, Seller
from ..wording import LACKS, shown_price
from .listings import ListingForm
from .offers import OfferForm, OfferRows, OffersFormSet, offer_initial

CHOICE = "choice-"

OTHER_NAMES = {
    "status": gettext_lazy("Status"),
    "markets": gettext_lazy("Confirmed prices"),
    "ground": gettext_lazy("Hold"),
    "remedy": gettext_lazy("Hold"),
    "appeal": gettext_lazy("Appeal"),
    "photos": gettext_lazy("Photos"),
}
"""What else the audit log tells of a listing, beside the fields of its form."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is wrong in the form, and the id of the field to go to ("" for none)."""

    field_id: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """A field that somebody else changed: both values in words, whose is kept unless one chooses, and who it was."""

    name: str
    label: str
    mine: str
    theirs: str
    side: Side
    edit: Edit | None


class ListingEditor:
    """The form of a listing with a row for each market.

    The page carries the version and the values that one began with (`base`): they tell what others changed since.
    """

    edits: Sequence[Edit] = ()
    """Who changed what since one began, for the questions; the view reads them."""

    def __init__(self, *, seller: Seller, product: Product | None = None, data: QueryDict | None = None) -> None:
        self.product = product
        self.theirs = values_of(product) if product else None
        texts = {name: getattr(self.theirs, name) for name in TEXTS} if self.theirs else None
        before = self.theirs.offers if self.theirs else {}
        rows = None if data is not None else [offer_initial(market, offer) for market, offer in before.items()]
        self.form = ListingForm(data, seller=seller, product=product, initial=texts)
        self.offers = cast("OffersFormSet", OfferRows(data, initial=rows, form_kwargs={"before": before}))
        self.data = data

    @property
    def is_bound(self) -> bool:
        """Whether something was sent."""
        return self.data is not None

    def is_valid(self) -> bool:
        """Tell whether the form and all rows that are kept can be saved."""
        return all([self.form.is_valid(), self.offers.is_valid()])

    @cached_property
    def mine(self) -> ListingValues:
        """What was sent, once it is valid."""
        return ListingValues(**{name: self.form.cleaned_data[name] for name in TEXTS}, offers=self.offers.values())

    @property
    def result(self) -> ListingValues:
        """What is to be saved: one's own values, and theirs where that was chosen."""
        return merged(self.mine, self.differences, self.choices)

    @cached_property
    def differences(self) -> list[Difference]:
        """What others changed since one began; empty while the form is not valid."""
        if self.theirs is None or not self.is_bound or not self.is_valid():
            return []
        return differences(self._sent_base, self.mine, self.theirs)

    @property
    def is_stale(self) -> bool:
        """Whether others changed something that one has not been asked about."""
        return self.product is not None and self._sent_version != self.product.version and bool(self.differences)

    @property
    def base(self) -> str:
        """The values that one began with, for the page to carry."""
        if self.data is not None:
            return str(self.data.get("base", ""))
        return json.dumps(self.theirs.flat()) if self.theirs else ""

    @property
    def choices(self) -> dict[str, Side]:
        """Whose value was chosen for which field."""
        sent = self.data or QueryDict()
        named = {name.removeprefix(CHOICE): sent.get(name) for name in sent if name.startswith(CHOICE)}
        return {name: Side(side) for name, side in named.items() if side in set(Side)}

    @property
    def questions(self) -> list[Question]:
        """The differences in words."""
        return [
            Question(
                item.name,
                self.label(item.name),
                self._in_words(item.name, item.mine),
                self._in_words(item.name, item.theirs),
                self.choices.get(item.name, item.side),
                edit_of(self.edits, item.name),
            )
            for item in self.differences
        ]

    def label(self, name: str) -> str:
        """Name a field of the flat values."""
        if name.startswith(OFFER):
            return _("Offer in %(market)s") % {"market": _market(name.removeprefix(OFFER))}
        if name in self.form.fields:
            return str(self.form.fields[name].label)
        return str(OTHER_NAMES.get(name, name))

    @property
    def problems(self) -> list[Problem]:
        """Everything that is wrong, in the order of the page."""
        if not self.is_bound:
            return []
        found = [
            Problem(self.form[name].auto_id if name in self.form.fields else "", self._name_of(name), str(text))
            for name in (*self.form.fields, "__all__")
            for text in self.form.errors.get(name, [])
        ]
        for row in (row for row in self.offers.forms if not row.is_taken_away):
            found += [Problem(field_id, _market(str(row["market"].value())), text) for field_id, text in row.faults]
        return found + [Problem("", "", str(text)) for text in self.offers.non_form_errors()]

    def left(self, name: str) -> tuple[str, dict[str, Any]]:
        """Return the fragment that shows what is wrong with the field `name`, and its context."""
        self.is_valid()
        for row in self.offers.forms:
            if name.startswith(f"{row.prefix}-"):
                row.left = name.removeprefix(f"{row.prefix}-")
                return "row-errors", {"row": row}
        return "field-errors", {"field": self.form[name if name in self.form.fields else "title"]}

    def refuse(self, error: Refusal) -> None:
        """Show why the service has refused, at the field where that can be mended."""
        if isinstance(error, SkuTaken):
            self.form.add_error("sku", str(error))
        elif isinstance(error, Incomplete):
            for lack in error.lacks:
                self.form.add_error(None, str(LACKS[lack]))
        else:
            self.form.add_error(None, str(error))

    def focus_first_problem(self) -> None:
        """Have the page begin at the first field that is wrong."""
        first = next((problem.field_id for problem in self.problems if problem.field_id), "")
        forms: list[ListingForm | OfferForm] = [self.form, *self.offers.forms]
        for bound in (bound for form in forms for bound in form):
            if bound.auto_id == first:
                bound.field.widget.attrs["autofocus"] = True

    @property
    def seen(self) -> int:
        """The newest entry of the audit log that the page had when one began; 0 where it did not say."""
        return self._number("seen")

    @property
    def _sent_version(self) -> int:
        return self._number("version")

    def _number(self, name: str) -> int:
        text = str(self.data.get(name, "")) if self.data is not None else ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0

    @property
    def _sent_base(self) -> Mapping[str, Any] | None:
        """The values one began with as the page sent them; None where they are not ours."""
        try:
            base = json.loads(self.base)
        except (ValueError, RecursionError):
            return None
        return base if isinstance(base, dict) else None

    def _name_of(self, name: str) -> str:
        return str(self.form.fields[name].label) if name in self.form.fields else ""

    def _in_words(self, name: str, value: Any) -> str:
        if not name.startswith(OFFER):
            return str(value)
        if value is None:
            return ""
        price = shown_price(value["price_minor"], value["currency"])
        return _("%(price)s, %(stock)s in stock") % {"price": price, "stock": value["stock"]}


def _market(code: str) -> str:
    return name_of(code, get_language() or "en")
