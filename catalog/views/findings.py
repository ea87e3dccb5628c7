"""The queue of findings: looking at one listing after the other, deciding, and taking a slip back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from shopadmin.accounts.decorators import permission_required
from shopadmin.accounts.permissions import Permission
from shopadmin.htmx import AuthenticatedRequest, wants_fragment
from shopadmin.pages import render_page

from ..finding_page import beside, suggested_explanation, suggested_ground
from ..finding_queue import MOST_AT_ONCE, Place, findings_for, in_group, queue
from ..forms.findings import ClearForm, TakeDownForm
from ..group_decisions import Done, Verdict, can_be_undone, clear_all, take_down_all, undo_all
from ..models import Finding, Hold
from .undoing import forget, remember, remembered

QUEUE = "catalog/finding_queue.html"
MOST_FINDINGS = 1000
_UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@require_safe
@permission_required(Permission.DECIDE_FINDINGS)
def finding_queue(request: AuthenticatedRequest) -> HttpResponse:
    """Show what waits in groups, and one listing with all that is known of it."""
    return _answer(request, Place.from_query(request.GET), _key(request.GET.get("finding", "")))


@require_safe
@permission_required(Permission.DECIDE_FINDINGS)
def finding_detail(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Send on to the finding in the queue while it waits, afterwards to what was decided."""
    if findings_for(request.user).filter(pk=pk).exists():
        return redirect(_address(Place(), pk))
    finding = get_object_or_404(Finding.objects.for_queue(), pk=pk)
    return redirect(finding.decisions.first() or finding.product)


@require_POST
@permission_required(Permission.DECIDE_FINDINGS)
def finding_decide(request: AuthenticatedRequest) -> HttpResponse:
    """Take a listing down or clear it, and go on with the next."""
    place, found = Place.from_query(request.POST), _sent(request)
    form = _form(request, prefix="")
    if not form.is_valid():
        key = found[0].pk if found else None
        return _answer(request, place, key, forms={_name(form): form}, status=422)
    return _decided(request, place, _decide(request, form, found), is_group=False)


@require_POST
@permission_required(Permission.DECIDE_FINDINGS)
def finding_decide_group(request: AuthenticatedRequest) -> HttpResponse:
    """Decide on all listings of a group that were shown, each for itself."""
    place, found = Place.from_query(request.POST), _sent(request)
    form = _form(request, prefix="group")
    if not form.is_valid():
        return _answer(request, place, None, forms={f"group_{_name(form)}": form}, status=422)
    return _decided(request, place, _decide(request, form, found), is_group=True)


@require_POST
@permission_required(Permission.DECIDE_FINDINGS)
def decision_undo(request: AuthenticatedRequest) -> HttpResponse:
    """Take back what one has decided within the last ten minutes."""
    keys = request.POST.getlist("decision")[:MOST_FINDINGS]
    done = undo_all(can_be_undone(_uuids(keys), request.user), by=request.user)
    forget(request, keys)
    if done.decisions:
        number = len(done.decisions)
        said = ngettext("Taken back; it waits again.", "%(number)s decisions are taken back; they wait again.", number)
        messages.success(request, said % {"number": number})
    elif not done.refused:
        messages.error(request, _("There was nothing to take back: more than ten minutes went by, or it is done."))
    _say_refused(request, done)
    if request.POST.get("to") == "decision" and done.decisions:
        return redirect(done.decisions[0])
    place = Place.from_query(request.POST)
    again = done.decisions[0].findings.first() if done.decisions else None
    return _go_on(request, place, again.pk if again else None)


def _decide(request: AuthenticatedRequest, form: Form, found: list[Finding]) -> Done:
    cleaned = form.cleaned_data
    if isinstance(form, ClearForm):
        return clear_all(found, reason=cleaned["reason"], by=request.user)
    ground, severity = Hold.Ground(cleaned["ground"]), cleaned["severity"]
    return take_down_all(found, ground=ground, explanation=cleaned["explanation"], severity=severity, by=request.user)


def _decided(request: AuthenticatedRequest, place: Place, done: Done, *, is_group: bool) -> HttpResponse:
    """Remember what was decided, say why the rest was not, and go on."""
    if done.decisions:
        remember(request, [str(decision.key) for decision in done.decisions])
    elif not done.refused:
        messages.error(request, _("Nothing was changed: somebody else has just decided on this listing."))
    _say_refused(request, done)
    is_empty = is_group and not findings_for(request.user).filter(place.condition()).exists()
    after = _key(request.POST.get("next", ""))
    return _go_on(request, Place(place.by) if is_empty else place, after)


def _say_refused(request: AuthenticatedRequest, done: Done) -> None:
    if done.refused > 1:
        left = ngettext("%(number)s listing was left alone:", "%(number)s listings were left alone:", done.refused)
        messages.error(request, f"{left % {'number': done.refused}} {' '.join(done.reasons)}")
    elif done.refused:
        messages.error(request, done.reasons[0])


def _go_on(request: AuthenticatedRequest, place: Place, finding: int | None) -> HttpResponse:
    """Show the next listing: in place where htmx asks, else at its address."""
    if not wants_fragment(request):
        return redirect(_address(place, finding))
    response = _answer(request, place, finding)
    response["HX-Push-Url"] = _address(place, finding)
    return response


def _answer(
    request: AuthenticatedRequest,
    place: Place,
    finding: int | None,
    *,
    forms: Mapping[str, Form] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Answer with the queue; `forms` are those that were sent and are to be mended."""
    shown = queue(request.user, place, finding)
    context: dict[str, Any] = {"queue": shown, "place": place, "focus": shown.focus}
    if shown.focus:
        context |= {"beside": beside(shown.focus), **_forms(shown.focus.findings, "")}
    if place.group and shown.listings > 1:
        together = in_group(request.user, place)
        context |= {"together": together, "together_listings": len({each.product_id for each in together})}
        context |= {f"group_{name}": form for name, form in _forms(together, "group").items()}
    context |= {"undoable": can_be_undone(_uuids(remembered(request)), request.user), **(forms or {})}
    return render_page(request, QUEUE, context, fragment="queue", status=status)


def _forms(findings: Iterable[Finding], prefix: str) -> dict[str, Form]:
    found = list(findings)
    initial = {
        "ground": suggested_ground(found),
        "severity": max(finding.severity for finding in found),
        "explanation": suggested_explanation(found),
    }
    reason = {"reason": _("Looked at by a person: nothing is wrong with it.")}
    return {
        "take_down_form": TakeDownForm(initial=initial, auto_id=f"{prefix}down_%s"),
        "clear_form": ClearForm(initial=reason, auto_id=f"{prefix}clear_%s"),
    }


def _form(request: AuthenticatedRequest, *, prefix: str) -> Form:
    if request.POST.get("verdict") == Verdict.CLEAR:
        return ClearForm(request.POST, auto_id=f"{prefix}clear_%s")
    return TakeDownForm(request.POST, auto_id=f"{prefix}down_%s")


def _name(form: Form) -> str:
    return "clear_form" if isinstance(form, ClearForm) else "take_down_form"


def _sent(request: AuthenticatedRequest) -> list[Finding]:
    """Return the findings that were shown and still wait: what came meanwhile is not decided unseen."""
    keys = [key for text in request.POST.getlist("finding")[:MOST_FINDINGS] if (key := _key(text))]
    found = list(findings_for(request.user).filter(pk__in=keys).by_urgency().select_related("product", "rule"))
    listings = list(dict.fromkeys(finding.product_id for finding in found))[:MOST_AT_ONCE]
    return [finding for finding in found if finding.product_id in listings]


def _address(place: Place, finding: int | None) -> str:
    query = place.to_query(finding=finding)
    return reverse("catalog:finding-queue") + (f"?{query}" if query else "")


def _uuids(texts: Iterable[str]) -> list[str]:
    """Return those texts that are keys of decisions."""
    return [text for text in texts if _UUID.fullmatch(text)]


def _key(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 19 else None
