"""What creators are told: links that were proposed or published on their videos."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from shopadmin.htmx import AuthenticatedRequest
from shopadmin.keyset import page
from shopadmin.pages import render_page

from ..models import Notice
from .access import creators_only, own_creator


@require_safe
@creators_only
def notice_list(request: AuthenticatedRequest) -> HttpResponse:
    """List the creator's notices, newest first."""
    notices = Notice.objects.filter(creator=own_creator(request)).select_related("video")
    found = page(notices, fields=("-created_at", "-pk"), query=request.GET)
    return render_page(request, "tagging/notice_list.html", {"page": found})


@require_POST
@creators_only
def notice_read(request: AuthenticatedRequest) -> HttpResponse:
    """Mark one notice read (`notice` in the form), or all."""
    unread = Notice.objects.filter(creator=own_creator(request), read_at=None)
    chosen = request.POST.get("notice", "")
    if chosen.isdigit():
        unread = unread.filter(pk=int(chosen))
    unread.update(read_at=timezone.now())
    return redirect("tagging:notice-list")
