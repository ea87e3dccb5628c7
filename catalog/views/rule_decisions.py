"""What is done with a rule's versions: proposing, deciding, watching in shadow, retiring, rolling back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from shopadmin.accounts.decorators import permission_required
from shopadmin.accounts.permissions import Permission
from shopadmin.htmx import AuthenticatedRequest

from ..forms.rules import DecisionForm, ReasonForm
from ..listings import Refusal
from ..models import RegressionCase, Rule, RuleVersion
from ..regression import drop_case
from ..rule_approval import approve, refuse, restore, retire, start_shadow, stop_shadow
from ..rule_writing import propose, roll_back
from ..rules.problems import RuleRefused
from .rules import rule_answer


@require_POST
@permission_required(Permission.WRITE_RULES)
def rule_propose(request: AuthenticatedRequest, slug: str, number: int) -> HttpResponse:
    """Ask a second person to let a draft go live."""
    version = _version(slug, number)
    return _done(
        request, version, lambda: propose(version=version, by=request.user), _("Proposed. Others are told to decide.")
    )


@require_POST
@permission_required(Permission.APPROVE_RULES)
def rule_decide(request: AuthenticatedRequest, slug: str, number: int) -> HttpResponse:
    """Let a version go live, or refuse it with the reason."""
    version, form = _version(slug, number), DecisionForm(request.POST, auto_id="decision_%s")
    if not form.is_valid():
        return _mend(request, version, decision_form=form)
    is_approved, reason = form.cleaned_data["verdict"] == "approve", form.cleaned_data["reason"]
    decide = approve if is_approved else refuse
    said = _("Approved. Its writer is told.") if is_approved else _("Refused. Its writer is told why.")
    return _done(request, version, lambda: decide(version=version, reason=reason, by=request.user), said)


@require_POST
@permission_required(Permission.WRITE_RULES)
def rule_shadow(request: AuthenticatedRequest, slug: str, number: int) -> HttpResponse:
    """Let a version watch without acting, or let it watch no longer."""
    version = _version(slug, number)
    if request.POST.get("to") == "off":
        return _done(
            request, version, lambda: stop_shadow(version=version, by=request.user), _("It watches no longer.")
        )
    said = _("It watches now, and changes nothing. Listings are looked at one after the other.")
    return _done(request, version, lambda: start_shadow(version=version, by=request.user), said)


@require_POST
@permission_required(Permission.WRITE_RULES)
def rule_retire(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Stop a rule at once."""
    rule, form = get_object_or_404(Rule, slug=slug), ReasonForm(request.POST, auto_id="retire_%s")
    if not form.is_valid():
        return rule_answer(request, rule, forms={"retire_form": form}, status=422)
    reason = form.cleaned_data["reason"]
    return _done(
        request,
        rule,
        lambda: retire(rule=rule, reason=reason, by=request.user),
        _("The rule is retired. It acts no more."),
    )


@require_POST
@permission_required(Permission.WRITE_RULES)
def rule_roll_back(request: AuthenticatedRequest, slug: str, number: int) -> HttpResponse:
    """Propose that the rule asks again what an earlier version asked."""
    version, form = _version(slug, number), ReasonForm(request.POST, auto_id="back_%s")
    if not form.is_valid():
        return _mend(request, version, back_form=form)
    note = form.cleaned_data["reason"]
    said = _("Version %(number)s is proposed again. Others are told to decide.") % {"number": number}
    return _done(request, version.rule, lambda: roll_back(to=version, note=note, by=request.user), said)


@require_POST
@permission_required(Permission.APPROVE_RULES)
def rule_restore(request: AuthenticatedRequest, slug: str, number: int) -> HttpResponse:
    """Let a rule act fully again that was made to review only."""
    version, form = _version(slug, number), ReasonForm(request.POST, auto_id="restore_%s")
    if not form.is_valid():
        return _mend(request, version, restore_form=form)
    reason = form.cleaned_data["reason"]
    return _done(
        request, version, lambda: restore(version=version, reason=reason, by=request.user), _("It acts fully again.")
    )


def _version(slug: str, number: int) -> RuleVersion:
    versions = RuleVersion.objects.select_related("rule", "written_by")
    return get_object_or_404(versions, rule__slug=slug, number=number)


def _mend(request: AuthenticatedRequest, version: RuleVersion, **forms: Form) -> HttpResponse:
    return rule_answer(request, version.rule, number=str(version.number), forms=forms, status=422)


@require_POST
@permission_required(Permission.WRITE_RULES)
def rule_case_drop(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Let a listing on which a rule was wrong count no longer, with the reason."""
    case = get_object_or_404(RegressionCase.objects.select_related("rule", "screening__product"), pk=pk)
    form = ReasonForm(request.POST, auto_id=f"case_{pk}_%s")
    if not form.is_valid():
        return rule_answer(request, case.rule, forms={"case_form": form}, status=422)
    reason = form.cleaned_data["reason"]
    return _done(
        request, case.rule, lambda: drop_case(case=case, reason=reason, by=request.user), _("The case is dropped.")
    )


def _done(request: AuthenticatedRequest, thing: Rule | RuleVersion, verb: Callable[[], Any], said: str) -> HttpResponse:
    """Do it and say so, or say why not; then show the page of what it was done to."""
    try:
        done = verb()
    except RuleRefused as error:
        messages.error(request, _("Its text is no rule any more: %(why)s") % {"why": error.problems[0].message})
    except Refusal as error:
        messages.error(request, str(error))
    else:
        messages.success(request, said)
        thing = done if isinstance(done, RuleVersion) else thing
    return redirect(thing)
