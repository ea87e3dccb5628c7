"""Who may open the pages of tagging."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404

from shopadmin.accounts.decorators import role_required
from shopadmin.accounts.roles import STAFF_ROLES, Role
from shopadmin.htmx import AuthenticatedRequest

from ..models import Creator, Video

sees_videos = role_required(Role.CREATOR, *STAFF_ROLES)
"""Lets creators and the staff through; which rows each sees is the querysets' part (`for_user`)."""

creators_only = role_required(Role.CREATOR)


def own_creator(request: AuthenticatedRequest) -> Creator:
    """Return the creator who is logged in; a login with the role but without a creator may nothing."""
    creator = Creator.objects.filter(user=request.user).first()
    if creator is None:
        raise PermissionDenied("This login has no creator yet.")
    return creator


def seen_video(request: AuthenticatedRequest, public_id: UUID) -> Video:
    """Return the video if the user may see it, else 404, as if it did not exist."""
    return get_object_or_404(Video.objects.for_user(request.user).select_related("creator"), public_id=public_id)


def owned_by(request: AuthenticatedRequest, creator: Creator) -> bool:
    """Tell whether the user is that creator: seeing a video does not mean deciding on it."""
    return creator.user_id == request.user.pk
