"""What people do with their account beyond a single row's field."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.utils import timezone

from .models import ApiToken, User
from .permissions import Permission
from .token_format import new_token


def create_api_token(
    *, user: User, name: str, lives_for: timedelta | None, permissions: Iterable[Permission] | None = None
) -> tuple[ApiToken, str]:
    """Make a token for `user` and return it with its text, which nobody can read again.

    `permissions` narrows what it may do; None lets it do all that the user may, now and later.
    """
    made = new_token()
    now = timezone.now()
    token = ApiToken(
        user=user,
        name=name,
        prefix=made.prefix,
        permissions=None if permissions is None else sorted(permission.value for permission in permissions),
        created_at=now,
        expires_at=None if lives_for is None else now + lives_for,
    )
    token.keep_digest(made.text)
    token.save()
    return token, made.text
