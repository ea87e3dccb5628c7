"""What one was told, and of what one wants mails."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from shopadmin.htmx import AuthenticatedRequest
from shopadmin.keyset import page
from shopadmin.pages import render_page

from .models import Notification
from .preferences import choices_of, set_choices

PAGE = "accounts:notification-list"


@require_safe
def notification_list(request: AuthenticatedRequest) -> HttpResponse:
    """List the user's notifications, newest first, or only those they have not read."""
    rows = Notification.objects.for_user(request.user)
    is_unread_only = request.GET.get("show") == "unread"
    context = {
        "page": page(rows.unread() if is_unread_only else rows, fields=("-created_at", "-pk"), query=request.GET),
        "is_unread_only": is_unread_only,
        "has_unread": rows.unread().exists(),
        "choices": choices_of(request.user),
    }
    return render_page(request, "accounts/notification_list.html", context, fragment="results")


@require_safe
def notification_open(request: AuthenticatedRequest, pk: int) -> HttpResponseRedirect:
    """Go where a notification leads; who does so has read it."""
    rows = Notification.objects.for_user(request.user).filter(pk=pk)
    row = get_object_or_404(rows)
    if request.method == "GET":
        rows.mark_read()
    is_ours = url_has_allowed_host_and_scheme(row.url, allowed_hosts=None)
    return redirect(row.url if is_ours else PAGE)


@require_POST
def notification_read(request: AuthenticatedRequest) -> HttpResponseRedirect:
    """Mark one notification as read (`notification` in the form), or all."""
    rows = Notification.objects.for_user(request.user)
    chosen = request.POST.get("notification", "")
    if chosen:
        rows = rows.filter(pk=int(chosen)) if chosen.isdecimal() else rows.none()
    rows.mark_read()
    return redirect(PAGE)


@require_POST
def notification_preferences(request: AuthenticatedRequest) -> HttpResponseRedirect:
    """Keep of which kinds the user wants mails: those in the form's `by_email`."""
    set_choices(request.user, request.POST.getlist("by_email"))
    messages.success(request, _("Your choice of mails is saved."))
    return redirect(PAGE)
