"""What is said to people of bulk actions: their parameters, what changes, and why something does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.timesince import timesince
from django.utils.translation import get_language, gettext_lazy, ngettext, ngettext_lazy
from django.utils.translation import gettext as _

from ..completeness import Lack
from ..countries import name_of
from ..models import BulkAction, BulkChange, Hold, Product
from ..models.bulk import BulkKind
from ..wording import shown_price
from .kinds import OFFER_KINDS, Kind
from .pricing import PERCENT, How

Outcome, Undo = BulkChange.Outcome, BulkChange.Undo

ICONS = {
    Kind.PUBLISH: "check",
    Kind.WITHDRAW: "pencil",
    Kind.PRICE: "badge",
    Kind.STOCK: "boxes",
    Kind.CONFIRM: "clock",
    Kind.CATEGORY: "category",
    Kind.BRAND: "brand",
    Kind.REMOVE: "cross",
    Kind.RESTORE: "again",
    Kind.HOLD: "stop",
    Kind.RELEASE: "play",
}

WHY_NOT: Mapping[str, str | Promise] = {
    Outcome.SAME: gettext_lazy("Already like that"),
    Outcome.NOT_ALLOWED: gettext_lazy("You may see these, but not change them"),
    Outcome.EDITED: gettext_lazy("Changed by somebody since the preview"),
    Outcome.HELD: gettext_lazy("Held back: the status stays until the hold ends"),
    Outcome.REMOVED: gettext_lazy("Removed: restore them first"),
    Outcome.INCOMPLETE: gettext_lazy("Something is missing"),
    Outcome.NO_OFFER: gettext_lazy("No price in this market"),
    Outcome.OTHER_CURRENCY: gettext_lazy("Priced in another currency"),
    Outcome.TOO_LARGE: gettext_lazy("The new price would be too large"),
}
"""Why listings are left alone."""

NOT_PUT_BACK: Mapping[str, str | Promise] = {
    Undo.UNDONE: gettext_lazy("Put back as they were"),
    Undo.NOT_ALLOWED: gettext_lazy("Kept: you may see these, but not change them"),
    Undo.EDITED: gettext_lazy("Kept: changed by somebody since"),
    Undo.GONE: gettext_lazy("Kept: the listing, or its former brand or category, does not exist any more"),
    Undo.INCOMPLETE: gettext_lazy("Kept: something is missing by now without which they may not be live"),
    Undo.DECIDED: gettext_lazy("Kept: an appeal against the hold has been answered"),
}
"""What an undo did, or why it did not."""

LACKS = {
    Lack.PHOTO: gettext_lazy("a photo"),
    Lack.OFFER: gettext_lazy("a price"),
    Lack.AUTHORIZATION: gettext_lazy("an authorisation for the brand"),
}

BUTTONS = {
    Kind.PUBLISH: ngettext_lazy("Publish %(count)s listing", "Publish %(count)s listings", "count"),
    Kind.WITHDRAW: ngettext_lazy("Withdraw %(count)s listing", "Withdraw %(count)s listings", "count"),
    Kind.PRICE: ngettext_lazy("Change %(count)s price", "Change the prices of %(count)s listings", "count"),
    Kind.STOCK: ngettext_lazy("Set the stock of %(count)s listing", "Set the stock of %(count)s listings", "count"),
    Kind.CONFIRM: ngettext_lazy("Confirm prices of %(count)s listing", "Confirm prices of %(count)s listings", "count"),
    Kind.CATEGORY: ngettext_lazy(
        "Set the category of %(count)s listing", "Set the category of %(count)s listings", "count"
    ),
    Kind.BRAND: ngettext_lazy("Set the brand of %(count)s listing", "Set the brand of %(count)s listings", "count"),
    Kind.REMOVE: ngettext_lazy("Remove %(count)s listing", "Remove %(count)s listings", "count"),
    Kind.RESTORE: ngettext_lazy("Restore %(count)s listing", "Restore %(count)s listings", "count"),
    Kind.HOLD: ngettext_lazy("Hold %(count)s listing back", "Hold %(count)s listings back", "count"),
    Kind.RELEASE: ngettext_lazy("Release %(count)s listing", "Release %(count)s listings", "count"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A field of a listing before and after; the states are those of products, empty for other fields."""

    name: str
    before: str
    after: str
    state_before: str = ""
    state_after: str = ""


def button(action: BulkAction) -> str:
    """Say what pressing it does, with the number of listings."""
    return BUTTONS[Kind(action.kind)] % {"count": action.changed}


def title(action: BulkAction) -> str:
    """Name an action with the number of listings that it is about."""
    count = action.rows if action.state in BulkAction.OPEN else action.changed
    words = ngettext("%(action)s: %(count)s listing", "%(action)s: %(count)s listings", count)
    return words % {"action": BulkKind(action.kind).label, "count": number_format(count, force_grouping=True)}


def what(action: BulkAction) -> str:
    """Say the parameters of an action in words; empty for an action without any."""
    kind, parameters = Kind(action.kind), action.parameters
    if not parameters:
        return ""
    if kind in OFFER_KINDS:
        market = parameters["market"]
        where = name_of(market, get_language() or "en") if market else _("all markets")
        return _("%(what)s in %(where)s") % {"what": _of_offers(kind, parameters), "where": where}
    if kind == Kind.HOLD:
        return str(Hold.Ground(parameters["ground"]).label)
    return str(parameters["name"])


def lines(change: BulkChange, kind: Kind) -> list[Line]:
    """Return the fields that the action changes in a listing, with their values before and after."""
    before, after = change.before, change.after
    if "status" in after:
        return [_status(before["status"], after["status"])]
    if kind in {Kind.CATEGORY, Kind.BRAND}:
        name = kind.value
        return [Line(str(Product._meta.get_field(name).verbose_name), before[name] or "–", after[name] or "–")]  # type: ignore[union-attr]
    return [Line(market, *_offer(kind, before, after, market)) for market in sorted(after.get("offers", {}))]


def reasons(change: BulkChange) -> str:
    """Say what a listing lacks; empty for one that lacks nothing."""
    return ", ".join(str(LACKS[Lack(lack)]) for lack in change.lacks)


def _status(before: str, after: str) -> Line:
    labels = dict(Product.Status.choices)
    return Line(_("status"), str(labels[before]), str(labels[after]), before, after)


def _of_offers(kind: Kind, parameters: Mapping[str, Any]) -> str:
    if kind == Kind.STOCK:
        return _("%(count)s in stock") % {"count": parameters["stock"]}
    if kind == Kind.CONFIRM:
        return _("Prices are right")
    how = How(parameters["how"])
    if how in PERCENT:
        amount = f"{number_format(parameters['value'])} %"
    else:
        amount = shown_price(int(parameters["value"]), parameters["currency"])
    words = {
        How.RAISE_PERCENT: _("%(amount)s more"),
        How.RAISE_AMOUNT: _("%(amount)s more"),
        How.LOWER_PERCENT: _("%(amount)s less"),
        How.LOWER_AMOUNT: _("%(amount)s less"),
        How.SET: _("%(amount)s"),
    }
    return words[how] % {"amount": amount}


def _offer(kind: Kind, before: Mapping[str, Any], after: Mapping[str, Any], market: str) -> tuple[str, str]:
    old, new = before["offers"][market], after["offers"][market]
    if kind == Kind.STOCK:
        return number_format(old["stock"], force_grouping=True), number_format(new["stock"], force_grouping=True)
    price = shown_price(old["price_minor"], old["currency"])
    if kind == Kind.PRICE:
        return price, shown_price(new["price_minor"], new["currency"])
    age = timesince(datetime.fromisoformat(before["confirmed"][market]), depth=1)
    return _("%(price)s, confirmed %(age)s ago") % {"price": price, "age": age}, _("confirmed now")
