"""Sending a file to be imported: dropped, from an address, or pasted. Works as a plain form; a script adds progress."""

from __future__ import annotations

import errno
import io
import logging
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect
from django.template.defaultfilters import filesizeformat
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from shopadmin.accounts.decorators import permission_required
from shopadmin.accounts.permissions import Permission
from shopadmin.htmx import AuthenticatedRequest
from shopadmin.pages import render_page

from ..import_mapping import carried_over
from ..import_templates import CONTENT_TYPES, EXAMPLE, template
from ..listing_import import services
from ..listing_import.columns import COLUMNS
from ..listing_import.wording import HELP, LABELS, clear_help
from ..models import ImportBatch, Seller
from ..photos.archive_services import MAX_ARCHIVE_BYTES
from .access import seller_for

logger = logging.getLogger(__name__)

IMPORT = Permission.IMPORT_LISTINGS
# What a form around the file may weigh: its fields, the token and the boundaries.
FORM_OVERHEAD_BYTES = 64 * 1024
MOST_SELLERS = 500
WAYS = ("file", "address", "text")

type Errors = Mapping[str, Sequence[str]]
"""What is wrong with which field."""


# The check of the token reads the whole body, so it comes after the check of the length, not in the middleware.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(IMPORT)
def import_add(request: AuthenticatedRequest) -> HttpResponse:
    """Show the form, or keep the file that was sent and go to its columns."""
    length = request.headers.get("Content-Length", "")
    if request.method == "POST" and length.isdigit() and int(length) > _max_bytes() + FORM_OVERHEAD_BYTES:
        message = _("The file is larger than %(limit)s; divide it into several.")
        errors = {"file": [message % {"limit": filesizeformat(_max_bytes())}]}
        return _refused(request, QueryDict(), errors, status=413)
    return _add(request)


@require_safe
@permission_required(IMPORT)
def import_template(request: AuthenticatedRequest, kind: str) -> HttpResponse:
    """Download a file that shows how one for an import looks."""
    if kind not in CONTENT_TYPES:
        raise Http404("There is no template of this kind.")
    header = content_disposition_header(as_attachment=True, filename=f"listings.{kind}")
    return HttpResponse(template(kind), content_type=CONTENT_TYPES[kind], headers={"Content-Disposition": header})


@csrf_protect
def _add(request: AuthenticatedRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request, request.GET)
    sellers = _sellers(request)
    slug = request.POST.get("seller", "") or (sellers[0].slug if len(sellers) == 1 else "")
    if not slug:
        return _refused(request, request.POST, {"seller": [_("Choose the seller to whom the listings belong.")]})
    seller = seller_for(request, slug, IMPORT)
    way = next((way for way in WAYS if request.FILES.get(way) or request.POST.get(way, "").strip()), "file")
    try:
        batch = _received(request, seller, way)
    except services.ImportRefused as error:
        return _refused(request, request.POST, {way: [str(error)]})
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
            raise
        logger.exception("There is no room for a file to import.")
        message = _("The site has no room left, so the file was not kept. Tell the people who run it; try again later.")
        return _refused(request, request.POST, {way: [message]}, status=507)
    if batch.state != ImportBatch.State.FAILED:
        _follow(request, batch)
    return _accepted(request, batch.get_absolute_url())


def _received(request: AuthenticatedRequest, seller: Seller, way: str) -> ImportBatch:
    if way == "address":
        return services.receive_url(seller=seller, actor=request.user, url=request.POST["address"].strip())
    if way == "text":
        text = io.BytesIO(request.POST["text"].encode(errors="replace"))
        return services.receive_file(seller=seller, actor=request.user, file=text, name=_("pasted.csv"))
    file = request.FILES.get("file")
    if file is None:
        raise services.ImportRefused(_("Choose a file, name an address, or paste a table."))
    return services.receive_file(
        seller=seller, actor=request.user, file=cast("BinaryIO", file.file), name=file.name or ""
    )


def _follow(request: AuthenticatedRequest, batch: ImportBatch) -> None:
    """Read mended rows as the file was read that they come from, and have them checked at once."""
    key = request.POST.get("mends", "")
    if not (key.isascii() and key.isdigit() and len(key) < 19):
        return
    imports = ImportBatch.objects.for_user(request.user, IMPORT).filter(seller=batch.seller_id)
    earlier = imports.filter(pk=key).first()
    mapping = carried_over(earlier.header, earlier.column_mapping, batch.header) if earlier is not None else None
    if mapping is None:
        messages.info(request, _("The file has other columns than the one before; look how they are read."))
        return
    try:
        services.set_mapping(batch, mapping)
        services.request_check(batch, request.user)
    except services.ImportRefused as error:
        messages.error(request, str(error))


def _accepted(request: AuthenticatedRequest, location: str) -> HttpResponse:
    if _is_script(request):
        return JsonResponse({"location": location}, status=201)
    return redirect(location)


def _refused(request: AuthenticatedRequest, data: QueryDict, errors: Errors, *, status: int = 422) -> HttpResponse:
    if _is_script(request):
        return JsonResponse({"errors": errors}, status=status)
    return _page(request, data, errors, status=status)


def _page(
    request: AuthenticatedRequest, data: QueryDict, errors: Errors | None = None, *, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {
        "sellers": _sellers(request),
        "sent": {name: data.get(name, "") for name in ("seller", "address", "text")},
        "errors": errors or {},
        "max_bytes": _max_bytes(),
        "max_archive_bytes": MAX_ARCHIVE_BYTES,
        "max_text_bytes": settings.DATA_UPLOAD_MAX_MEMORY_SIZE,
        "hosts": settings.SHOPADMIN["IMPORT_URL_HOSTS"],
        "columns": [(column.name, LABELS[column.name], HELP[column.name], EXAMPLE[column.name]) for column in COLUMNS],
        "clear_help": clear_help(),
    }
    return render_page(request, "catalog/import_add.html", context, status=status)


def _sellers(request: AuthenticatedRequest) -> list[Seller]:
    return list(Seller.objects.for_user(request.user, IMPORT).order_by("name")[:MOST_SELLERS])


def _is_script(request: AuthenticatedRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


def _max_bytes() -> int:
    return int(settings.SHOPADMIN["IMPORT_MAX_BYTES"])
