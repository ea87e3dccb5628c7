"""The JSON API of the catalogue: what one sees and may do on the pages, with the same checks and the same words."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.http import parse_etags, quote_etag
from django.utils.translation import gettext_lazy as _
from rest_framework import mixins, status, viewsets
from rest_framework.exceptions import APIException, NotAuthenticated, PermissionDenied, ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from shopadmin.accounts.models import User
from shopadmin.accounts.permissions import Permission

from .forms.editing import ListingEditor
from .forms.sent import errors_of, form_data
from .listings import EditedMeanwhile, Refusal, add_listing, edit_listing, values_of
from .models import Product, Seller
from .serializers import ListingShape, NewListingShape, ProductSerializer
from .views.access import allowed_on

EDIT = Permission.EDIT_LISTINGS


class Changed(APIException):
    """The listing has another version than the one that was read (RFC 9110, section 13.1.1)."""

    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_detail = _("The listing has changed since you read it. Read it again and repeat your change.")


class VersionWanted(APIException):
    """A change has to say which version it is made to (RFC 6585, section 3)."""

    status_code = status.HTTP_428_PRECONDITION_REQUIRED
    default_detail = _("Send If-Match with the ETag of the listing as you read it.")


class ByKey(CursorPagination):
    """Pages by position, in the order in which listings were added."""

    ordering = "pk"


class ProductViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[Product]):
    """Listings: read, add as drafts, and change.

    A change names the version it is made to by `If-Match`; 412 says that somebody else was faster.
    """

    required_permission: ClassVar = {
        **dict.fromkeys(SAFE_METHODS, Permission.VIEW_LISTINGS),
        **dict.fromkeys(("POST", "PUT", "PATCH", "DELETE"), EDIT),
    }
    pagination_class = ByKey
    serializer_class = ProductSerializer
    lookup_value_converter = "int"

    def get_queryset(self) -> QuerySet[Product]:
        """Keep the listings that the user may see; `seller`, `sku` and `status` narrow them."""
        found = Product.objects.for_user(self._user).with_page()
        for name, field in (("seller", "seller__slug"), ("sku", "sku"), ("status", "status")):
            if value := self.request.query_params.get(name):
                found = found.filter(**{field: value.replace("\0", "")})
        return found

    def retrieve(self, request: Request, pk: int) -> Response:
        """Return one listing, with its version as ETag."""
        return self._answer(get_object_or_404(self.get_queryset(), pk=pk))

    def create(self, request: Request) -> Response:
        """Add a listing as a draft."""
        shape = NewListingShape(data=request.data)
        shape.is_valid(raise_exception=True)
        seller = get_object_or_404(Seller.objects.for_user(self._user), slug=shape.validated_data.pop("seller"))
        self._demand_edit(seller)
        editor = ListingEditor(seller=seller, data=form_data(shape.validated_data))
        if not editor.is_valid():
            raise ValidationError(errors_of(editor))
        try:
            product = add_listing(seller=seller, values=editor.mine, actor=self._user)
        except Refusal as error:
            raise _refused(editor, error) from error
        address = reverse("catalog-api:product-detail", args=[product.pk], request=request)
        return self._answer(product, status.HTTP_201_CREATED, {"Location": address})

    def partial_update(self, request: Request, pk: int) -> Response:
        """Change what is sent and leave the rest; offers that are sent are all offers."""
        product = get_object_or_404(self.get_queryset(), pk=pk)
        self._demand_edit(product.seller)
        self._demand_version(product)
        shape = ListingShape(data=request.data)
        shape.is_valid(raise_exception=True)
        data = form_data(shape.validated_data, values_of(product))
        editor = ListingEditor(seller=product.seller, product=product, data=data)
        if not editor.is_valid():
            raise ValidationError(errors_of(editor))
        try:
            edit_listing(product=product, values=editor.mine, actor=self._user)
        except EditedMeanwhile as error:
            raise Changed from error
        except Refusal as error:
            raise _refused(editor, error) from error
        return self._answer(product)

    @property
    def _user(self) -> User:
        """Who asks; the default permission has let only people with a login through."""
        if not isinstance(self.request.user, User):
            raise NotAuthenticated
        return self.request.user

    def _demand_edit(self, seller: Seller) -> None:
        if EDIT not in allowed_on(self._user, seller):
            raise PermissionDenied

    def _demand_version(self, product: Product) -> None:
        header = self.request.headers.get("If-Match", "")
        if not header:
            raise VersionWanted
        if quote_etag(str(product.version)) not in parse_etags(header):
            raise Changed

    def _answer(
        self, product: Product, code: int = status.HTTP_200_OK, headers: dict[str, str] | None = None
    ) -> Response:
        fresh = Product.objects.with_page().get(pk=product.pk)
        content: Any = self.get_serializer(fresh).data
        return Response(content, code, headers={"ETag": quote_etag(str(fresh.version)), **(headers or {})})


def _refused(editor: ListingEditor, error: Refusal) -> ValidationError:
    editor.refuse(error)
    return ValidationError(errors_of(editor))
