"""The login, and the page for those whose login opens nothing."""

from __future__ import annotations

from typing import Any

from allauth.account.views import LoginView
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_safe

from shopadmin.htmx import AuthenticatedRequest

from ..models import User

MOST_DEMO_PEOPLE = 20


@method_decorator(login_not_required, name="dispatch")
class Login(LoginView):  # type: ignore[misc]
    """allauth's login; on a demo site it names the demo logins, and too many tries get 429."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the people of the demo and their password, where the site is one."""
        people = User.objects.filter(is_active=True, groups__isnull=False).distinct().order_by("pk")
        shown = people.prefetch_related("groups")[:MOST_DEMO_PEOPLE] if settings.DEMO else []
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return {**context, "demo_people": shown, "demo_password": settings.DEMO_PASSWORD}

    def form_invalid(self, form: Form) -> HttpResponse:
        """Show what is wrong; a login that has failed too often has to wait."""
        if form.has_error("__all__", "too_many_login_attempts"):
            return too_many_requests(self.request)
        response: HttpResponse = super().form_invalid(form)
        return response


@login_not_required
def too_many_requests(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that one has to wait."""
    return render(request, "429.html", status=429)


@require_safe
def no_role(request: AuthenticatedRequest) -> HttpResponse:
    """Tell somebody without a role whom to ask."""
    return render(request, "accounts/no_role.html")
