"""Reading the audit log, and taking it away as a file."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from shopadmin.htmx import AuthenticatedRequest
from shopadmin.keyset import page
from shopadmin.pages import render_page

from ..decorators import permission_required
from ..permissions import Permission, Scope
from .exporting import csv_lines, json_lines
from .filters import AuditFilter
from .models import AuditEntry
from .presenting import lines

NEARBY = 2000
"""Among how many of the newest entries words are looked for first; the database cannot tell how many entries fit."""

CONTENT_TYPES = {"jsonl": "application/jsonl", "csv": "text/csv; charset=utf-8"}


@require_safe
@permission_required(Permission.VIEW_AUDIT)
def audit_list(request: AuthenticatedRequest) -> HttpResponse:
    """List the entries that the user may read and looks for, newest first."""
    wanted = AuditFilter(request.GET, request.user)
    among = AuditEntry.objects.all() if wanted.has_words else None
    found = page(wanted.rows(), fields=("-at", "-pk"), query=request.GET, among=among, nearby=NEARBY)
    context = {
        "filter": wanted,
        "page": found,
        "lines": lines(found.rows, request.user),
        "may_verify": request.user.scope(Permission.VIEW_AUDIT) == Scope.ALL,
    }
    status = 200 if wanted.is_valid() else 422
    return render_page(request, "accounts/audit_list.html", context, fragment="results", status=status)


@require_safe
@permission_required(Permission.VIEW_AUDIT)
def audit_export(request: AuthenticatedRequest, kind: str) -> HttpResponse | StreamingHttpResponse:
    """Stream what the list's filters find, as CSV, or for who may read everything as JSON Lines."""
    if kind == "jsonl" and request.user.scope(Permission.VIEW_AUDIT) != Scope.ALL:
        raise PermissionDenied
    wanted = AuditFilter(request.GET, request.user)
    if not wanted.is_valid():
        return HttpResponse(wanted.errors.as_text(), status=422, content_type="text/plain; charset=utf-8")
    body = json_lines(wanted.rows()) if kind == "jsonl" else csv_lines(wanted.rows(), request.user)
    name = f"audit-{timezone.now():%Y-%m-%d}.{kind}"
    return StreamingHttpResponse(
        body,
        content_type=CONTENT_TYPES[kind],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
