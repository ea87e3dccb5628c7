"""Logging in, and pages about one's own account."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from .models import User

THEMES = ("system", "light", "dark")
THEME_MAX_AGE_S = 365 * 24 * 3600


@method_decorator(login_not_required, name="dispatch")
class Login(LoginView):
    """The login page; on a demo site it names the demo logins."""

    template_name = "accounts/login.html"
    redirect_authenticated_user = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Send a whole page to the login when htmx was redirected here for a part of it."""
        if request.method not in {"GET", "HEAD", "POST"}:
            return self.http_method_not_allowed(request, *args, **kwargs)
        htmx = getattr(request, "htmx", None)
        if request.method == "GET" and htmx:
            query = urlencode({"next": htmx.current_url_abs_path or ""})
            return HttpResponseClientRedirect(f"{reverse('accounts:login')}?{query}")
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the people of the demo and their password, where the site is one."""
        people = User.objects.filter(is_active=True).prefetch_related("groups")[:12] if settings.DEMO else []
        return super().get_context_data(demo_people=people, demo_password=settings.DEMO_PASSWORD, **kwargs)


@require_safe
def no_role(request: HttpRequest) -> HttpResponse:
    """Tell somebody without a role whom to ask."""
    return render(request, "accounts/no_role.html")


@require_POST
@login_not_required
def theme_set(request: HttpRequest) -> HttpResponse:
    """Remember light, dark or the system's choice in a cookie, and go back to the page."""
    theme = request.POST.get("theme", "")
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = reverse("home")
    response = redirect(back)
    if theme in THEMES:
        response.set_cookie(
            "theme",
            theme,
            max_age=THEME_MAX_AGE_S,
            samesite="Lax",
            httponly=True,
            secure=settings.SESSION_COOKIE_SECURE,
        )
    return response
