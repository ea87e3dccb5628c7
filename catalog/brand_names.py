"""What people do with brands: other names, protection, and two that turn out to be one."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import batched

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from shopadmin.accounts.audit.recording import Happening, record, record_many
from shopadmin.accounts.audit.values import changes, snapshot
from shopadmin.accounts.models import User

from .list_entries import follow_brand
from .models import (
    BlindSample,
    Brand,
    BrandAlias,
    BrandAuthorization,
    Finding,
    Notice,
    Product,
    Strike,
    TakenDown,
)
from .models.brands import FoldedField
from .screening.asking_again import ask_again_about
from .screening.bell import ring_after_commit

EDITED = ("name", "owner", "is_protected")
CHUNK = 2000


class NameTaken(Exception):
    """Another brand is called that already; `brand` is that one."""

    def __init__(self, brand: Brand) -> None:
        super().__init__(brand.name)
        self.brand = brand


class NameEmpty(Exception):
    """A name of only punctuation says nothing."""


class SameBrand(Exception):
    """A brand cannot be merged into itself."""


@dataclass(frozen=True, slots=True)
class Merge:
    """What merging one brand into another does: what moves, and under which aliases it can be found afterwards."""

    products: int
    authorizations: int
    aliases: list[str]
    becomes_protected: bool


def edit_brand(*, brand: Brand, name: str, owner: str, is_protected: bool, by: User) -> Brand:
    """Change what a brand is called, whose it is and whether it is protected. Raises `NameTaken` or `NameEmpty`."""
    with transaction.atomic():
        _check_free(name, brand)
        before = snapshot(brand, EDITED)
        brand.name, brand.owner, brand.is_protected = name, owner, is_protected
        brand.save(update_fields=["name", "folded", "owner", "is_protected"])
        changed = changes(before, brand, EDITED)
        if "name" in changed.after:
            follow_brand(str(before["name"]), name)
        if changed.after:
            record(by, "brand.edited", brand, before=changed.before, after=changed.after)
        if "is_protected" in changed.after:
            ask_again_about(brand.products.all())
    return brand


def add_brand(*, name: str, owner: str = "", is_protected: bool = False, by: User) -> Brand:
    """Add a brand. Raises `NameTaken` or `NameEmpty`."""
    _check_free(name, None)
    try:
        with transaction.atomic():
            brand = Brand.objects.create(name=name, owner=owner, is_protected=is_protected)
            record(by, "brand.added", brand, after=snapshot(brand, EDITED))
            return brand
    except IntegrityError as error:
        raise NameTaken(Brand.objects.get(name=name)) from error


def add_alias(*, brand: Brand, name: str, by: User) -> BrandAlias:
    """Let a brand be found under another name too. Raises `NameTaken`, by itself too, or `NameEmpty`."""
    _check_free(name, None)
    try:
        with transaction.atomic():
            record(by, "brand.alias-added", brand, after={"alias": name})
            return BrandAlias.objects.create(brand=brand, name=name)
    except IntegrityError as error:
        raise NameTaken(BrandAlias.objects.get(folded=FoldedField.key(name)).brand) from error


@transaction.atomic
def remove_alias(*, alias: BrandAlias, by: User) -> None:
    """Take another name away."""
    record(by, "brand.alias-removed", alias.brand, before={"alias": alias.name})
    alias.delete()


def what_merging_does(*, kept: Brand, absorbed: Brand) -> Merge:
    """Return what `merge_brands` would do; asks the database, changes nothing."""
    return Merge(
        products=Product.objects.filter(brand=absorbed).count(),
        authorizations=BrandAuthorization.objects.filter(brand=absorbed).count(),
        aliases=[*_own_name_as_alias(kept, absorbed), *absorbed.aliases.values_list("name", flat=True)],
        becomes_protected=absorbed.is_protected and not kept.is_protected,
    )


ABOUT_BRANDS = (BrandAuthorization, BlindSample, Finding, Notice, Strike, TakenDown)
"""What else is about a brand, and is about the other one after a merge."""


@transaction.atomic
def merge_brands(*, kept: Brand, absorbed: Brand, by: User) -> Merge:
    """Make two brands one: products, aliases and authorisations move, the absorbed name becomes an alias.

    The result is protected when one of them was: a merge never opens a brand. Raises `SameBrand`.
    """
    if kept.pk == absorbed.pk:
        raise SameBrand
    list(Brand.objects.select_for_update().filter(pk__in=[kept.pk, absorbed.pk]).order_by("pk"))
    kept.refresh_from_db()
    absorbed.refresh_from_db()
    done = what_merging_does(kept=kept, absorbed=absorbed)
    _record_moves(kept, absorbed, by)
    Product.objects.filter(brand=absorbed).update(brand=kept, version=F("version") + 1, updated_at=timezone.now())
    ring_after_commit()
    for model in ABOUT_BRANDS:
        model._default_manager.filter(brand=absorbed).update(brand=kept)
    BlindSample.objects.filter(copies=absorbed).update(copies=kept)
    absorbed.aliases.update(brand=kept)
    follow_brand(absorbed.name, kept.name)
    own_name = _own_name_as_alias(kept, absorbed)
    kept.is_protected, kept.owner = kept.is_protected or absorbed.is_protected, kept.owner or absorbed.owner
    kept.save(update_fields=["is_protected", "owner"])
    Brand.objects.filter(pk=absorbed.pk).delete()
    for name in own_name:
        BrandAlias.objects.create(brand=kept, name=name)
    record(by, "brand.merged", kept, after={"absorbed": absorbed.name, "products": done.products})
    return done


def _record_moves(kept: Brand, absorbed: Brand, by: User) -> None:
    """Write into the history of each product that its brand changes, some thousands at a time."""
    products = Product.objects.filter(brand=absorbed).only("pk", "title", "seller").iterator(chunk_size=CHUNK)
    for chunk in batched(products, CHUNK):
        moves = [
            Happening(target=product, before={"brand": absorbed}, after={"brand": kept}, tenant_key=product.seller_id)
            for product in chunk
        ]
        record_many(by, "listing.edited", moves)


def _own_name_as_alias(kept: Brand, absorbed: Brand) -> list[str]:
    """Return the absorbed brand's name, unless it is known as the kept one's already."""
    key = FoldedField.key(absorbed.name)
    is_known = not key or key == kept.folded or BrandAlias.objects.filter(folded=key).exists()
    return [] if is_known else [absorbed.name]


def _check_free(name: str, own: Brand | None) -> None:
    """Raise `NameTaken` when a brand other than `own` is called like that, or has it as an alias."""
    key = FoldedField.key(name)
    if not key:
        raise NameEmpty
    others = Brand.objects.exclude(pk=own.pk) if own else Brand.objects.all()
    taken = others.filter(folded=key).first() or others.filter(aliases__folded=key).first()
    if taken:
        raise NameTaken(taken)
