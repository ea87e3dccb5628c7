"""What is said to people of the decisions of pure modules."""

from __future__ import annotations

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .completeness import Lack
from .gtin import InvalidGtin
from .money import amount, minor_digits, with_sign
from .prices import Doubt, InvalidPrice, PriceProblem

LACKS = {
    Lack.PHOTO: gettext_lazy("A photo is missing. Add one above."),
    Lack.OFFER: gettext_lazy("There is no price in any market. Add an offer."),
    Lack.AUTHORIZATION: gettext_lazy(
        "The brand is protected and you are not authorised for all these markets. Ask for an authorisation first."
    ),
}

PRICE_PROBLEMS = {
    PriceProblem.NOT_AN_AMOUNT: gettext_lazy("“%(text)s” is not an amount in %(currency)s."),
    PriceProblem.NEGATIVE: gettext_lazy("A price cannot be below zero."),
    PriceProblem.TOO_MANY_DECIMALS: gettext_lazy("“%(text)s” has more decimals than %(currency)s."),
    PriceProblem.OTHER_CURRENCY: gettext_lazy("“%(text)s” names another currency than %(currency)s."),
    PriceProblem.TOO_LARGE: gettext_lazy("“%(text)s” is more than any price."),
}

DOUBTS = {
    Doubt.FREE: gettext_lazy("The price is zero: this would be free."),
    Doubt.HUGE: gettext_lazy("%(price)s is a very high price."),
    Doubt.JUMP: gettext_lazy("%(price)s instead of %(before)s: at least ten times more or less."),
}


def shown_price(minor: int, currency: str) -> str:
    """Show a price in its currency, with the decimals that the currency has, as the reader's language writes it."""
    number = number_format(amount(minor, currency), decimal_pos=minor_digits(currency), force_grouping=True)
    return with_sign(number, currency)


def about_price(error: InvalidPrice, text: str, currency: str) -> str:
    """Say why a text is not a price, with what was probably meant."""
    short = text if len(text) <= 30 else f"{text[:29]}…"
    words = str(PRICE_PROBLEMS[error.problem]) % {"text": short, "currency": currency}
    if error.suggestion:
        words += " " + _("Did you mean %(suggestion)s?") % {"suggestion": error.suggestion}
    return words


def about_gtin(error: InvalidGtin) -> str:
    """Say why a text is not a GTIN."""
    if error.suggestion:
        words = _("The last digit does not fit the others. Check the number; with %(right)s it would fit.")
        return words % {"right": error.suggestion}
    return _("A GTIN has 8, 12, 13 or 14 digits and nothing else.")
