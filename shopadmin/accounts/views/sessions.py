"""Where one is logged in."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from shopadmin.htmx import AuthenticatedRequest
from shopadmin.pages import render_page

from ..devices import device
from ..sessions import end_sessions, live_sessions


@require_safe
def session_list(request: AuthenticatedRequest) -> HttpResponse:
    """Show every place where one is logged in, this one first."""
    here = request.session.session_key
    rows = [
        {"session": session, "device": device(session.user_agent), "is_here": session.session_key == here}
        for session in live_sessions(request.user)
    ]
    rows.sort(key=lambda row: not row["is_here"])
    others = sum(not row["is_here"] for row in rows)
    return render_page(request, "accounts/session_list.html", {"rows": rows, "others": others})


@require_POST
def session_end(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Log out in another place."""
    ended = [session for session in live_sessions(request.user) if session.pk == pk]
    if not ended:
        raise Http404
    if ended[0].session_key == request.session.session_key:
        messages.error(request, _("That is this place: use “Log out”."))
        return redirect("accounts:session-list")
    end_sessions(ended, by=request.user)
    messages.success(request, _("Logged out there."))
    return redirect("accounts:session-list")


@require_POST
def session_end_others(request: AuthenticatedRequest) -> HttpResponse:
    """Log out everywhere but here."""
    here = request.session.session_key
    others = [session for session in live_sessions(request.user) if session.session_key != here]
    count = end_sessions(others, by=request.user)
    told = ngettext("Logged out in %(count)d other place.", "Logged out in %(count)d other places.", count)
    messages.success(request, told % {"count": count})
    return redirect("accounts:session-list")
