"""What a request may do: the user's roles, and within them what the API token allows with which it came."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest

from .models import User
from .permissions import Permission, Scope

if TYPE_CHECKING:
    from rest_framework.request import Request


def granted_scope(request: HttpRequest | Request, permission: Permission) -> Scope:
    """Return to whose rows `permission` applies for who asks: NONE for strangers and where a token does not name it.

    The authentication by token has put its limits on `request.user`, so that querysets which ask the user's own `scope`
    come to the same answer.
    """
    user = request.user
    return user.scope(permission) if isinstance(user, User) and user.is_active else Scope.NONE
