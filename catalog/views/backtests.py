"""Backtests: what a text, a version or a change of a list would do to all listings, before it does."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HTMX_STOP_POLLING

from shopadmin.accounts.decorators import permission_required
from shopadmin.accounts.permissions import Permission, Scope
from shopadmin.htmx import AuthenticatedRequest
from shopadmin.keyset import page
from shopadmin.pages import render_page

from ..backtest_page import backtest_page
from ..backtests.services import cancel, start_backtest
from ..forms.backtests import BacktestForm
from ..listings import Refusal
from ..maker_words import words_of
from ..models import Backtest, Rule, RuleVersion
from ..rule_writing import Wording
from ..rules.problems import RuleRefused

DETAIL = "catalog/backtest_detail.html"


@require_POST
@permission_required(Permission.WRITE_RULES)
def backtest_add(request: AuthenticatedRequest) -> HttpResponse:
    """Ask the text in the editor, which nobody has saved, of all listings."""
    form, slug = BacktestForm(request.POST), request.POST.get("rule", "")
    rule = get_object_or_404(Rule, slug=slug) if slug else None
    if not form.is_valid():
        return render_page(request, "catalog/backtest_refused.html", {"form": form, "rule": rule}, status=422)
    try:
        return redirect(
            start_backtest(wording=form.wording, by=request.user, rule=rule, days=form.cleaned_data["days"])
        )
    except RuleRefused as error:
        context: dict[str, Any] = {"form": form, "rule": rule, "problems": error.problems}
    except Refusal as error:
        context = {"form": form, "rule": rule, "refusal": str(error)}
    return render_page(request, "catalog/backtest_refused.html", context, status=422)


@require_POST
@permission_required(Permission.WRITE_RULES)
def backtest_start(request: AuthenticatedRequest, slug: str, number: int) -> HttpResponse:
    """Ask a version as it is kept of all listings."""
    version = get_object_or_404(RuleVersion.objects.select_related("rule"), rule__slug=slug, number=number)
    try:
        return redirect(start_backtest(wording=Wording.of(version), by=request.user, version=version))
    except RuleRefused as error:
        messages.error(request, _("Its text is no rule any more: %(why)s") % {"why": error.problems[0].message})
    except Refusal as error:
        messages.error(request, str(error))
    return redirect(version)


@require_safe
@permission_required(Permission.VIEW_RULES)
def backtest_list(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """List what was asked of all listings for a rule in the last days, newest first."""
    rule = get_object_or_404(Rule, slug=slug)
    tests = Backtest.objects.filter(rule=rule).with_subject()
    found = page(tests, fields=("-created_at", "-pk"), query=request.GET)
    return render_page(request, "catalog/backtest_list.html", {"rule": rule, "page": found})


@require_safe
@permission_required(Permission.VIEW_RULES)
def backtest_detail(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Show how far it is, or what it found."""
    test = _seen(pk)
    shown = backtest_page(test, request.user) if test.state == Backtest.State.SUCCEEDED else None
    context = {
        "test": test,
        "shown": shown,
        "maker": words_of(test.release.maker) if test.release else "",
        "may_write": request.user.scope(Permission.WRITE_RULES) == Scope.ALL,
    }
    return render_page(request, DETAIL, context)


@require_safe
@permission_required(Permission.VIEW_RULES)
def backtest_progress(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Return how far the worker is; at its end htmx stops asking and loads the page again."""
    test = _seen(pk)
    if not test.is_finished:
        return render_page(request, f"{DETAIL}#progress", {"test": test})
    response = HttpResponse(status=HTMX_STOP_POLLING)
    response["HX-Refresh"] = "true"
    return response


@require_POST
@permission_required(Permission.WRITE_RULES)
def backtest_cancel(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Ask the worker to stop."""
    test = _seen(pk)
    if not cancel(backtest=test):
        messages.info(request, _("It had already ended; nothing was cancelled."))
    return redirect(test)


def _seen(pk: int) -> Backtest:
    return get_object_or_404(Backtest.objects.with_subject(), pk=pk)
