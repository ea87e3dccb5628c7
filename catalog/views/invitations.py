"""Inviting people to a seller, and the page on which they accept.

The link in the mail is opened once: it puts its secret into the session and goes on to an address without it, so that
the secret is in no address that a page names, a browser sends on, or a log keeps.
"""

from __future__ import annotations

import logging
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shopadmin.accounts.decorators import permission_required
from shopadmin.accounts.models import User
from shopadmin.accounts.permissions import Permission
from shopadmin.accounts.sessions import log_in
from shopadmin.htmx import AuthenticatedRequest

from .. import invitations
from ..forms.sellers import InvitationForm, NewLoginForm
from ..invitations import AlreadyMember, HasLogin, NotOpen, TooMany, TooSoon, Written, WrongPerson
from ..membership import MemberRole
from ..models import Seller, SellerInvitation
from .members import member_page
from .seller_pages import seller_allowing

logger = logging.getLogger(__name__)
SESSION_KEY = "invitation"


@require_POST
@permission_required(Permission.MANAGE_MEMBERS)
def invitation_add(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Invite somebody by e-mail."""
    access = seller_allowing(request, slug, Permission.MANAGE_MEMBERS)
    form = InvitationForm(request.POST)
    if not form.is_valid():
        return member_page(request, access, form, status=422)
    send_new(request, access.seller, form.cleaned_data["email"], MemberRole(form.cleaned_data["role"]))
    return redirect("catalog:member-list", slug)


@require_POST
@permission_required(Permission.MANAGE_MEMBERS)
def invitation_resend(request: AuthenticatedRequest, slug: str, pk: int) -> HttpResponse:
    """Send an invitation again, with a new secret."""
    access = seller_allowing(request, slug, Permission.MANAGE_MEMBERS)
    try:
        _mail(
            request, invitations.resend(invitation=get_object_or_404(access.seller.invitations, pk=pk), by=request.user)
        )
    except NotOpen:
        messages.info(request, _("That invitation was accepted or taken back meanwhile."))
    except TooSoon:
        messages.info(request, _("The mail was sent a moment ago. Wait a minute before you send it again."))
    return redirect("catalog:member-list", slug)


@require_POST
@permission_required(Permission.MANAGE_MEMBERS)
def invitation_revoke(request: AuthenticatedRequest, slug: str, pk: int) -> HttpResponse:
    """Take an invitation back."""
    access = seller_allowing(request, slug, Permission.MANAGE_MEMBERS)
    invitation = get_object_or_404(access.seller.invitations, pk=pk)
    try:
        invitations.revoke(invitation=invitation, by=request.user)
        messages.success(request, _("The invitation of %(email)s is taken back.") % {"email": invitation.email})
    except NotOpen:
        messages.info(request, _("That invitation was accepted or taken back meanwhile."))
    return redirect("catalog:member-list", slug)


def send_new(request: AuthenticatedRequest, seller: Seller, email: str, role: MemberRole) -> None:
    """Invite somebody, and tell the one who invites what came of it."""
    try:
        written = invitations.invite(seller=seller, email=email, role=role, by=request.user)
    except AlreadyMember:
        messages.info(request, _("%(email)s works here already; change the role in the list.") % {"email": email})
    except TooMany:
        messages.error(request, _("There are too many invitations for now. Take some back, or wait until tomorrow."))
    else:
        if written.token:
            _mail(request, written)
        else:
            messages.info(
                request,
                _("%(email)s was invited before; the invitation is for the role “%(role)s” now. If the mail did not "
                  "arrive, send it again.")
                % {"email": email, "role": written.invitation.get_role_display()},
            )  # fmt: skip


def _mail(request: AuthenticatedRequest, written: Written) -> None:
    email = written.invitation.email
    link = request.build_absolute_uri(reverse("catalog:invitation-accept", args=[written.token]))
    try:
        invitations.mail(written=written, link=link)
    except OSError as error:  # what mail servers and the way to them raise
        logger.warning("An invitation could not be mailed: %s", type(error).__name__)
        messages.error(
            request, _("The mail to %(email)s could not be sent. Send it again in a minute.") % {"email": email}
        )
    else:
        messages.success(request, _("%(email)s is invited by e-mail.") % {"email": email})


@login_not_required
@require_safe
@never_cache
def invitation_accept(request: HttpRequest, token: str) -> HttpResponse:
    """Take the secret out of the address, and show the invitation."""
    request.session[SESSION_KEY] = token
    response = redirect("catalog:invitation-answer")
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def invitation_answer(request: HttpRequest) -> HttpResponse:
    """Show who invites to what, and accept: with the login that is there, after logging in, or with a new one."""
    token = request.session.get(SESSION_KEY, "")
    rows = SellerInvitation.objects.select_related("seller", "invited_by")
    invitation = rows.with_token(token).first() if token else None
    if invitation is None:
        return render(request, "catalog/invitation_accept.html", {"problem": "unknown"}, status=404)
    if problem := problem_of(invitation):
        return _problem(request, invitation, problem)
    if isinstance(request.user, User):
        return _with_this_login(request, invitation, request.user)
    if User.objects.filter(email=invitation.email).exists():
        return _log_in_first(request, invitation)
    return _with_new_login(request, invitation)


def problem_of(invitation: SellerInvitation) -> str:
    """Return why it cannot be accepted any more, empty if it can."""
    if invitation.accepted_at:
        return "accepted"
    if invitation.revoked_at:
        return "revoked"
    return "expired" if invitation.is_expired else ""


def _problem(request: HttpRequest, invitation: SellerInvitation, problem: str) -> HttpResponse:
    context = {"invitation": invitation, "seller": invitation.seller, "problem": problem}
    return render(request, "catalog/invitation_accept.html", context, status=410)


def _with_this_login(request: HttpRequest, invitation: SellerInvitation, user: User) -> HttpResponse:
    context = {"invitation": invitation, "seller": invitation.seller, "is_right": user.email == invitation.email}
    if request.method != "POST":
        return render(request, "catalog/invitation_accept.html", context)
    try:
        invitations.accept(invitation=invitation, user=user)
    except WrongPerson:
        return render(request, "catalog/invitation_accept.html", context, status=403)
    except NotOpen:
        invitation.refresh_from_db()
        return _problem(request, invitation, problem_of(invitation) or "revoked")
    return _welcome(request, invitation)


def _log_in_first(request: HttpRequest, invitation: SellerInvitation) -> HttpResponse:
    query = urlencode({"next": reverse("catalog:invitation-answer")})
    login_url = f"{resolve_url(settings.LOGIN_URL)}?{query}"
    if request.method == "POST":
        return redirect(login_url)
    context = {"invitation": invitation, "seller": invitation.seller, "login_url": login_url}
    return render(request, "catalog/invitation_accept.html", context)


def _with_new_login(request: HttpRequest, invitation: SellerInvitation) -> HttpResponse:
    form = NewLoginForm(request.POST if request.method == "POST" else None, email=invitation.email)
    context = {"invitation": invitation, "seller": invitation.seller, "form": form}
    if request.method != "POST" or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        return render(request, "catalog/invitation_accept.html", context, status=status)
    try:
        member = invitations.accept_with_new_login(
            invitation=invitation, name=form.cleaned_data["name"], password=form.cleaned_data["password"]
        )
    except HasLogin:
        return _log_in_first(request, invitation)
    except NotOpen:
        invitation.refresh_from_db()
        return _problem(request, invitation, problem_of(invitation) or "revoked")
    return log_in(request, member.user, redirect_url=_welcome(request, invitation, "?new").url)


def _welcome(request: HttpRequest, invitation: SellerInvitation, query: str = "") -> HttpResponseRedirect:
    request.session.pop(SESSION_KEY, None)
    messages.success(request, _("Welcome to %(seller)s.") % {"seller": invitation.seller})
    return HttpResponseRedirect(f"{invitation.seller.get_absolute_url()}{query}")
