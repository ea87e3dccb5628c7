"""What is asked of every request: who it is, in which language, when last seen, and how well they are known."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, cast
from urllib.parse import urlencode

from django.contrib.auth import middleware as django_auth
from django.contrib.sessions import middleware as django_sessions
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect

from shopadmin.htmx import AuthenticatedRequest

from .models import User
from .second_factor import must_enrol
from .sessions import SEEN_AT, SEEN_EVERY_S, record_seen

type Answer = Callable[[HttpRequest], HttpResponseBase]

ALWAYS_OPEN = ("account_", "mfa_", "health-")
"""The beginnings of the names of addresses that stay open to who must add a second factor: to do so, or to leave."""


class SessionMiddleware(django_sessions.SessionMiddleware):
    """Takes the session's cookie away from who logs out, not from whom it came with a request that was overtaken.

    A login and a new password give the session another key. What was on its way with the former one, say a page that
    asks how far a job is, finds no session. Were its answer to take the cookie away, as Django's does, and to arrive
    after the new one, somebody who has just logged in would be logged out.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Write the session and its cookie; leave the cookie alone where nothing is known under its key."""
        session = request.session
        if session.is_empty() and not session.modified:
            if session.accessed:
                patch_vary_headers(response, ("Cookie",))
            return response
        return super().process_response(request, response)


class LoginRequiredMiddleware(django_auth.LoginRequiredMiddleware):
    """Sends strangers to the login; where htmx asked for a part of a page, the whole page goes there."""

    def handle_no_permission(  # type: ignore[override]  # the redirect for htmx is of another class
        self, request: HttpRequest, view_func: Callable[..., Any]
    ) -> HttpResponseBase:
        """Answer with the login's address, and where to go on from there."""
        htmx = cast("AuthenticatedRequest", request).htmx
        if not htmx:
            return super().handle_no_permission(request, view_func)
        query = urlencode({self.get_redirect_field_name(view_func) or "next": htmx.current_url_abs_path or ""})
        return HttpResponseClientRedirect(f"{resolve_url(self.get_login_url(view_func))}?{query}")


def own_language(get_response: Answer) -> Answer:
    """Speak the language that the user has chosen; else what the browser asks for stays."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        user = request.user
        if isinstance(user, User) and user.language:
            translation.activate(user.language)
            request.LANGUAGE_CODE = translation.get_language()
        return get_response(request)

    return answer


def session_seen(get_response: Answer) -> Answer:
    """Keep the list of sessions fresh: note where and when, every few minutes."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        seen_at = request.session.get(SEEN_AT)
        if seen_at is not None and time.time() - seen_at >= SEEN_EVERY_S and request.user.is_authenticated:
            record_seen(request)
        return get_response(request)

    return answer


class SecondFactorMiddleware:
    """Leads who must add a second factor to the page where they do, whatever they ask for."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Let the request through; `process_view` decides, since only then the address has a name."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Answer in the view's place where the user has to enrol first."""
        match = request.resolver_match
        if match is None or not isinstance(request.user, User) or not must_enrol(request.user):
            return None
        request.must_enrol = True  # type: ignore[attr-defined]  # the page where one enrols says why
        if match.view_name == "accounts:theme-set" or match.view_name.startswith(ALWAYS_OPEN):
            return None
        if cast("AuthenticatedRequest", request).htmx:
            return HttpResponseClientRedirect(reverse("mfa_index"))
        return redirect("mfa_index")
