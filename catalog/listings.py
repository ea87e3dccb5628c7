"""What people do with one listing: add it, edit it, bring it before customers and take it back."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from shopadmin.accounts.audit.recording import record
from shopadmin.accounts.audit.values import changes
from shopadmin.accounts.models import User

from .brand_names import NameTaken, add_brand
from .completeness import Lack, lacks
from .listeners import tell_images_changed
from .listing_values import TEXTS, ListingValues, OfferValues, changed_offers
from .models import Brand, BrandAuthorization, Category, Offer, Product, Seller

Status = Product.Status


class Refusal(Exception):
    """Something is not done; the message tells its reader why, and what to do."""


class EditedMeanwhile(Refusal):
    """Somebody else was faster: the listing is no longer what the editor began with."""


class SkuTaken(Refusal):
    """The seller has another listing with this SKU."""


class Incomplete(Refusal):
    """The listing lacks something without which it cannot be live."""

    def __init__(self, found: Iterable[Lack]) -> None:
        self.lacks = tuple(found)
        super().__init__(_("A live listing needs more than this."))


def values_of(product: Product) -> ListingValues:
    """Return what people edit in a listing, as plain values."""
    offers = {
        offer.market: OfferValues(offer.price_minor, offer.currency, offer.stock) for offer in product.offers.all()
    }
    texts = {name: str(getattr(product, name) or "") for name in TEXTS}
    return ListingValues(**texts, offers=offers)


def lacks_of(product: Product, values: ListingValues | None = None) -> tuple[Lack, ...]:
    """Return what a listing lacks before it can be live; `values` says what it would lack with these."""
    values = values or values_of(product)
    return lacks(
        photos=product.images.count() if product.pk else 0,
        markets=list(values.offers),
        unauthorised=_unauthorised(product.seller, brand_named(values.brand), values.offers),
    )


def brand_named(name: str) -> Brand | None:
    """Return the brand of this name or alias, whatever its case, accents and spaces; None for a new one."""
    return Brand.objects.resolve([name])[name] if name else None


@transaction.atomic
def add_listing(*, seller: Seller, values: ListingValues, actor: User) -> Product:
    """Add a listing as a draft. Raises `SkuTaken`."""
    product = Product(seller=seller, status=Status.DRAFT, **_columns(values, actor))
    try:
        with transaction.atomic():
            product.save()
    except IntegrityError as error:
        raise _sku_taken(error, values.sku) from error
    Offer.objects.bulk_create(_offer(product, market, offer) for market, offer in values.offers.items())
    record(actor, "listing.added", product, after=values.flat(), tenant_key=seller.pk)
    return product


@transaction.atomic
def edit_listing(*, product: Product, values: ListingValues, actor: User) -> bool:
    """Bring a listing to `values`; return whether that changed anything.

    `product` is as the editor has read it. Raises `EditedMeanwhile` when it has changed since, `SkuTaken`, and
    `Incomplete` when a live listing would come to lack what it needs.
    """
    before = values_of(product)
    if values == before:
        return False
    if product.status == Status.LIVE:
        missing = set(lacks_of(product, values)) - set(lacks_of(product, before))
        if missing:
            raise Incomplete(sorted(missing))
    _write(product, values, actor)
    _write_offers(product, before, values)
    old, new = before.flat(), values.flat()
    changed = changes(old, new, old | new)
    record(actor, "listing.edited", product, **changed._asdict(), tenant_key=product.seller_id)
    if (before.title, before.brand, before.variant_group) != (values.title, values.brand, values.variant_group):
        keys = list(product.images.values_list("pk", flat=True))
        transaction.on_commit(partial(tell_images_changed, keys))
    return True


@transaction.atomic
def confirm_prices(*, product: Product, actor: User, market: str = "") -> int:
    """Say that the prices are still right, in one market or in all; return how many offers that was."""
    offers = product.offers.filter(market=market) if market else product.offers.all()
    markets = list(offers.values_list("market", flat=True))
    count = product.offers.filter(market__in=markets).update(price_refreshed_at=timezone.now())
    if count:
        record(actor, "listing.prices-confirmed", product, after={"markets": markets}, tenant_key=product.seller_id)
    return count


@transaction.atomic
def publish_listing(*, product: Product, actor: User) -> None:
    """Show a draft to customers. Raises `Incomplete` when it lacks something, `Refusal` when it is no draft."""
    row = _locked(product, {Status.DRAFT})
    if found := lacks_of(row):
        raise Incomplete(found)
    _move(row, Status.LIVE, "listing.published", actor)


@transaction.atomic
def withdraw_listing(*, product: Product, actor: User) -> None:
    """Take a live listing back to draft. Raises `Refusal` when it is not live."""
    _move(_locked(product, {Status.LIVE}), Status.DRAFT, "listing.withdrawn", actor)


@transaction.atomic
def remove_listing(*, product: Product, actor: User) -> Product.Status:
    """Take a listing out of the shop; return the status it had. Raises `Refusal` when it is held or gone already."""
    row = _locked(product, {Status.DRAFT, Status.LIVE})
    before = Status(row.status)
    _move(row, Status.REMOVED, "listing.removed", actor)
    return before


@transaction.atomic
def restore_listing(*, product: Product, actor: User, to: Product.Status = Status.DRAFT) -> Product.Status:
    """Bring a removed listing back, as a draft or live (an undo); return the status it got.

    What was live and lacks something by now comes back as a draft. Raises `Refusal` when it is not removed.
    """
    row = _locked(product, {Status.REMOVED})
    status = Status.LIVE if to == Status.LIVE and not lacks_of(row) else Status.DRAFT
    _move(row, status, "listing.restored", actor)
    return status


def _locked(product: Product, states: set[Product.Status]) -> Product:
    """Lock the listing and read it again; raise `Refusal` when it is in another status than these."""
    row = (
        Product.objects.select_for_update(of=("self",)).select_related("seller", "brand", "category").get(pk=product.pk)
    )
    if row.status == Status.HELD:
        raise Refusal(_("The listing is held back. Until the hold ends, its status stays as it is."))
    if row.status not in states:
        raise Refusal(
            _("Nothing was changed: the listing is “%(status)s” by now.") % {"status": row.get_status_display()}
        )
    return row


def _move(row: Product, status: Product.Status, action: str, actor: User) -> None:
    """Give a locked listing another status, and write that down."""
    before = row.status
    row.change(status=status)
    record(actor, action, row, before={"status": before}, after={"status": status}, tenant_key=row.seller_id)


def _write(product: Product, values: ListingValues, actor: User) -> None:
    try:
        with transaction.atomic():
            is_written = product.change(**_columns(values, actor))
    except IntegrityError as error:
        raise _sku_taken(error, values.sku) from error
    if not is_written:
        raise EditedMeanwhile(_("Somebody else has changed this listing meanwhile."))


def _write_offers(product: Product, before: ListingValues, after: ListingValues) -> None:
    """Write the offers that differ; a price counts as confirmed when it, or its currency, is another one."""
    changed, gone = changed_offers(before, after)
    for market, offer in changed.items():
        old = before.offers.get(market)
        fields: dict[str, Any] = {"stock": offer.stock}
        if old is None or (old.price_minor, old.currency) != (offer.price_minor, offer.currency):
            fields |= {
                "price_minor": offer.price_minor, "currency": offer.currency, "price_refreshed_at": timezone.now()
            }  # fmt: skip
        Offer.objects.update_or_create(product=product, market=market, defaults=fields)
    if gone:
        product.offers.filter(market__in=gone).delete()


def _columns(values: ListingValues, actor: User) -> dict[str, Any]:
    """Return the product's own columns; a brand that is new is created, a category has to exist."""
    plain = {name: getattr(values, name) for name in TEXTS if name not in {"brand", "category"}}
    brand = brand_named(values.brand)
    if values.brand and brand is None:
        brand = _new_brand(values.brand, actor)
    category = Category.objects.get(path=values.category) if values.category else None
    return {**plain, "brand": brand, "category": category}


def _new_brand(name: str, actor: User) -> Brand:
    """Add a brand; when somebody else has just added it, return that one."""
    try:
        return add_brand(name=name, by=actor)
    except NameTaken as error:
        return error.brand


def _offer(product: Product, market: str, offer: OfferValues) -> Offer:
    return Offer(
        product=product, market=market, price_minor=offer.price_minor, currency=offer.currency, stock=offer.stock
    )


def _unauthorised(seller: Seller, brand: Brand | None, markets: Iterable[str]) -> list[str]:
    """Return the markets in which the seller may not sell the brand; asks once, and only for a protected brand."""
    if brand is None or not brand.is_protected:
        return []
    granted = BrandAuthorization.objects.in_force(timezone.localdate()).filter(seller=seller, brand=brand)
    territories = set(granted.values_list("territory", flat=True))
    return [] if "" in territories else [market for market in markets if market not in territories]


def _sku_taken(error: IntegrityError, sku: str) -> Exception:
    """Return what to raise for a refusal of the database: `SkuTaken` where the SKU is the reason."""
    if "catalog_product_sku_once_in_seller" in str(error):
        return SkuTaken(_("You have another listing with the SKU “%(sku)s”.") % {"sku": sku})
    return error
