"""Which product a request is about, and what its user may do there."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404

from shopadmin.accounts.models import User
from shopadmin.accounts.permissions import Permission, Scope
from shopadmin.htmx import AuthenticatedRequest

from ..membership import MEMBER_PERMISSIONS, MemberRole
from ..models import ImportBatch, Product, Seller, SellerMember


def allowed_on(user: User, seller: Seller) -> frozenset[Permission]:
    """Return what the user may do to the rows of `seller`; asks the database once."""
    role = SellerMember.objects.filter(user=user, seller=seller).values_list("role", flat=True).first()
    as_member = MEMBER_PERMISSIONS[MemberRole(role)] if role else frozenset()
    scopes = {permission: user.scope(permission) for permission in Permission}
    return frozenset(
        permission
        for permission, scope in scopes.items()
        if scope == Scope.ALL or (scope == Scope.OWN and permission in as_member)
    )


def seen_product(request: AuthenticatedRequest, pk: int) -> Product:
    """Return the product if the user may see it, else 404, as if it did not exist."""
    return get_object_or_404(Product.objects.for_user(request.user).with_page(), pk=pk)


def product_for(request: AuthenticatedRequest, pk: int, permission: Permission) -> Product:
    """Return a product that the user may see and do `permission` to; 404 when unseen, 403 when not allowed."""
    product = seen_product(request, pk)
    if permission not in allowed_on(request.user, product.seller):
        raise PermissionDenied
    return product


def seller_for(request: AuthenticatedRequest, slug: str, permission: Permission) -> Seller:
    """Return a seller that the user may see and do `permission` to; 404 when unseen, 403 when not allowed."""
    seller = get_object_or_404(Seller.objects.for_user(request.user), slug=slug)
    if permission not in allowed_on(request.user, seller):
        raise PermissionDenied
    return seller


def seen_import(request: AuthenticatedRequest, pk: int) -> ImportBatch:
    """Return the import if the user may see its seller's listings, else 404, as if it did not exist."""
    imports = ImportBatch.objects.for_user(request.user).select_related("seller", "created_by", "applied_by")
    return get_object_or_404(imports, pk=pk)


def import_for(request: AuthenticatedRequest, pk: int) -> ImportBatch:
    """Return an import that the user may change; 404 when unseen, 403 when not allowed."""
    batch = seen_import(request, pk)
    if Permission.IMPORT_LISTINGS not in allowed_on(request.user, batch.seller):
        raise PermissionDenied
    return batch
