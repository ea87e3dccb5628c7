"""What the pages of a seller share: who may open them, and their tabs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404

from shopadmin.accounts.permissions import Permission
from shopadmin.htmx import AuthenticatedRequest
from shopadmin.pages import render_page

from ..membership import MemberRole, permissions_in
from ..models import Seller


@dataclass(frozen=True, slots=True)
class SellerAccess:
    """A seller that the user may see, as what they work there, and what they may do to its rows."""

    seller: Seller
    role: MemberRole | None
    may: frozenset[Permission]

    @property
    def sees_trader(self) -> bool:
        """Whether the user may read the whole trader file: members do, and staff who verify traders."""
        return self.role is not None or Permission.VERIFY_TRADERS in self.may

    @property
    def sees_authorizations(self) -> bool:
        """Whether the user asks for authorisations here, or decides on them."""
        return bool(self.may & {Permission.ASK_FOR_AUTHORIZATIONS, Permission.DECIDE_AUTHORIZATIONS})


def seller_access(request: AuthenticatedRequest, slug: str) -> SellerAccess:
    """Return the seller if the user may see it, else 404, as if it did not exist."""
    seller = get_object_or_404(Seller.objects.for_user(request.user), slug=slug)
    role = seller.role_of(request.user)
    return SellerAccess(seller, role, permissions_in(request.user.scope, role))


def seller_allowing(request: AuthenticatedRequest, slug: str, permission: Permission) -> SellerAccess:
    """Return the seller if the user may do `permission` there; 404 where they may not see it, else 403."""
    access = seller_access(request, slug)
    if permission not in access.may:
        raise PermissionDenied
    return access


def seller_page(
    request: AuthenticatedRequest,
    access: SellerAccess,
    template: str,
    context: Mapping[str, Any],
    *,
    fragment: str = "",
    status: int = 200,
) -> HttpResponse:
    """Render a page of a seller with its heading and tabs."""
    common = {"access": access, "seller": access.seller, "may": access.may}
    return render_page(request, template, {**common, **context}, fragment=fragment, status=status)
