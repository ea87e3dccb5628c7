"""The blind sample: one listing after the other, without anything that rules said of it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from shopadmin.accounts.decorators import permission_required
from shopadmin.accounts.permissions import Permission
from shopadmin.htmx import AuthenticatedRequest
from shopadmin.pages import render_page

from ..blind_samples import judge, waiting_for
from ..listings import Refusal
from ..models import BlindSample, Brand


@require_safe
@permission_required(Permission.DECIDE_FINDINGS)
def rule_sample(request: AuthenticatedRequest) -> HttpResponse:
    """Show the next listing that waits; `after` is the one that was judged or skipped."""
    after = request.GET.get("after", "")
    key = int(after) if after.isascii() and after.isdecimal() and len(after) < 19 else 0
    sample = waiting_for(request.user, after=key)
    context = {"sample": sample, "waiting": BlindSample.objects.waiting().count()}
    return render_page(request, "catalog/rule_sample.html", context)


@require_POST
@permission_required(Permission.DECIDE_FINDINGS)
def sample_judge(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Keep a verdict, or skip the listing, and go on with the next."""
    sample = get_object_or_404(BlindSample.objects.exclude(product__seller__members=request.user), pk=pk)
    verdict, named = request.POST.get("verdict", ""), request.POST.get("brand", "").strip()[:200]
    copies = Brand.objects.resolve([named])[named] if named else None
    if verdict == BlindSample.Verdict.COUNTERFEIT and named and copies is None:
        return _again(request, sample, _("Nothing was changed: no brand is called “%(name)s”.") % {"name": named})
    if verdict in BlindSample.Verdict.values:
        try:
            judge(sample=sample, verdict=verdict, copies=copies, by=request.user)
        except Refusal as error:
            messages.error(request, str(error))
    elif verdict != "skip":
        return _again(request, sample, _("Nothing was changed: choose “counterfeit”, “in order” or “skip”."))
    return redirect(f"{reverse('catalog:rule-sample')}?after={pk}")


def _again(request: AuthenticatedRequest, sample: BlindSample, why: str) -> HttpResponse:
    """Show the listing once more, and say why."""
    messages.error(request, why)
    return redirect(f"{reverse('catalog:rule-sample')}?after={sample.pk - 1}")
