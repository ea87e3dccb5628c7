"""The people of a seller: what each is, and leaving."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from shopadmin.accounts.decorators import permission_required
from shopadmin.accounts.permissions import Permission
from shopadmin.htmx import AuthenticatedRequest

from ..forms.sellers import InvitationForm, MemberRoleForm
from ..members import LastOwner, NoSuchMember, change_role, remove_member
from ..membership import MemberRole
from ..models.sellers import MemberRoleChoices
from .seller_pages import SellerAccess, seller_access, seller_allowing, seller_page


@require_safe
@permission_required(Permission.VIEW_SELLERS)
def member_list(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """List the people of a seller and, for those who manage them, the open invitations."""
    return member_page(request, seller_access(request, slug), InvitationForm())


@require_POST
@permission_required(Permission.MANAGE_MEMBERS)
def member_change(request: AuthenticatedRequest, slug: str, pk: int) -> HttpResponse:
    """Make a member an owner, an editor or a viewer."""
    access = seller_allowing(request, slug, Permission.MANAGE_MEMBERS)
    get_object_or_404(access.seller.memberships, pk=pk)
    form = MemberRoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose owner, editor or viewer."))
        return redirect("catalog:member-list", slug)
    try:
        member = change_role(
            seller=access.seller, member_id=pk, role=MemberRole(form.cleaned_data["role"]), by=request.user
        )
        messages.success(
            request, _("%(who)s is %(role)s now.") % {"who": member.user, "role": member.get_role_display()}
        )
    except LastOwner:
        messages.error(request, _last_owner())
    except NoSuchMember:
        messages.info(request, _("That person was removed meanwhile."))
    return redirect("catalog:member-list", slug)


@require_POST
@permission_required(Permission.MANAGE_MEMBERS)
def member_remove(request: AuthenticatedRequest, slug: str, pk: int) -> HttpResponse:
    """Take somebody out of a seller."""
    access = seller_allowing(request, slug, Permission.MANAGE_MEMBERS)
    get_object_or_404(access.seller.memberships, pk=pk)
    try:
        member = remove_member(seller=access.seller, member_id=pk, by=request.user)
        messages.success(
            request,
            _("%(who)s does not work for %(seller)s any more. Invitations that they sent are taken back.")
            % {"who": member.user, "seller": access.seller},
        )
    except LastOwner:
        messages.error(request, _last_owner())
    except NoSuchMember:
        messages.info(request, _("That person was removed already."))
    return redirect("catalog:member-list", slug)


@require_POST
@permission_required(Permission.VIEW_SELLERS)
def member_leave(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Stop working for a seller."""
    access = seller_access(request, slug)
    own = access.seller.memberships.filter(user=request.user).first()
    if own is None:
        raise PermissionDenied
    try:
        remove_member(seller=access.seller, member_id=own.pk, by=request.user)
    except LastOwner:
        messages.error(request, _last_owner())
        return redirect("catalog:member-list", slug)
    except NoSuchMember:
        pass
    messages.success(request, _("You do not work for %(seller)s any more.") % {"seller": access.seller})
    return redirect("home")


def member_page(
    request: AuthenticatedRequest, access: SellerAccess, form: InvitationForm, status: int = 200
) -> HttpResponse:
    """Render the page of people, with the form for inviting as it was filled in."""
    manages = Permission.MANAGE_MEMBERS in access.may
    waiting = access.seller.invitations.filter(accepted_at__isnull=True, revoked_at__isnull=True)
    context = {
        "tab": "members",
        "members": access.seller.memberships.select_related("user"),
        "invitations": waiting.select_related("invited_by") if manages else [],
        "roles": MemberRoleChoices.choices,
        "form": form,
    }
    return seller_page(request, access, "catalog/member_list.html", context, status=status)


def _last_owner() -> str:
    return _("A seller needs an owner. Make somebody else an owner first.")
