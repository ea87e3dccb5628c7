"""Seeds the demo's people and listings; running it again changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import transaction
from django.utils.text import slugify

from catalog.membership import MemberRole
from catalog.models import Brand, Category, Offer, Product, Seller, SellerMember
from catalog.models.words import learn_words
from catalog.photos.services import add_photos
from shopadmin.accounts.models import User
from shopadmin.accounts.roles import Role
from tagging.models import Creator, Publication
from tagging.services.consents import grant_consent

from .sources import Listing


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can log in to the demo.

    A creator has a handle, and may have agreed to product links; a merchant works for sellers, by their names.
    """

    email: str
    name: str
    role: Role
    handle: str = ""
    publication: Publication | None = None
    works_for: Mapping[str, MemberRole] = field(default_factory=dict)


PEOPLE: Final = (
    Person("maya@demo.example", "Maya Cooks", Role.CREATOR, "maya", Publication.PUBLISH_AND_TELL),
    Person("tomas@demo.example", "Tomás Rides", Role.CREATOR, "tomas", Publication.ASK_FIRST),
    Person("lin@demo.example", "Studio Lin", Role.CREATOR, "lin", Publication.PUBLISH_AND_TELL),
    Person("noor@demo.example", "Noor Teaches", Role.CREATOR, "noor"),
    Person(
        "mercado@demo.example",
        "Mercado Norte",
        Role.MERCHANT,
        works_for=dict.fromkeys(("Mercado Norte", "Casa Verde", "Fieldhouse Sports"), MemberRole.OWNER),
    ),
    Person(
        "nora@demo.example",
        "Nora Northlight",
        Role.MERCHANT,
        works_for={"Northlight Electronics": MemberRole.OWNER, "Fieldhouse Sports": MemberRole.VIEWER},
    ),
    Person("bargain@demo.example", "Bea Bargain", Role.MERCHANT, works_for={"Bargain Loft": MemberRole.OWNER}),
    Person("rita@demo.example", "Rita Reviews", Role.REVIEWER),
    Person("pavel@demo.example", "Pavel Policy", Role.POLICY),
    Person("suki@demo.example", "Suki Studios", Role.STUDIO_MANAGER),
    Person("admin@demo.example", "Ada Admin", Role.ADMIN),
)


def seed_people() -> None:
    """Add the demo's people, with one password for all, and the consents that some of them have given."""
    for person in PEOPLE:
        user = User.objects.filter(email=person.email).first()
        if user is None:
            user = User.objects.create_user(person.email, settings.DEMO_PASSWORD, name=person.name)
            user.groups.add(Group.objects.get(name=person.role.value))
        if not person.handle:
            continue
        creator, _ = Creator.objects.get_or_create(user=user, defaults={"handle": person.handle, "name": person.name})
        if person.publication and not creator.consent_events.exists():
            grant_consent(creator=creator, actor=user, publication=person.publication)


def seed_listings(listings: Iterable[Listing]) -> int:
    """Add the listings that are not there yet, and learn their words; return how many were added."""
    sellers: dict[str, Seller] = {}
    added = 0
    for listing in listings:
        if listing.seller not in sellers:
            sellers[listing.seller] = _seller(listing.seller)
        if not Product.objects.filter(seller=sellers[listing.seller], sku=listing.sku).exists():
            _add(sellers[listing.seller], listing)
            added += 1
    learn_words()
    return added


def _seller(name: str) -> Seller:
    seller, _ = Seller.objects.get_or_create(slug=slugify(name), defaults={"name": name})
    for person in PEOPLE:
        if name in person.works_for:
            user = User.objects.get(email=person.email)
            SellerMember.objects.get_or_create(seller=seller, user=user, defaults={"role": person.works_for[name]})
    return seller


@transaction.atomic
def _add(seller: Seller, listing: Listing) -> None:
    brand = Brand.objects.get_or_create(name=listing.brand)[0] if listing.brand else None
    category = Category.objects.get_or_create(name=listing.category, parent=None)[0] if listing.category else None
    product = Product.objects.create(
        seller=seller,
        sku=listing.sku,
        title=listing.title,
        description=listing.description,
        brand=brand,
        category=category,
        variant_group=listing.group,
        status=Product.Status.LIVE,
    )
    Offer.objects.create(
        product=product, market="US", price_minor=listing.price_minor, currency="USD", stock=listing.stock
    )
    with listing.photo.open("rb") as photo:
        add_photos(product=product, sources=[photo])
