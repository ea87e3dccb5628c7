"""Name, language and colours."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_POST

from shopadmin.htmx import AuthenticatedRequest
from shopadmin.pages import render_page

from ..audit.values import snapshot
from ..forms import ProfileForm
from ..services import save_profile

THEMES = ("system", "light", "dark")
THEME_MAX_AGE_S = 365 * 24 * 3600


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: AuthenticatedRequest) -> HttpResponse:
    """Show and change who one is on this site."""
    before = snapshot(request.user, ProfileForm.Meta.fields)
    form = ProfileForm(request.POST if request.method == "POST" else None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        save_profile(user=request.user, before=before)
        with override(request.user.language or None):
            messages.success(request, _("Saved."))
        return redirect("accounts:profile")
    context = {"form": form, "waiting": EmailAddress.objects.get_new(request.user)}
    return render_page(request, "accounts/profile.html", context, status=422 if form.errors else 200)


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
