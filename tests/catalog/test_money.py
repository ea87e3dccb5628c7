"""Money is shown with the decimals of its currency."""

import pytest

from catalog.models import Offer
from catalog.templatetags.products import price


@pytest.mark.parametrize(
    ("minor", "currency", "shown"),
    [
        (499, "USD", "$4.99"),
        (5, "EUR", "€0.05"),
        (123456789, "GBP", "£1,234,567.89"),
        (499, "JPY", "¥499"),
        (1234, "KWD", "KWD\u00a01.234"),
        (0, "SEK", "SEK\u00a00.00"),
    ],
)
def test_a_price_has_sign_and_decimals_of_its_currency(minor: int, currency: str, shown: str) -> None:
    assert price(Offer(price_minor=minor, currency=currency)).replace("\u202f", ",") == shown
