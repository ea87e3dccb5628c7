"""The photos that an import asked for by their addresses: how many came, which did not and why, and trying again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from shopadmin.accounts.decorators import permission_required
from shopadmin.accounts.permissions import Permission
from shopadmin.htmx import AuthenticatedRequest, wants_fragment
from shopadmin.pages import render_page

from ..models import ImportBatch, PhotoFetch
from ..photos.wanting import want_again
from .access import allowed_on, import_for, seen_import

MOST_SHOWN = 20
PAGE = "catalog/import_detail.html#photos"


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.VIEW_LISTINGS)
def import_photos(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Return the part of an import's page that tells of its photos, or have those that failed fetched again."""
    if request.method == "POST":
        batch = import_for(request, pk)
        count = want_again(PhotoFetch.objects.of_import(batch.pk))
        said = ngettext("%d photo is fetched again.", "%d photos are fetched again.", count)
        messages.success(request, said % count)
        return redirect(batch)
    batch = seen_import(request, pk)
    if not wants_fragment(request):
        return redirect(batch)
    may_import = Permission.IMPORT_LISTINGS in allowed_on(request.user, batch.seller)
    return render_page(request, PAGE, {"batch": batch, "may_import": may_import, **photos_context(batch)})


def photos_context(batch: ImportBatch) -> dict[str, Any]:
    """Return how many photos came, wait and failed, and the first that failed. Asks at most twice."""
    states = PhotoFetch.State
    fetches = PhotoFetch.objects.of_import(batch.pk)
    counts = fetches.counts()
    failed = counts.get(states.FAILED, 0) + counts.get(states.CANCELLED, 0)
    photos = {
        "total": sum(counts.values()),
        "done": counts.get(states.SUCCEEDED, 0),
        "waiting": counts.get(states.PENDING, 0) + counts.get(states.RUNNING, 0),
        "failed": failed,
    }
    shown = fetches.filter(state__in=[states.FAILED, states.CANCELLED]).select_related("product").order_by("pk")
    return {"photos": photos, "failed_photos": shown[:MOST_SHOWN] if failed else []}
