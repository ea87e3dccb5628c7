"""Imports: the list, and the page of each, which shows what its state asks for."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from shopadmin.accounts.decorators import permission_required
from shopadmin.accounts.permissions import Permission
from shopadmin.htmx import AuthenticatedRequest
from shopadmin.keyset import page
from shopadmin.pages import render_page

from ..import_overview import kinds, law, parts, plan_of, rows, steps, tabs, taken
from ..listing_import import services
from ..models import ImportBatch, ImportChange, PhotoArchive, Seller
from .access import allowed_on, import_for, seen_import
from .import_mapping import mapping_response
from .import_photos import photos_context

VIEW, IMPORT = Permission.VIEW_LISTINGS, Permission.IMPORT_LISTINGS
MOST_SHOWN = 20
MOST_ARCHIVES = 5


@require_safe
@permission_required(VIEW)
def import_list(request: AuthenticatedRequest) -> HttpResponse:
    """List the imports into sellers that the user may see, newest first; `seller` narrows them to one."""
    imports = ImportBatch.objects.for_user(request.user).select_related("seller", "created_by")
    seller = Seller.objects.for_user(request.user, VIEW).filter(slug=request.GET.get("seller", "")).first()
    if seller is not None:
        imports = imports.filter(seller=seller)
    found = page(imports, fields=("-created_at", "-pk"), query=request.GET)
    context = {
        "page": found,
        "lines": [(batch, parts(batch.counts)) for batch in found.rows],
        "seller": seller,
        "may_import": Seller.objects.for_user(request.user, IMPORT).exists(),
        "archives": PhotoArchive.objects.for_user(request.user, IMPORT).with_subject()[:MOST_ARCHIVES],
    }
    return render_page(request, "catalog/import_list.html", context, fragment="results")


@require_safe
@permission_required(VIEW)
def import_detail(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Show an import: its columns until it is checked, what is being done with it, or what it would do or has done."""
    batch = seen_import(request, pk)
    if batch.state in ImportBatch.BUSY:
        return _progress_page(request, batch)
    if batch.state in ImportBatch.OPEN and batch.state != ImportBatch.State.READY:
        return mapping_response(request, batch)
    return _overview(request, batch)


@require_safe
@permission_required(VIEW)
def import_progress(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Return the part of the page that changes while work is done; when it has ended, the page is loaded anew."""
    batch = seen_import(request, pk)
    if batch.state not in ImportBatch.BUSY:
        return HttpResponseClientRedirect(batch.get_absolute_url())
    return _progress_page(request, batch)


@require_POST
@permission_required(IMPORT)
def import_apply(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Have a checked import written."""
    batch = import_for(request, pk)
    try:
        services.request_apply(batch, request.user)
    except services.ImportRefused as error:
        messages.error(request, str(error))
    return redirect(batch)


@require_POST
@permission_required(IMPORT)
def import_suggestions(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Take what is suggested for the `kind` of problem that was sent, or without one no suggestions any more."""
    batch = import_for(request, pk)
    try:
        if kind := request.POST.get("kind", ""):
            services.take_suggestions(batch, request.user, kind)
        else:
            services.leave_suggestions(batch, request.user)
    except services.ImportRefused as error:
        messages.error(request, str(error))
    return redirect(batch)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(IMPORT)
def import_undo(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Show what undoing would do and what would stay, or have it done."""
    batch = import_for(request, pk)
    if request.method == "POST":
        try:
            services.request_undo(batch, request.user)
        except services.ImportRefused as error:
            messages.error(request, str(error))
        return redirect(batch)
    if batch.state != ImportBatch.State.APPLIED:
        return redirect(batch)
    edited = ImportChange.objects.filter(batch=batch).touched_since().select_related("product").order_by("number")
    context = {"batch": batch, "counts": services.undo_preview(batch), "edited": edited[:MOST_SHOWN]}
    return render_page(request, "catalog/import_undo.html", context)


@require_POST
@permission_required(IMPORT)
def import_cancel(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Stop what is being done with an import, or put one aside that has had no effect."""
    batch = import_for(request, pk)
    if not services.cancel(batch):
        messages.info(request, _("That had ended already; nothing was cancelled."))
    return redirect(batch)


@require_safe
@permission_required(VIEW)
def import_errors(request: AuthenticatedRequest, pk: int) -> HttpResponseBase:
    """Download the rows that failed, to be mended and sent again."""
    batch = seen_import(request, pk)
    if not batch.file or not services.has_errors(batch):
        raise Http404("No row has failed, or the file is no longer kept.")
    response = StreamingHttpResponse(services.error_file(batch), content_type=f"text/csv; charset={_charset(batch)}")
    name = f"{batch.name.rpartition('.')[0] or batch.name}-errors.csv"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    return response


def _charset(batch: ImportBatch) -> str:
    return batch.table_format.encoding if batch.table_format.kind == "delimited" else "utf-8"


def _progress_page(request: AuthenticatedRequest, batch: ImportBatch) -> HttpResponse:
    job = batch.job
    context = {
        "batch": batch,
        "job": job,
        "steps": steps(job) if job is not None else [],
        "may_import": IMPORT in allowed_on(request.user, batch.seller),
    }
    return render_page(request, "catalog/import_progress.html", context, fragment="progress")


def _overview(request: AuthenticatedRequest, batch: ImportBatch) -> HttpResponse:
    found = tabs(batch)
    tab = next((tab.name for tab in found if tab.name == request.GET.get("tab")), found[0].name if found else "")
    context: dict[str, Any] = {
        "batch": batch,
        "counts": services.preview(batch),
        "parts": parts(batch.counts),
        "law": law(batch),
        "plan": plan_of(batch),
        "taken": taken(batch),
        "tabs": found,
        "tab": tab,
        "kind": request.GET.get("kind", ""),
        "job": batch.job,
        "may_import": IMPORT in allowed_on(request.user, batch.seller),
        "earlier": ImportBatch.objects.same_file(batch).first(),
        "is_cleared": batch.cleared_at is not None,
    }
    if batch.applied_at is not None:
        context |= photos_context(batch)
    if tab in {"error", "warning"}:
        context["kinds"] = kinds(batch, is_warning=tab == "warning")
    if tab not in {"error", "warning"} or context["kind"]:
        context["page"], context["rows"] = rows(batch, tab, request.GET)
    return render_page(request, "catalog/import_detail.html", context, fragment="rows")
