"""What the page of one product shows; the views that change a product answer with it when something is wrong."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch
from django.forms import Form
from django.http import HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from shopadmin.accounts.models import User
from shopadmin.accounts.permissions import Permission, Scope
from shopadmin.accounts.roles import Role
from shopadmin.htmx import AuthenticatedRequest
from shopadmin.pages import render_page

from ..edits import edits_since, last_edit
from ..forms.editing import ListingEditor
from ..forms.holds import AnswerForm, AppealForm, HoldForm, ReleaseForm
from ..holding import chance_of
from ..listings import lacks_of
from ..markets import currencies, market_names
from ..models import Appeal, Decision, Hold, Product
from ..own_holds import own_holds
from ..photos.cleaning import MAX_PHOTO_BYTES
from ..photos.services import MOST_PHOTOS
from ..wording import LACKS
from .access import allowed_on

PAGE = "catalog/product_detail.html"
MOST_VARIANTS = 48
MOST_HOLDS = 20
MOST_FINDINGS = 8


def product_page(
    request: AuthenticatedRequest,
    product: Product,
    *,
    editor: ListingEditor | None = None,
    form: Form | None = None,
    status: int = 200,
) -> HttpResponse:
    """Answer with the page of a product; `editor` and `form` are those that were sent and are to be mended."""
    allowed = allowed_on(request.user, product.seller)
    context: dict[str, Any] = {
        "product": product,
        "allowed": allowed,
        "lacks": [LACKS[lack] for lack in lacks_of(product)],
        "variants": _variants(request.user, product),
        "undo": request.GET.get("undo", ""),
        **_holds(request.user, product),
        **_rules(request.user, product),
        **_forms(allowed, form),
    }
    if Permission.EDIT_LISTINGS in allowed:
        editor = editor or ListingEditor(seller=product.seller, product=product)
        if editor.differences:
            editor.edits = edits_since(product, editor.seen, request.user)
        context |= {**form_context(editor), **_photo_context(request, product), "newest": last_edit(product)}
    return render_page(request, PAGE, context, status=status)


def form_context(editor: ListingEditor) -> dict[str, Any]:
    """Return what the form of a listing needs beside itself."""
    editor.focus_first_problem()
    return {
        "editor": editor,
        "markets": market_names(get_language() or "en"),
        "currencies": sorted(currencies()),
    }


def _photo_context(request: AuthenticatedRequest, product: Product) -> dict[str, Any]:
    """Return what the photos show to those who may change them; a photo that was just taken away can come back."""
    key = request.GET.get("removed", "")
    found = product.removed_photos.filter(pk=key) if key.isascii() and key.isdigit() and len(key) < 19 else None
    return {
        "may_edit": True,
        "most_photos": MOST_PHOTOS,
        "most_photo_bytes": MAX_PHOTO_BYTES,
        "removed": found.first() if found is not None else None,
    }


def _variants(user: User, product: Product) -> list[Product]:
    if not product.variant_group:
        return []
    group = Product.objects.for_user(user).in_group_of(product).exclude(status=Product.Status.REMOVED)
    return list(group.with_card().order_by("variant_name", "pk")[:MOST_VARIANTS])


def _holds(user: User, product: Product) -> dict[str, Any]:
    """Return the hold that stands, with who placed it as this user may know it, and earlier ones."""
    appeals = Prefetch("appeals", Appeal.objects.select_related("made_by", "answered_by").prefetch_related("documents"))
    fetched = product.holds.select_related("placed_by", "released_by").prefetch_related(appeals)
    holds = list(fetched[:MOST_HOLDS])
    standing = next((hold for hold in holds if hold.released_at is None), None)
    return {
        "hold": standing,
        "chance": chance_of(standing) if standing else "",
        "held_by": _held_by(user, standing) if standing else "",
        "is_own_hold": standing is not None and standing.pk in own_holds(user, [standing]),
        "decision": Decision.objects.standing().restrictions().filter(hold=standing).first() if standing else None,
        "past_holds": [hold for hold in holds if hold.released_at is not None],
    }


def _rules(user: User, product: Product) -> dict[str, Any]:
    """Return what rules found on the listing, the newest first, for those who may read rules."""
    if user.scope(Permission.VIEW_RULES) == Scope.NONE:
        return {}
    found = product.findings.filter(rule__isnull=False).select_related("rule").order_by("-found_at", "-pk")
    return {"findings": found[:MOST_FINDINGS], "may_mute": user.scope(Permission.WRITE_RULES) == Scope.ALL}


def _held_by(user: User, hold: Hold) -> str:
    """Say who placed a hold: the name to staff, only what they are to merchants."""
    if hold.placed_by is None:
        return _("an automatic check")
    if user.scope(Permission.HOLD_LISTINGS) > Scope.NONE:
        return str(hold.placed_by)
    return _("our policy staff") if Role.POLICY in hold.placed_by.roles else _("an admin of this site")


def _forms(allowed: frozenset[Permission], sent: Form | None) -> dict[str, Form]:
    """Return the forms about holds that the user may fill in, the one that was sent with its errors."""
    known: dict[str, tuple[Permission, type[Form]]] = {
        "hold_form": (Permission.HOLD_LISTINGS, HoldForm),
        "release_form": (Permission.HOLD_LISTINGS, ReleaseForm),
        "appeal_form": (Permission.APPEAL_HOLDS, AppealForm),
        "answer_form": (Permission.ANSWER_APPEALS, AnswerForm),
    }
    return {
        name: sent if isinstance(sent, kind) else kind(auto_id=f"{name}_%s")
        for name, (permission, kind) in known.items()
        if permission in allowed
    }
