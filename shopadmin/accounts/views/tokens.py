"""The tokens with which one's programs use the API."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shopadmin.htmx import AuthenticatedRequest
from shopadmin.pages import render_page

from ..forms import ApiTokenForm
from ..models import ApiToken
from ..permission_labels import PERMISSION_LABELS
from ..services import create_api_token, revoke_api_token


@require_safe
def token_list(request: AuthenticatedRequest) -> HttpResponse:
    """Show one's tokens: those that work, and those that ended lately."""
    tokens = [
        (token, None if token.allowed is None else [PERMISSION_LABELS[permission] for permission in token.allowed])
        for token in ApiToken.objects.for_user(request.user).listed()
    ]
    return render_page(request, "accounts/token_list.html", {"tokens": tokens})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@reauthentication_required  # type: ignore[untyped-decorator]
def token_create(request: AuthenticatedRequest) -> HttpResponse:
    """Make a token, and show its text this one time."""
    form = ApiTokenForm(request.POST if request.method == "POST" else None, user=request.user)
    if request.method == "POST" and form.is_valid():
        token, text = create_api_token(
            user=request.user, name=form.cleaned_data["name"], lives_for=form.lives_for, permissions=form.chosen
        )
        return render_page(request, "accounts/token_created.html", {"token": token, "text": text})
    return render_page(request, "accounts/token_form.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
def token_revoke(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """End one of one's tokens at once."""
    token = get_object_or_404(ApiToken.objects.for_user(request.user), pk=pk)
    revoke_api_token(token=token, by=request.user)
    messages.success(request, _("“%(name)s” is revoked: it does not work any more.") % {"name": token.name})
    return redirect("accounts:token-list")
