"""Where brand owners tell of listings that infringe their rights, without a login, and read what became of it."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from ..forms.notices import NoticeForm
from ..models import Brand, Notice
from ..notice_limits import may_file, may_try
from ..notices import IncompleteNotice, file_notice

FORM = "catalog/notice_add.html"
SUGGESTED_BRANDS = 500


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def notice_add(request: HttpRequest) -> HttpResponse:
    """Show the form of a notice and file it; what is wrong is said at once, and nothing that was written is lost."""
    if request.method != "POST":
        return _form(request, NoticeForm())
    form = NoticeForm(request.POST)
    if not may_try(request):
        return _too_many(request, form)
    if not form.is_valid():
        return _form(request, form, status=422)
    if not may_file(request, form.cleaned_data["sender_email"]):
        return _too_many(request, form)
    try:
        notice = file_notice(sender=form.sender(), claim=form.claim(), listings=form.cleaned_data["listings"])
    except IncompleteNotice as error:  # a listing that was there a moment ago
        for field, fault in error.faults.items():
            form.add_error(field, fault)
        return _form(request, form, status=422)
    return redirect(notice.get_receipt_url())


@login_not_required
@require_safe
@never_cache
def notice_receipt(request: HttpRequest, key: UUID) -> HttpResponse:
    """Say what happens next with a notice and, once all of it is decided, what became of each listing.

    Who has the address has it from the sender.
    """
    notice = get_object_or_404(Notice.objects.select_related("brand"), key=key)
    items = notice.items.select_related("product", "decision")
    response = render(request, "catalog/notice_receipt.html", {"notice": notice, "items": items})
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _too_many(request: HttpRequest, form: NoticeForm) -> HttpResponse:
    """Say that it is too much for now; the form keeps what was written."""
    kept = NoticeForm(initial={name: form.data.get(name, "") for name in form.fields})
    words = _("That is more than we take from one place in an hour. Nothing was filed; wait, and send it again.")
    return _form(request, kept, limit=words, status=429)


def _form(request: HttpRequest, form: NoticeForm, *, limit: str = "", status: int = 200) -> HttpResponse:
    """Answer with the form; the names of protected brands help to write one as we know it."""
    protected = Brand.objects.filter(is_protected=True).order_by("name")
    names = protected.values_list("name", flat=True)[:SUGGESTED_BRANDS]
    return render(request, FORM, {"form": form, "brands": names, "limit": limit}, status=status)
