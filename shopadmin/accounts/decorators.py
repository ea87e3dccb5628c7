"""Who may open a view."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBase

from shopadmin.htmx import AuthenticatedRequest

from .access import granted_scope
from .permissions import Permission, Scope
from .roles import Role

type View[**P] = Callable[Concatenate[AuthenticatedRequest, P], HttpResponseBase]


def role_required[**P](*roles: Role) -> Callable[[View[P]], View[P]]:
    """Let only users with one of `roles` through; others get 403."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def checked(request: AuthenticatedRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.roles & set(roles):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return cast("View[P]", checked)

    return decorate


def permission_required[**P](permission: Permission) -> Callable[[View[P]], View[P]]:
    """Let only users through whose roles, and whose token if they came with one, grant `permission` to any rows.

    Which rows, the view's queryset says.
    """

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def checked(request: AuthenticatedRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if granted_scope(request, permission) == Scope.NONE:
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return cast("View[P]", checked)

    return decorate
