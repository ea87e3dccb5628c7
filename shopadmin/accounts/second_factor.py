"""Who must add a second factor before anything else."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.conf import settings

from .models import User


def has_second_factor(user: User) -> bool:
    """Tell whether the user has a passkey or an authenticator app; recovery codes alone are none."""
    factors = Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES)
    return bool(factors.exists())


def must_enrol(user: User) -> bool:
    """Tell whether the site requires a second factor of the user that they do not have yet."""
    return settings.REQUIRE_MFA_FOR_STAFF and user.works_for_platform and not has_second_factor(user)
