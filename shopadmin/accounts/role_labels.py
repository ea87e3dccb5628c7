"""What each role is called where people read it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from .roles import Role

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

ROLE_LABELS: Mapping[Role, _StrPromise] = {
    Role.MERCHANT: _("merchant"),
    Role.CREATOR: _("creator"),
    Role.REVIEWER: _("reviewer"),
    Role.POLICY: _("policy"),
    Role.STUDIO_MANAGER: _("studio manager"),
    Role.ADMIN: _("admin"),
}
