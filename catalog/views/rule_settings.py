"""A rule's settings, and the share of listings on which its live version acts."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from shopadmin.accounts.decorators import permission_required
from shopadmin.accounts.permissions import Permission
from shopadmin.htmx import AuthenticatedRequest
from shopadmin.pages import render_page

from ..forms.rule_settings import RolloutForm, SettingsForm, rollout_form
from ..listings import Refusal
from ..models import Rule, RuleVersion
from ..rollout_page import Reach, reach
from ..rule_list import precisions_of
from ..rule_settings import OwnGuard, change_settings, why_not_lower
from ..rule_writing import set_rollout
from ..rules.problems import RuleRefused


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.WRITE_RULES)
def rule_settings(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Change a rule's title, ground, least precision and owner, with the reason."""
    rule = get_object_or_404(Rule.objects.select_related("owner"), slug=slug)
    form = SettingsForm(request.POST or None, rule=rule)
    if request.method == "POST" and form.is_valid():
        try:
            changed = change_settings(
                rule=rule, changed=form.changed, reason=form.cleaned_data["reason"], by=request.user
            )
        except OwnGuard as error:
            form.add_error("floor_percent", str(error))
        except Refusal as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The settings are saved."))
            return redirect(changed)
    context = {
        "rule": rule,
        "form": form,
        "why_not_lower": why_not_lower(rule, request.user),
        "precision": precisions_of([rule.pk], timezone.now()).get(rule.pk),
    }
    status = 422 if request.method == "POST" else 200
    return render_page(request, "catalog/rule_settings.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.WRITE_RULES)
def rule_rollout(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Propose that the live version acts on another share of listings; say what a share means while one types it."""
    versions = RuleVersion.objects.select_related("rule", "written_by")
    version = versions.filter(rule__slug=slug, state=RuleVersion.State.LIVE).first()
    if version is None:
        messages.error(request, _("No version of this rule is live. Set the share in its draft."))
        return redirect(get_object_or_404(Rule, slug=slug))
    form = rollout_form(version) if request.method != "POST" else RolloutForm(request.POST, auto_id="rollout_%s")
    if form.is_valid():
        try:
            data = form.cleaned_data
            written = set_rollout(
                version=version, percent=data["rollout_percent"], note=data["reason"], by=request.user
            )
        except RuleRefused as error:
            form.add_error(None, str(error.problems[0].message))
        except Refusal as error:
            form.add_error(None, str(error))
        else:
            words = {"number": written.number}
            messages.success(request, _("Proposed as version %(number)s. Others are told to decide.") % words)
            return redirect(written)
    asked = request.POST.get("rollout_percent", request.GET.get("rollout_percent", ""))
    context = {"rule": version.rule, "version": version, "form": form, "reach": reach_of(version, asked)}
    status = 422 if request.method == "POST" else 200
    return render_page(request, "catalog/rule_rollout.html", context, fragment="meaning", status=status)


def reach_of(version: RuleVersion, typed: str) -> Reach | None:
    """Return what a share means as it was typed, by default that of now; None for what is no share."""
    try:
        return reach(version, Decimal(typed) if typed.strip() else version.rollout_percent)
    except (InvalidOperation, ValueError):
        return None
