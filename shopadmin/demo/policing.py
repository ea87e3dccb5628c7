"""Counterfeits in the demo's shop, and the rules that catch them, through the verbs that the site's pages use.

The brands of the dearest articles are protected and their sellers authorised. Another shop then copies their photos
and spells their names so that a glance does not see it; policy staff have written rules, and an admin approved them.
Of two notices of brand owners one is right and one is wrong.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from django.db.models import Count, Max
from django.utils import timezone
from PIL import Image, ImageDraw, ImageOps

from catalog import authorizations, brand_names, notices
from catalog.membership import MemberRole
from catalog.models import (
    Brand,
    BrandAuthorization,
    LaneChoices,
    Notice,
    Offer,
    Product,
    Rule,
    Seller,
    SellerMember,
)
from catalog.photos.services import add_photos
from catalog.rule_approval import approve, start_shadow
from catalog.rule_writing import Wording, draft_rule, propose
from catalog.rules.lookalikes.spoofs import generate
from catalog.screening.services import screen_until_done
from shopadmin.accounts.models import User

POLICY, ADMIN, COPYIST = "pavel@demo.example", "admin@demo.example", "bargain@demo.example"
SHOP: Final = "Bargain Loft"
PROTECTED_BRANDS, COPIES, SEED = 2, 4, 5
COPY_PRICE_PERCENT = 18
UNSEEN: Final = "BL-00"
"""The copy that no rule catches: it names no brand, and its photo is mirrored."""

RULES: Final = (
    (
        "look-alike-names",
        "A protected brand in letters that look the same",
        Wording(
            text="title_confusable_brands.size() > 0 || title_obfuscated_brands.size() > 0",
            lane=LaneChoices.BLOCK,
            order=10,
            severity=5,
            seller_message="The title names a brand in letters or signs that only look like its name.",
            remedy="Write the brand as its owner does, and ask for authorisation if the brand is protected.",
        ),
    ),
    (
        "copied-photos",
        "Photos of an authorised seller, without authorisation",
        Wording(
            text="photo_is_authorized_sellers && seller_age_days < 30 && !seller_is_verified",
            lane=LaneChoices.HOLD,
            order=20,
            severity=4,
            seller_message="The photos are those of another shop.",
            remedy="Show photos of your own, or send us what shows that you may use these.",
        ),
    ),
    (
        "evasive-words",
        "Words that stand for “not the real thing”",
        Wording(
            text='mentions_any(title, "evasive-words") || mentions_any(description, "evasive-words")',
            lane=LaneChoices.REVIEW,
            order=30,
            severity=3,
            seller_message="The text describes the article as a copy.",
            remedy="Say what the article is, without words for copies.",
        ),
    ),
)
WATCHING: Final = (
    "misspelt-names",
    "A protected brand with a slip in it",
    Wording(text="title_edited_brands.size() > 0 && !is_authorized", lane=LaneChoices.REVIEW, order=40, severity=2),
)
WAITING: Final = (
    "new-shop-cheap-brand",
    "A new shop far below everybody’s price",
    Wording(
        text="brand_is_protected && has_price_quantile && price_quantile < 0.05 && seller_age_days < 90",
        lane=LaneChoices.HOLD,
        order=25,
        severity=4,
        seller_message="The price lies far below what this article costs elsewhere.",
        remedy="Send us an invoice of the brand’s owner or of an authorised dealer.",
    ),
)


def seed_policing() -> None:
    """Protect brands, let a shop copy them, and write the rules; each once, and only where there are brands."""
    policy, admin = User.objects.get(email=POLICY), User.objects.get(email=ADMIN)
    brands = Brand.objects.annotate(
        dearest=Max("products__offers__price_minor"), listings=Count("products", distinct=True)
    ).filter(dearest__isnull=False, listings__gte=COPIES // 2)
    for brand in brands.order_by("-dearest", "name")[:PROTECTED_BRANDS]:
        if not brand.is_protected:
            _protect(brand, policy, admin)
    if not Product.objects.filter(seller__name=SHOP).exists():
        _copy(list(_authentic()))
    if not Rule.objects.exists():
        _write_rules(policy, admin)
    if not Notice.objects.exists():
        _file_notices()


def _protect(brand: Brand, policy: User, admin: User) -> None:
    """Make a brand one that needs authorisation, and authorise those who sell it."""
    brand_names.edit_brand(brand=brand, name=brand.name, owner=brand.owner, is_protected=True, by=policy)
    today = timezone.localdate()
    for seller in Seller.objects.filter(products__brand=brand).exclude(name=SHOP).distinct():
        asked = authorizations.ask(
            seller=seller,
            brand=brand,
            territory="",
            valid_from=today - timedelta(days=1),
            valid_until=today + timedelta(days=365),
            document=_letter(brand),
            by=admin,
        )
        authorizations.decide(authorization=asked, is_granted=True, reason="The letter was checked.", by=policy)


def _file_notices() -> None:
    """Let the owner of a brand tell of a copy that no rule catches, and of a listing that is in order.

    Only what was screened has been seen by anybody, so the screening is done first.
    """
    screen_until_done(linger_s=0)
    live = Product.objects.filter(status=Product.Status.LIVE, screened_version__gt=0)
    copy = live.filter(seller__name=SHOP, sku=UNSEEN).first()
    authentic = next(_authentic(), None)
    if copy is None or authentic is None or authentic.brand is None:
        return
    claims = (
        (copy, "Lena Law", "lena@brand-watch.example", "It is our photo, mirrored, at a fifth of our price."),
        (authentic, "Bob Bot", "bot@claims.example", "Found by our software."),
    )
    for listing, name, email, reasons in claims:
        notices.file_notice(
            sender=notices.Sender(name=name, email=email, on_behalf_of=f"{authentic.brand} (made up for the demo)"),
            claim=notices.Claim(
                brand=authentic.brand, right="EU trade mark 018000001", jurisdiction="EU", reasons=reasons,
                is_in_good_faith=True,
            ),
            listings=[str(listing.pk)],
        )  # fmt: skip


def _letter(brand: Brand) -> io.BytesIO:
    letter = Image.new("RGB", (640, 480), "white")
    ImageDraw.Draw(letter).text((40, 40), f"{brand}: letter of authorisation (made up for the demo)", fill="black")
    document = io.BytesIO()
    letter.save(document, "PNG")
    document.seek(0)
    return document


def _authentic() -> Iterator[Product]:
    """Yield listings of protected brands with a photo, the dearest of each first."""
    granted = BrandAuthorization.objects.in_force(timezone.localdate()).values("brand")
    rows = Product.objects.filter(brand__in=granted, images__isnull=False, offers__isnull=False).distinct()
    for brand in Brand.objects.filter(pk__in=granted).order_by("name"):
        yield from rows.filter(brand=brand).order_by("-offers__price_minor", "pk")[:COPIES]


def _copy(originals: list[Product]) -> None:
    """Let a shop list the same with the same photos, under names that only look right."""
    if not originals:
        return
    seller, _ = Seller.objects.get_or_create(slug="bargain-loft", defaults={"name": SHOP})
    owner = User.objects.get(email=COPYIST)
    SellerMember.objects.get_or_create(seller=seller, user=owner, defaults={"role": MemberRole.OWNER})
    _list_copy(seller, originals[0], UNSEEN, f"{originals[0].title}, ships today", is_mirrored=True)
    for number, original in enumerate(originals):
        name = original.brand.name if original.brand else ""
        spoofs = [spoof.text for spoof in generate(name, COPIES, SEED)] or [name]
        # Every other copy hides its brand in the words of the trade instead.
        title = (
            f"{spoofs[number % len(spoofs)]} {original.title}" if number % 2 else f"{original.title}, mirror quality"
        )
        _list_copy(seller, original, f"BL-{number + 1:02}", title)


def _list_copy(seller: Seller, original: Product, sku: str, title: str, *, is_mirrored: bool = False) -> None:
    copy = Product.objects.create(
        seller=seller, sku=sku, title=title, category=original.category,
        description="Ships from our own warehouse, without box.", status=Product.Status.LIVE,
    )  # fmt: skip
    for offer in original.offers.all():
        price = offer.price_minor * COPY_PRICE_PERCENT // 100
        Offer.objects.create(product=copy, market=offer.market, price_minor=price, currency=offer.currency, stock=60)
    with original.images.all()[0].file.open("rb") as photo:
        source = io.BytesIO(photo.read())
    if is_mirrored:
        mirrored = io.BytesIO()
        ImageOps.mirror(Image.open(source).convert("RGB")).save(mirrored, "JPEG")
        source = io.BytesIO(mirrored.getvalue())
    add_photos(product=copy, sources=[source])


def _write_rules(policy: User, admin: User) -> None:
    for slug, title, wording in RULES:
        version = propose(version=draft_rule(slug=slug, title=title, wording=wording, by=policy), by=policy)
        approve(version=version, reason="Tried on the whole catalogue first.", by=admin)
    slug, title, wording = WATCHING
    start_shadow(version=draft_rule(slug=slug, title=title, wording=wording, by=policy), by=policy)
    slug, title, wording = WAITING
    propose(version=draft_rule(slug=slug, title=title, wording=wording, by=policy), by=policy)
