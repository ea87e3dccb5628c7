"""What is written down of logins that failed, and who is told.

Whoever fails writes nothing of their own choice into the log, and not more than one entry of a kind for each login in
`WINDOW_S`, the time for which allauth counts failures. An address without a login leaves no entry: strangers could fill
the log with those, and nobody's login was in danger. What the page answers does not depend on any of this.
"""

from __future__ import annotations

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.core.internal import ratelimit
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .audit.recording import record
from .models import User
from .notifications.sending import notify

WINDOW_S = 300
FAILED, FACTOR_FAILED, LOCKED = "login.failed", "second-factor.failed", "login.locked"
LOCKED_KIND = "login.locked"


def note_failed_password(request: HttpRequest, email: str, key: str) -> None:
    """Write down that a password did not fit; `key` is that by which allauth counts failures for the address."""
    user = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if user is not None:
        _note(request, user, FAILED, key)


def note_failed_factor(request: HttpRequest, user: User) -> None:
    """Write down that the password was right and the second factor was not: somebody may know the password."""
    _note(request, user, FACTOR_FAILED, f"mfa-auth-user-{user.pk}")


def _note(request: HttpRequest, user: User, action: str, key: str) -> None:
    with transaction.atomic():
        _write(request, user, action)
        if _is_locked(request, key) and _write(request, user, LOCKED):
            _tell(user)


def _write(request: HttpRequest, user: User, action: str) -> bool:
    """Write the entry unless one was written in this window; return whether it was."""
    is_first = bool(cache.add(f"noted:{action}:{user.pk}", True, WINDOW_S))
    if is_first:
        record(request, action, user, after={"ip": get_adapter().get_client_ip(request)})
    return is_first


def _is_locked(request: HttpRequest, key: str) -> bool:
    """Tell whether the next try would be refused for this login, whichever machine it comes from."""
    rates = (app_settings.RATE_LIMITS["login_failed"] or "").split(",")
    own = ",".join(rate for rate in rates if rate.strip().endswith("/key"))
    asked = {"app": "allauth.account", "action": "login_failed", "config": {"login_failed": own}, "key": key}
    return bool(own) and ratelimit.consume(request, dry_run=True, **asked) is None


def _tell(user: User) -> None:
    """Tell the owner of the login, at most once a day, so that nobody can fill their mailbox."""
    notify(
        [user],
        kind=LOCKED_KIND,
        title=_("Somebody has tried to log in as you, too often"),
        body=_(
            "Your login was closed for five minutes, because password or second factor were wrong too often. If that"
            " was you, wait and try again. If not, nobody got in; set a new password if you use it elsewhere too, and"
            " add a passkey, which nobody can guess."
        ),
        url=reverse("mfa_index"),
        key=f"{LOCKED_KIND}:{timezone.now():%Y-%m-%d}",
    )
