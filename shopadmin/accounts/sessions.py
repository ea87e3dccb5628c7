"""Where somebody is logged in: the sessions that live, and ending them."""

from __future__ import annotations

import time
from collections.abc import Iterable

from allauth.account.adapter import get_adapter
from allauth.account.utils import perform_login
from allauth.usersessions.models import UserSession
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from .audit.recording import Happening, record_many
from .models import User

SEEN_AT = "seen_at"
SEEN_EVERY_S = 300


def log_in(request: HttpRequest, user: User, *, redirect_url: str | None = None) -> HttpResponse:
    """Log somebody in who has shown in another way who they are, say by an invitation's link; asks for a second factor.

    Returns the answer that leads on: to `redirect_url`, or first to a page that asks for more.
    """
    response: HttpResponse = perform_login(request, user, redirect_url=redirect_url)
    return response


def record_seen(request: HttpRequest) -> None:
    """Note when, from which address and with which browser the request's session was last used."""
    request.session[SEEN_AT] = time.time()
    UserSession.objects.filter(session_key=request.session.session_key).update(
        last_seen_at=timezone.now(),
        ip=get_adapter().get_client_ip(request),
        user_agent=request.headers.get("User-Agent", "")[:200],
    )


def live_sessions(user: User) -> list[UserSession]:
    """Return the sessions that would let the user in now, last used first; two queries.

    A change of the password ends the others without touching their rows, so each is asked whether it still fits.
    """
    listed = list(UserSession.objects.filter(user=user).order_by("-last_seen_at", "-pk"))
    keys = [session.session_key for session in listed]
    stored = Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
    fits = {row.session_key for row in stored if _fits(row, user)}
    return [session for session in listed if session.session_key in fits]


@transaction.atomic
def end_sessions(sessions: Iterable[UserSession], *, by: User) -> int:
    """Log out everywhere where `sessions` are; returns how many there were."""
    ended = list(sessions)
    record_many(by, "session.ended", [Happening(target=session) for session in ended])
    Session.objects.filter(session_key__in=[session.session_key for session in ended]).delete()
    UserSession.objects.filter(pk__in=[session.pk for session in ended]).delete()
    return len(ended)


def _fits(row: Session, user: User) -> bool:
    return constant_time_compare(row.get_decoded().get(HASH_SESSION_KEY, ""), user.get_session_auth_hash())
