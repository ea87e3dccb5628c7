"""Why a link is there, and what its creator decides about it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from shopadmin.htmx import AuthenticatedRequest, wants_fragment
from shopadmin.pages import render_page

from ..evidence import evidence_of, exported
from ..models import ProductLink
from .access import creators_only, owned_by, sees_videos


@require_safe
@sees_videos
def link_evidence(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Show what a link rests on: in a side panel, or as a page of its own."""
    return _page(request, _seen_link(request, pk))


@require_safe
@sees_videos
def link_export(request: AuthenticatedRequest, pk: int) -> JsonResponse:
    """Hand out everything that the evidence panel shows, as JSON."""
    link = _seen_link(request, pk)
    name = f'attachment; filename="link-{link.pk}.json"'
    return JsonResponse(exported(link), json_dumps_params={"indent": 2}, headers={"Content-Disposition": name})


@require_POST
@creators_only
def link_approve(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Publish a link that was proposed or rejected."""
    link = _own_link(request, pk)
    return _decided(request, link, link.approve(request.user))


@require_POST
@creators_only
def link_reject(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Take a link off the video; it can be approved again."""
    link = _own_link(request, pk)
    return _decided(request, link, link.reject(request.user))


def _page(request: AuthenticatedRequest, link: ProductLink, *, is_decided: bool = False) -> HttpResponse:
    context = {
        "link": link,
        "evidence": evidence_of(link),
        "is_owner": owned_by(request, link.video.creator),
        "decided": is_decided,
    }
    return render_page(request, "tagging/link_evidence.html", context, fragment="evidence")


def _decided(request: AuthenticatedRequest, link: ProductLink, is_done: bool) -> HttpResponse:
    if not is_done:
        messages.error(request, _("Nothing was changed: the link is already decided, or the consent has ended."))
    if wants_fragment(request):
        return _page(request, link, is_decided=True)
    return redirect("tagging:link-evidence", link.pk)


def _seen_link(request: AuthenticatedRequest, pk: int) -> ProductLink:
    links = ProductLink.objects.for_user(request.user).select_related(
        "product__brand", "product__seller", "video__creator", "track", "job__requested_by", "index_version"
    )
    return get_object_or_404(links, pk=pk)


def _own_link(request: AuthenticatedRequest, pk: int) -> ProductLink:
    return get_object_or_404(ProductLink.objects.filter(creator__user=request.user), pk=pk)
