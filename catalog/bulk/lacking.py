"""What listings lack before they can be live, asked of many at once: as `catalog/completeness.py` says of one."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db.models import Case, Exists, Func, OuterRef, Q, TextField, Value, When
from django.db.models.expressions import Combinable
from django.utils import timezone

from ..completeness import Lack
from ..models import Brand, BrandAuthorization, Offer, ProductImage

ASKED_BRAND = "asked_brand"
"""The annotation that names the brand in question: the listing's own, or one that it would get."""


def lacks_authorization() -> Q:
    """Return the condition that the seller may not sell the asked brand in some market of the listing."""
    granted = BrandAuthorization.objects.in_force(timezone.localdate()).filter(
        Q(territory="") | Q(territory=OuterRef("market")),
        seller=OuterRef("product__seller"),
        brand=OuterRef(OuterRef(ASKED_BRAND)),
    )
    elsewhere = Offer.objects.filter(product=OuterRef("product_id")).exclude(Exists(granted))
    return Q(Exists(Brand.objects.filter(pk=OuterRef(ASKED_BRAND), is_protected=True))) & Q(Exists(elsewhere))


def lacks_something() -> Q:
    """Return the condition that the listing could not be live."""
    return _lacks_photo() | _lacks_offer() | lacks_authorization()


def lacks_list() -> Combinable:
    """Return all that the listing lacks, as an array of `Lack`."""
    found = {Lack.PHOTO: _lacks_photo(), Lack.OFFER: _lacks_offer(), Lack.AUTHORIZATION: lacks_authorization()}
    cases = [_named(lack, condition) for lack, condition in found.items()]
    return Func(
        *cases,
        template="array_remove(ARRAY[%(expressions)s]::text[], NULL)",
        output_field=ArrayField(TextField()),
    )


def _named(lack: Lack, condition: Q) -> Case:
    return Case(When(condition, then=Value(lack.value)), output_field=TextField())


def _lacks_photo() -> Q:
    return ~Q(Exists(ProductImage.objects.filter(product=OuterRef("product_id"))))


def _lacks_offer() -> Q:
    return ~Q(Exists(Offer.objects.filter(product=OuterRef("product_id"))))
