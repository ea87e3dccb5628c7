"""The page on which people correct how a file is read and what its columns are; a choice shows its effect at once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from shopadmin.accounts.decorators import permission_required
from shopadmin.accounts.permissions import Permission
from shopadmin.htmx import AuthenticatedRequest, wants_fragment
from shopadmin.pages import render_page

from ..countries import names
from ..import_mapping import field_choices, mapping_page, sent_format, sent_mapping
from ..listing_import import services
from ..listing_import.encodings import CHOICES as ENCODINGS
from ..listing_import.headers import ColumnMapping
from ..listing_import.problems import FileProblem
from ..listing_import.wording import file_message
from ..listing_words import known_markets
from ..markets import currencies
from ..models import ImportBatch
from .access import allowed_on, import_for

PAGE = "catalog/import_mapping.html"
IMPORT = Permission.IMPORT_LISTINGS


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(IMPORT)
def import_columns(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Show how the file is read; keep a choice and show its effect; or keep all choices and have the file checked."""
    batch = import_for(request, pk)
    if batch.state not in ImportBatch.OPEN:
        return redirect(batch)
    if request.method != "POST":
        return mapping_response(request, batch)
    try:
        mapping = _keep(request, batch)
        if wants_fragment(request) or mapping is None:
            return mapping_response(request, batch, mapping, status=200 if wants_fragment(request) else 422)
        services.request_check(batch, request.user)
    except services.MappingRefused:
        status = 200 if wants_fragment(request) else 422
        return mapping_response(request, batch, sent_mapping(batch.column_mapping, request.POST), status=status)
    except services.ImportRefused as error:
        messages.error(request, str(error))
    return redirect(batch)


def mapping_response(
    request: AuthenticatedRequest, batch: ImportBatch, mapping: ColumnMapping | None = None, *, status: int = 200
) -> HttpResponse:
    """Render the page for an import that has had no effect, with `mapping` or the one that was kept last."""
    context: dict[str, Any] = {
        "batch": batch,
        "problem": _problem(batch),
        "earlier": ImportBatch.objects.same_file(batch).first(),
        "may_import": IMPORT in allowed_on(request.user, batch.seller),
        "encodings": ENCODINGS,
        "markets": names(get_language() or "en").items(),
        "currencies": sorted(currencies()),
    }
    try:
        guess = services.guess(batch) if batch.file and batch.mapping else None
    except (FileProblem, FileNotFoundError) as error:
        guess = None
        context["problem"] = file_message(error if isinstance(error, FileProblem) else FileProblem("lost-file"))
    if guess is not None:
        shown = mapping or guess.mapping
        context["found"] = mapping_page(guess, shown)
        context["fields"] = field_choices(shown, guess.columns, list(known_markets()))
    return render_page(request, PAGE, context, fragment="mapping", status=status)


def _keep(request: AuthenticatedRequest, batch: ImportBatch) -> ColumnMapping | None:
    """Keep what was sent; with another way of reading, the columns are guessed anew.

    Return the mapping now in force; None when the file cannot be read in that way.
    """
    form = sent_format(batch.table_format, request.POST)
    if form != batch.table_format:
        services.set_format(batch, form)
        if not batch.problem:
            sent = sent_mapping(batch.column_mapping, request.POST)
            services.set_mapping(batch, replace(sent, fields=batch.column_mapping.fields))
    elif batch.mapping:
        services.set_mapping(batch, sent_mapping(batch.column_mapping, request.POST))
    return None if batch.problem else batch.column_mapping


def _problem(batch: ImportBatch) -> str:
    """Say why an import failed: because of its file, or because the work on it did."""
    if batch.problem:
        return file_message(batch.problem)
    if batch.state != ImportBatch.State.FAILED:
        return ""
    job = batch.job
    return str(job.explanation) if job is not None else ""
