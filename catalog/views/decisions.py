"""The page of a decision, and restoring others that were held for a reason that was wrong."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from shopadmin.accounts.decorators import permission_required
from shopadmin.accounts.permissions import Permission, Scope
from shopadmin.htmx import AuthenticatedRequest
from shopadmin.pages import render_page

from ..decision_page import decision_page, sees_all
from ..forms.findings import RestoreForm
from ..listings import Refusal
from ..models import Decision
from ..ripple import Restored, restore_similar
from .access import allowed_on

MOST_SENT = 1000


@require_safe
@permission_required(Permission.VIEW_LISTINGS)
def decision_detail(request: AuthenticatedRequest, key: UUID) -> HttpResponse:
    """Show what was decided and why, as the seller reads it; to staff also who, for what, and what follows."""
    return _page(request, _seen(request, key))


@require_POST
@permission_required(Permission.HOLD_LISTINGS)
def decision_restore(request: AuthenticatedRequest, key: UUID) -> HttpResponse:
    """Release the chosen listings that are held for the reason that was wrong here."""
    decision, form = _seen(request, key), RestoreForm(request.POST)
    if not form.is_valid():
        return _page(request, decision, form=form, status=422)
    sent = request.POST.getlist("product")[:MOST_SENT]
    keys = [int(text) for text in sent if text.isdecimal() and len(text) < 19]
    if not keys:
        messages.error(request, _("Choose the listings that are to be restored."))
        return redirect(decision)
    try:
        restored = restore_similar(decision, keys, by=request.user, reason=form.cleaned_data["reason"])
    except Refusal as error:
        messages.error(request, str(error))
        return redirect(decision)
    _say_left_alone(request, restored)
    return redirect(restored.action or decision)


def _say_left_alone(request: AuthenticatedRequest, restored: Restored) -> None:
    """Say which listings were left alone, and why."""
    count = len(restored.not_similar)
    gone = ngettext(
        "%(number)s is not held for this reason any more.", "%(number)s are not held for this reason any more.", count
    )
    _say(request, gone, count)
    count = len(restored.held_otherwise)
    held = ngettext("%(number)s is held for something else too.", "%(number)s are held for something else too.", count)
    _say(request, held, count)
    count = len(restored.appeal_answered)
    answered = ngettext(
        "%(number)s stays: its appeal was answered.", "%(number)s stay: their appeals were answered.", count
    )
    _say(request, answered, count)
    if restored.action is None:
        messages.error(request, _("Nothing was restored."))


def _say(request: AuthenticatedRequest, words: str, count: int) -> None:
    if count:
        messages.info(request, words % {"number": count})


def _seen(request: AuthenticatedRequest, key: UUID) -> Decision:
    """Return a decision that the user may see; that a listing is in order is for staff."""
    decisions = Decision.objects.for_user(request.user)
    if not sees_all(request.user):
        decisions = decisions.restrictions()
    fetched = decisions.select_related(
        "product__seller", "product__brand", "hold", "decided_by", "annulled_by"
    ).prefetch_related("product__images", "product__offers")
    return get_object_or_404(fetched, key=key)


def _page(
    request: AuthenticatedRequest, decision: Decision, *, form: RestoreForm | None = None, status: int = 200
) -> HttpResponse:
    may_appeal = Permission.APPEAL_HOLDS in allowed_on(request.user, decision.product.seller)
    context = {
        "shown": decision_page(decision, request.user),
        "decision": decision,
        "product": decision.product,
        "is_staff": sees_all(request.user),
        "may_appeal": may_appeal,
        "may_restore": request.user.scope(Permission.HOLD_LISTINGS) == Scope.ALL,
        "form": form or RestoreForm(),
    }
    return render_page(request, "catalog/decision_detail.html", context, status=status)
