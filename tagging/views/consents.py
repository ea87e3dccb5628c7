"""A creator's consent: what it means, giving it and taking it back with equal ease."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from shopadmin.htmx import AuthenticatedRequest
from shopadmin.pages import render_page

from ..forms import ConsentForm
from ..models import ConsentEvent, ConsentGrant, Creator, ProductLink, Publication, Track
from ..services.consents import AlreadyGranted, NothingToRevoke, grant_consent, revoke_consent
from .access import creators_only, own_creator


@require_safe
@creators_only
def consent(request: AuthenticatedRequest) -> HttpResponse:
    """Show what the creator has agreed to, and what changing it does."""
    return _page(request, own_creator(request), ConsentForm())


@require_POST
@creators_only
def consent_grant(request: AuthenticatedRequest) -> HttpResponse:
    """Agree to product links, with a choice of how they become visible."""
    creator = own_creator(request)
    form = ConsentForm(request.POST)
    if not form.is_valid():
        return _page(request, creator, form, status=422)
    try:
        grant_consent(creator=creator, actor=request.user, publication=Publication(form.cleaned_data["publication"]))
        messages.success(request, _("Thank you. Videos that you upload from now on are tagged."))
    except AlreadyGranted:
        messages.info(request, _("You have already agreed. To change the terms, take the consent back first."))
    return redirect("tagging:consent")


@require_POST
@creators_only
def consent_revoke(request: AuthenticatedRequest) -> HttpResponse:
    """Take the consent back; its links go dark and what was seen is erased, in one step."""
    try:
        event = revoke_consent(creator=own_creator(request), actor=request.user)
        messages.success(request, _("Your consent is taken back. %(effect)s") % {"effect": effect_of(event)})
    except NothingToRevoke:
        messages.info(request, _("There was no consent to take back."))
    return redirect("tagging:consent")


def effect_of(event: ConsentEvent) -> str:
    """Say what a revocation took away."""
    links, videos = event.effect.get("links_removed", 0), event.effect.get("videos", 0)
    removed = ngettext("%(count)s link was removed", "%(count)s links were removed", links) % {"count": links}
    where = ngettext("on %(count)s video.", "on %(count)s videos.", videos) % {"count": videos}
    return f"{removed} {where}"


def _page(request: AuthenticatedRequest, creator: Creator, form: ConsentForm, status: int = 200) -> HttpResponse:
    grant = ConsentGrant.objects.filter(creator=creator).first()
    context = {
        "form": form,
        "grant": grant,
        "affected": _affected(grant) if grant else None,
        "events": [(event, effect_of(event)) for event in creator.consent_events.select_related("actor")[:50]],
        "publications": Publication,
    }
    return render_page(request, "tagging/consent.html", context, status=status)


def _affected(grant: ConsentGrant) -> dict[str, int]:
    """Count what taking back this consent removes: links that are shown or proposed, the videos seen, the objects."""
    links = ProductLink.objects.filter(grant=grant, state__in=ProductLink.NEEDS_CONSENT)
    tracks = Track.objects.filter(grant=grant)
    return {
        "links": links.count(),
        **tracks.aggregate(tracks=Count("pk"), videos=Count("video", distinct=True)),
    }
