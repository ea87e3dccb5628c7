"""Lists that rules ask: what stands in them, what is put in or taken off, and what that would change."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shopadmin.accounts.decorators import permission_required
from shopadmin.accounts.permissions import Permission, Scope
from shopadmin.htmx import AuthenticatedRequest
from shopadmin.pages import render_page

from ..backtests.services import start_list_backtest
from ..forms.rules import ReasonForm
from ..forms.value_lists import HINTS, EntriesForm, ListForm
from ..list_entries import Unfit
from ..list_page import list_page, list_rows
from ..list_writing import add_entries, add_list, delete_list, remove_entries
from ..listings import Refusal
from ..models import ListKindChoices, ValueList
from ..rules.listing_facts import ListKind

MOST_TICKED = 1000
PREVIEW = "preview"
"""The button that asks all listings instead of saving."""


@require_safe
@permission_required(Permission.VIEW_RULES)
def list_list(request: AuthenticatedRequest) -> HttpResponse:
    """Show all lists with how much stands in them and which rules ask for them."""
    return render_page(request, "catalog/list_list.html", {"rows": list_rows(), "may_write": _may_write(request)})


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.WRITE_RULES)
def list_add(request: AuthenticatedRequest) -> HttpResponse:
    """Add an empty list."""
    form = ListForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            row = add_list(name=data["name"], title=data["title"], kind=ListKind(data["kind"]), by=request.user)
        except Refusal as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, _("The list is added. Put something into it."))
            return redirect(row)
    status = 422 if request.method == "POST" else 200
    return render_page(request, "catalog/list_add.html", {"form": form}, status=status)


@require_safe
@permission_required(Permission.VIEW_RULES)
def list_detail(request: AuthenticatedRequest, name: str) -> HttpResponse:
    """Show what stands in a list, what no longer does, and which rules ask for it."""
    return _page(request, _named(name))


@require_POST
@permission_required(Permission.WRITE_RULES)
def entries_add(request: AuthenticatedRequest, name: str) -> HttpResponse:
    """Put entries into a list, or first ask all listings what that would change."""
    row, form = _named(name), EntriesForm(request.POST)
    if not form.is_valid():
        return _page(request, row, form=form, status=422)
    values = form.cleaned_data["values"]
    try:
        if PREVIEW in request.POST:
            return redirect(start_list_backtest(of=row, added=values, by=request.user))
        note, until = form.cleaned_data["note"], form.expires_at
        added = add_entries(to=row, values=values, note=note, expires_at=until, by=request.user)
    except Refusal as error:
        form.add_error(None, str(error))
        return _page(request, row, form=form, status=422)
    said = ngettext("%(number)s entry was added.", "%(number)s entries were added.", added.added)
    messages.success(request, said % {"number": added.added})
    if added.stood_already:
        stood = ngettext("%(number)s stood there already.", "%(number)s stood there already.", added.stood_already)
        messages.info(request, stood % {"number": added.stood_already})
    if added.unfit:
        left = EntriesForm(initial={**form.cleaned_data, "values": "\n".join(each.value for each in added.unfit)})
        return _page(request, row, form=left, unfit=added.unfit, status=422)
    return redirect(row)


@require_POST
@permission_required(Permission.WRITE_RULES)
def entries_remove(request: AuthenticatedRequest, name: str) -> HttpResponse:
    """Take the ticked entries off a list, or first ask all listings what that would change."""
    row = _named(name)
    keys = [int(text) for text in request.POST.getlist("entry")[:MOST_TICKED] if text.isdecimal() and len(text) < 19]
    if not keys:
        messages.error(request, _("Tick the entries that are to go."))
        return redirect(row)
    try:
        if PREVIEW in request.POST:
            return redirect(start_list_backtest(of=row, removed=keys, by=request.user))
    except Refusal as error:
        messages.error(request, str(error))
        return redirect(row)
    form = ReasonForm(request.POST, auto_id="remove_%s")
    if not form.is_valid():
        return _page(request, row, remove_form=form, ticked=frozenset(keys), status=422)
    gone = remove_entries(of=row, entries=keys, reason=form.cleaned_data["reason"], by=request.user)
    said = ngettext("%(number)s entry was taken off.", "%(number)s entries were taken off.", gone)
    messages.success(request, said % {"number": gone})
    return redirect(row)


@require_POST
@permission_required(Permission.WRITE_RULES)
def list_delete(request: AuthenticatedRequest, name: str) -> HttpResponse:
    """Delete a list that no rule asks."""
    row = _named(name)
    try:
        delete_list(of=row, by=request.user)
    except Refusal as error:
        messages.error(request, str(error))
        return redirect(row)
    messages.success(request, _("The list is deleted."))
    return redirect("catalog:list-list")


def _named(name: str) -> ValueList:
    return get_object_or_404(ValueList.objects.select_related("created_by"), name=name)


def _may_write(request: AuthenticatedRequest) -> bool:
    return request.user.scope(Permission.WRITE_RULES) == Scope.ALL


def _page(
    request: AuthenticatedRequest,
    row: ValueList,
    *,
    form: EntriesForm | None = None,
    remove_form: ReasonForm | None = None,
    unfit: tuple[Unfit, ...] = (),
    ticked: frozenset[int] = frozenset(),
    status: int = 200,
) -> HttpResponse:
    context = {
        "list": row,
        "shown": list_page(row, request.GET),
        "hint": HINTS[ListKindChoices(row.kind)],
        "q": request.GET.get("q", "").strip()[:100],
        "form": form or EntriesForm(),
        "remove_form": remove_form or ReasonForm(auto_id="remove_%s"),
        "unfit": unfit,
        "ticked": ticked,
        "may_write": _may_write(request),
    }
    return render_page(request, "catalog/list_detail.html", context, fragment="entries", status=status)
