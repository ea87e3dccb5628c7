"""What happens in the demo's shops beside the listings, through the verbs that the site's pages use; each part once.

A trader file that is verified and one that is not, two years of sales, a protected brand that a seller asks for, a
listing that is held and appealed for, an import that was applied and one that waits with errors.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from django.db.models import Count
from django.utils import timezone
from PIL import Image, ImageDraw

from catalog import authorizations, trader_checks
from catalog.holding import make_appeal, place_hold
from catalog.listing_import import services as imports
from catalog.listing_import.jobs import run_job
from catalog.models import Brand, BrandAuthorization, Category, Hold, ImportBatch, Product, Seller, TraderVerification
from catalog.trader_file import fingerprint
from shopadmin.accounts.models import User

OWNER, POLICY = "mercado@demo.example", "pavel@demo.example"
TRADER: Final = {
    "legal_name": "Mercado Norte S.L.",
    "street": "Calle del Norte 12",
    "postal_code": "28013",
    "city": "Madrid",
    "country": "ES",
    "email": "clientes@mercado.example",
    "phone": "+34 600 000 000",
    "register": "Registro Mercantil de Madrid",
    "registration_number": "M-000000",
    "tax_number": "",
    "payment_account_holder": "Mercado Norte S.L.",
    "payment_account_last4": "0000",
}
LABELS: Final = {
    "Apple": ["apple"],
    "Banana": ["banana"],
    "Orange": ["orange"],
    "Carrots": ["carrot"],
    "Computers": ["laptop", "tv", "keyboard", "mouse"],
    "Plants": ["potted plant"],
}
"""Which of the detector's names stand for the demo's categories."""
PRICES = """\
sku,title,brand,price,currency,market,stock
{known},,,3.49,USD,US,
TEA-1,Mint tea,Nova,4.2O,USD,US,9
TEA-2,Green tea,Nova,4.20,USD,US,12
TEA-3,,Nova,3.90,USD,US,4
TEA-4,Black tea,Nova,-1,USD,US,4
"""
MONTHS_OF_SALES = 24


def seed_merchants() -> None:
    """Add what is not there yet to the shop that the demo's merchant owns, if it has listings."""
    owner, policy = User.objects.get(email=OWNER), User.objects.get(email=POLICY)
    seller = owner.sellers.annotate(listings=Count("products")).filter(listings__gt=0).order_by("-listings").first()
    if seller is None:
        return
    for path, labels in LABELS.items():
        Category.objects.filter(path=path, detector_labels=[]).update(detector_labels=labels)
    if not seller.verifications.exists():
        _verify(seller, owner, policy)
    if not seller.monthly_sales.exists():
        _sell(seller, timezone.localdate())
    if not seller.authorizations.exists():
        _ask_for_brand(seller, owner)
    products = seller.products.exclude(status=Product.Status.REMOVED).order_by("sku")
    if not Hold.objects.filter(product__seller=seller).exists():
        _hold(products.reverse()[0], owner, policy)
    if not ImportBatch.objects.filter(seller=seller).exists():
        _import(seller, owner, list(products.values_list("sku", flat=True)[:6]))


def _verify(seller: Seller, owner: User, policy: User) -> None:
    trader_checks.save_file(seller=seller, contents=TRADER, by=owner)
    file = trader_checks.certify(seller=seller, by=owner)
    trader_checks.decide(
        seller=seller,
        outcome=TraderVerification.Outcome.VERIFIED,
        note="Register and address compared.",
        seen=fingerprint(file.contents),
        by=policy,
    )


def _sell(seller: Seller, today: date) -> None:
    """Let sales grow month by month, so that the shop has passed the INFORM Act's line."""
    month = today.replace(day=1)
    for back in range(MONTHS_OF_SALES):
        count = 6 + (MONTHS_OF_SALES - back) * 2 - (5 if month.month in {7, 8} else 0)
        trader_checks.record_sales(seller=seller, month=month, currency="USD", sales=count, value_minor=count * 3150)
        month = (month - timedelta(days=1)).replace(day=1)


def _ask_for_brand(seller: Seller, owner: User) -> BrandAuthorization:
    brand, _ = Brand.objects.get_or_create(name="Luxor", defaults={"owner": "Luxor Maison S.A.", "is_protected": True})
    letter = Image.new("RGB", (640, 480), "white")
    ImageDraw.Draw(letter).text((40, 40), "Letter of authorisation (made up for the demo)", fill="black")
    document = io.BytesIO()
    letter.save(document, "PNG")
    document.seek(0)
    today = timezone.localdate()
    return authorizations.ask(
        seller=seller,
        brand=brand,
        territory="US",
        valid_from=today,
        valid_until=today + timedelta(days=365),
        document=document,
        by=owner,
    )


def _hold(product: Product, owner: User, policy: User) -> None:
    hold = place_hold(
        product=product,
        ground=Hold.Ground.MISLEADING,
        explanation="The photo shows a larger pack than the one that is sold.",
        remedy="Show the pack that customers get, then appeal.",
        actor=policy,
    )
    make_appeal(hold=hold, text="The photo is of this very pack; only the light makes it look larger.", actor=owner)


def _import(seller: Seller, owner: User, known: Sequence[str]) -> None:
    """Apply a file of new stocks, and leave one with errors at its preview."""
    stocks = "\n".join(["sku,stock", *(f"{sku},{40 + 7 * at}" for at, sku in enumerate(known))])
    applied = _checked(seller, owner, "stock-count.csv", stocks)
    run_job(imports.request_apply(applied, owner).pk)
    _checked(seller, owner, "spring-prices.csv", PRICES.format(known=known[0]))


def _checked(seller: Seller, owner: User, name: str, text: str) -> ImportBatch:
    batch = imports.receive_file(seller=seller, actor=owner, file=io.BytesIO(text.encode()), name=name)
    run_job(imports.request_check(batch, owner).pk)
    batch.refresh_from_db()
    return batch
