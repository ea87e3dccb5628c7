"""The list of rules and the page of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from shopadmin.accounts.decorators import permission_required
from shopadmin.accounts.permissions import Permission, Scope
from shopadmin.htmx import AuthenticatedRequest
from shopadmin.keyset import page
from shopadmin.pages import render_page

from ..forms.rule_settings import rollout_form
from ..forms.rules import DecisionForm, ReasonForm
from ..models import EvasionSign, LaneChoices, ModelRelease, Rule, RuleVersion
from ..rollout_page import reach
from ..rule_list import Shown, lanes_of, versions_shown
from ..rule_page import rule_page
from ..rule_steps import Steps

RULES_ON_A_PAGE = 50


@require_safe
@permission_required(Permission.VIEW_RULES)
def rule_list(request: AuthenticatedRequest) -> HttpResponse:
    """List rules in the order in which they are asked, lane by lane."""
    words, lane = request.GET.get("q", "").strip()[:200], request.GET.get("lane", "")
    named = request.GET.get("state", "")
    shown = Shown(named) if named in set(Shown) else Shown.IN_USE
    current = RuleVersion.objects.current().filter(*versions_shown(shown, lane, words))
    found = page(
        current.select_related("rule__owner"),
        fields=("lane", "order", "pk"),
        query=request.GET,
        size=RULES_ON_A_PAGE,
    )
    context = {
        "page": found,
        "lanes": lanes_of(found.rows, timezone.now()),
        "q": words,
        "lane": lane if lane in LaneChoices.values else "",
        "lane_choices": LaneChoices.choices,
        "shown": shown,
        "is_filtered": bool(words or lane or shown),
        "models_waiting": ModelRelease.objects.waiting().count(),
        "signs": EvasionSign.objects.to_look_at().count(),
        "may_write": request.user.scope(Permission.WRITE_RULES) == Scope.ALL,
    }
    return render_page(request, "catalog/rule_list.html", context, fragment="results")


@require_safe
@permission_required(Permission.VIEW_RULES)
def rule_detail(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Show a rule: one of its versions, what the others said otherwise, what it found, and what can be done next."""
    return rule_answer(request, get_object_or_404(Rule.objects.select_related("owner"), slug=slug))


def _rollout(version: RuleVersion, steps: Steps) -> dict[str, Any]:
    """Return what the form for another share of listings shows, where one may be proposed."""
    if not steps.may_set_rollout:
        return {}
    return {"rollout_form": rollout_form(version), "rollout_reach": reach(version, version.rollout_percent)}


def rule_answer(
    request: AuthenticatedRequest,
    rule: Rule,
    *,
    number: str = "",
    forms: Mapping[str, Form] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Answer with the page of a rule; `forms` are those that were sent and are to be mended."""
    compared = request.GET.get("compare", "")
    shown = rule_page(rule, request.user, number=number or request.GET.get("version", ""), compared=compared)
    context = {
        "shown": shown,
        "rule": rule,
        "version": shown.version,
        "steps": shown.steps,
        "is_split": request.GET.get("as") == "split",
        "is_compared": bool(compared),
        "decision_form": DecisionForm(auto_id="decision_%s"),
        "retire_form": ReasonForm(auto_id="retire_%s"),
        "back_form": ReasonForm(auto_id="back_%s"),
        "restore_form": ReasonForm(auto_id="restore_%s"),
        **_rollout(shown.version, shown.steps),
        **(forms or {}),
    }
    return render_page(request, "catalog/rule_detail.html", context, status=status)
