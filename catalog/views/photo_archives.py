"""Photos by archive: sending a ZIP file, following its reading, and what came of it."""

from __future__ import annotations

import logging
from typing import BinaryIO, cast

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from shopadmin.accounts.decorators import permission_required
from shopadmin.accounts.permissions import Permission
from shopadmin.htmx import AuthenticatedRequest
from shopadmin.pages import render_page

from ..models import PhotoArchive
from ..photos.archive import UnreadableArchive
from ..photos.archive_services import MAX_ARCHIVE_BYTES, cancel_archive, receive_archive
from .access import seller_for

logger = logging.getLogger(__name__)

IMPORT = Permission.IMPORT_LISTINGS
FORM_OVERHEAD_BYTES = 64 * 1024


# The check of the token reads the whole body, so it comes after the check of the length, not in the middleware.
@csrf_exempt
@require_POST
@permission_required(IMPORT)
def archive_add(request: AuthenticatedRequest) -> HttpResponse:
    """Keep an archive of photos and have it read."""
    length = request.headers.get("Content-Length", "")
    if length.isdigit() and int(length) > MAX_ARCHIVE_BYTES + FORM_OVERHEAD_BYTES:
        message = _("The archive is larger than %(limit)s. Split it into several.")
        return _refused(request, message % {"limit": filesizeformat(MAX_ARCHIVE_BYTES)}, status=413)
    return _add(request)


@csrf_protect
def _add(request: AuthenticatedRequest) -> HttpResponse:
    seller = seller_for(request, request.POST.get("seller", ""), IMPORT)
    file = request.FILES.get("file")
    if file is None:
        return _refused(request, _("Choose a ZIP file with photos."))
    try:
        archive = receive_archive(
            seller=seller, actor=request.user, file=cast("BinaryIO", file.file), name=file.name or "photos.zip"
        )
    except UnreadableArchive as error:
        return _refused(request, str(error))
    if _is_script(request):
        return JsonResponse({"location": archive.get_absolute_url()}, status=201)
    return redirect(archive)


@require_safe
@permission_required(IMPORT)
def archive_detail(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Show how far the reading of an archive is, or what came of it."""
    archive = _seen(request, pk)
    return render_page(request, "catalog/photo_archive.html", {"archive": archive}, fragment="progress")


@require_safe
@permission_required(IMPORT)
def archive_progress(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Return the part of the page that changes; when the archive is read, the page is loaded anew."""
    archive = _seen(request, pk)
    if archive.is_finished:
        return HttpResponseClientRedirect(archive.get_absolute_url())
    return render_page(request, "catalog/photo_archive.html", {"archive": archive}, fragment="progress")


@require_POST
@permission_required(IMPORT)
def archive_cancel(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Stop the reading of an archive after the product at hand."""
    archive = _seen(request, pk)
    if not cancel_archive(archive):
        messages.info(request, _("That had ended already; nothing was cancelled."))
    return redirect(archive)


def _seen(request: AuthenticatedRequest, pk: int) -> PhotoArchive:
    archives = PhotoArchive.objects.for_user(request.user, IMPORT).with_subject()
    return get_object_or_404(archives, pk=pk)


def _refused(request: AuthenticatedRequest, message: str, *, status: int = 422) -> HttpResponse:
    if _is_script(request):
        return JsonResponse({"errors": {"file": [message]}}, status=status)
    messages.error(request, message)
    return redirect("catalog:import-add")


def _is_script(request: AuthenticatedRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")
