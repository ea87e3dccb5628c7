"""What people do with their account beyond a single row's field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from .audit.recording import record
from .audit.values import changes
from .models import ApiToken, User
from .permissions import Permission
from .token_format import new_token


@transaction.atomic
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
    after = {"name": name, "may": token.permissions, "expires_at": token.expires_at}
    record(user, "api-token.created", token, after=after)
    return token, made.text


@transaction.atomic
def revoke_api_token(*, token: ApiToken, by: User) -> None:
    """End a token at once; a second time changes nothing."""
    if token.revoke():
        record(by, "api-token.revoked", token)


@transaction.atomic
def save_profile(*, user: User, before: Mapping[str, object]) -> None:
    """Save what a user has changed of their own name and language; `before` holds these fields as they were."""
    changed = changes(before, user, before)
    if changed.after:
        user.save(update_fields=list(before))
        record(user, "user.edited", user, **changed._asdict())
