"""The left navigation, by role."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shopadmin.accounts.models import User
from shopadmin.accounts.permissions import Permission, Scope, scope
from shopadmin.accounts.roles import Role


@dataclass(frozen=True, slots=True)
class Item:
    """A place one can go to; `is_current` marks the place where one is."""

    label: str
    url: str
    icon: str
    is_current: bool


def _allowed(permission: Permission, *scopes: Scope) -> frozenset[Role]:
    """Return the roles that grant `permission` in one of `scopes`, by default to any rows."""
    return frozenset(role for role in Role if scope([role], permission) in (scopes or (Scope.OWN, Scope.ALL)))


PLACES = (
    (_("Videos"), "tagging:video-list", "video", frozenset({Role.CREATOR, Role.REVIEWER, Role.POLICY, Role.ADMIN})),
    (_("Upload"), "tagging:video-upload", "upload", frozenset({Role.CREATOR})),
    (_("Notices"), "tagging:notice-list", "notice", frozenset({Role.CREATOR})),
    (_("Consent"), "tagging:consent", "consent", frozenset({Role.CREATOR})),
    (_("Jobs"), "tagging:job-list", "job", frozenset({Role.CREATOR, Role.REVIEWER, Role.POLICY, Role.ADMIN})),
    (_("Products"), "catalog:product-list", "product", _allowed(Permission.VIEW_LISTINGS)),
    (_("Imports"), "catalog:import-list", "upload", _allowed(Permission.IMPORT_LISTINGS)),
    (_("Findings"), "catalog:finding-queue", "alert", _allowed(Permission.DECIDE_FINDINGS)),
    (_("Brand notices"), "catalog:brand-notice-list", "flag", _allowed(Permission.DECIDE_FINDINGS)),
    (_("Appeals"), "catalog:appeal-list", "notice", _allowed(Permission.ANSWER_APPEALS)),
    (_("Shop"), "catalog:seller-list", "shop", _allowed(Permission.VIEW_SELLERS, Scope.OWN)),
    (_("Sellers"), "catalog:seller-list", "shop", _allowed(Permission.VIEW_SELLERS, Scope.ALL)),
    (_("Trader files"), "catalog:trader-list", "trader", _allowed(Permission.VERIFY_TRADERS)),
    (_("Authorisations"), "catalog:authorization-queue", "badge", _allowed(Permission.DECIDE_AUTHORIZATIONS)),
    (_("Rules"), "catalog:rule-list", "rule", _allowed(Permission.VIEW_RULES)),
    (_("Brands"), "catalog:brand-list", "brand", _allowed(Permission.VIEW_BRANDS)),
    (_("Categories"), "catalog:category-list", "category", _allowed(Permission.EDIT_CATEGORIES)),
    (_("Audit log"), "accounts:audit-list", "clock", _allowed(Permission.VIEW_AUDIT)),
)


def navigation(request: HttpRequest) -> dict[str, list[Item]]:
    """Return the places that the user's roles open, for the base template; one is current when a page lies below it."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {"navigation": []}
    # Of two names for one place, a shop or the sellers, the later stands for the wider view.
    places = {reverse(name): (str(label), icon) for label, name, icon, roles in PLACES if user.roles & roles}
    current = max((url for url in places if request.path.startswith(url)), key=len, default="")
    return {"navigation": [Item(label, url, icon, url == current) for url, (label, icon) in places.items()]}
