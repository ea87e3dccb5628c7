"""The page of one product: seeing it, adding one and editing it."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shopadmin.accounts.decorators import permission_required
from shopadmin.accounts.permissions import Permission
from shopadmin.htmx import AuthenticatedRequest
from shopadmin.pages import render_page

from ..edits import edits_since
from ..forms.editing import ListingEditor
from ..listings import EditedMeanwhile, Refusal, add_listing, edit_listing
from ..models import Product, Seller
from .access import product_for, seen_product, seller_for
from .product_page import form_context, product_page

ADD_PAGE = "catalog/product_form.html"
MOST_SELLERS = 500


@require_safe
@permission_required(Permission.VIEW_LISTINGS)
def product_detail(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Show a product, as a form to those who may edit it."""
    return product_page(request, seen_product(request, pk))


@require_safe
@permission_required(Permission.VIEW_LISTINGS)
def product_news(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Tell somebody who has the page open what others did to the listing meanwhile; 204 when nothing."""
    product = seen_product(request, pk)
    seen = request.GET.get("seen", "")
    edits = edits_since(product, int(seen) if seen.isascii() and seen.isdigit() else 0, request.user)
    others = [edit for edit in edits if not edit.is_own]
    if not others:
        return HttpResponse(status=204)
    editor = ListingEditor(seller=product.seller, product=product)
    names = dict.fromkeys(name for edit in others for name in edit.names)
    context = {"product": product, "edit": others[0], "labels": [editor.label(name) for name in names]}
    return render_page(request, "catalog/product_detail.html#news", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.EDIT_LISTINGS)
def product_edit(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Save a product; what is wrong, or what others changed meanwhile, is asked about on its page."""
    product = product_for(request, pk, Permission.EDIT_LISTINGS)
    if request.method != "POST":
        return redirect(product)
    editor = ListingEditor(seller=product.seller, product=product, data=request.POST)
    if not editor.is_valid():
        return product_page(request, product, editor=editor, status=422)
    if editor.is_stale:
        return product_page(request, product, editor=editor, status=409)
    try:
        is_changed = edit_listing(product=product, values=editor.result, actor=request.user)
    except EditedMeanwhile:
        product = seen_product(request, pk)
        editor = ListingEditor(seller=product.seller, product=product, data=request.POST)
        return product_page(request, product, editor=editor, status=409)
    except Refusal as error:
        editor.refuse(error)
        return product_page(request, product, editor=editor, status=422)
    messages.success(request, _("Saved.") if is_changed else _("Nothing was changed, so nothing was saved."))
    return redirect(product)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.EDIT_LISTINGS)
def product_add(request: AuthenticatedRequest) -> HttpResponse:
    """Add a draft to a seller; somebody with several sellers chooses first."""
    seller = _seller(request)
    if seller is None:
        sellers = Seller.objects.for_user(request.user, Permission.EDIT_LISTINGS)[:MOST_SELLERS]
        return render_page(request, ADD_PAGE, {"sellers": sellers})
    if request.method != "POST":
        return _add_page(request, seller, ListingEditor(seller=seller))
    editor = ListingEditor(seller=seller, data=request.POST)
    if not editor.is_valid():
        return _add_page(request, seller, editor, status=422)
    try:
        product = add_listing(seller=seller, values=editor.mine, actor=request.user)
    except Refusal as error:
        editor.refuse(error)
        return _add_page(request, seller, editor, status=422)
    messages.success(request, _("The listing is added as a draft. Give it photos, then publish it."))
    return redirect(product)


@require_POST
@permission_required(Permission.EDIT_LISTINGS)
def product_check(request: AuthenticatedRequest) -> HttpResponse:
    """Return what is wrong with the field that was just left, as the form would say it on saving."""
    product = _product_sent(request)
    seller = product.seller if product else _seller(request)
    if seller is None:
        raise PermissionDenied
    editor = ListingEditor(seller=seller, product=product, data=request.POST)
    fragment, context = editor.left(request.htmx.trigger_name or "")
    return render_page(request, f"{ADD_PAGE}#{fragment}", context)


def _product_sent(request: AuthenticatedRequest) -> Product | None:
    """Return the product that the form which was sent belongs to; None for a new one."""
    text = request.POST.get("product", "")
    return product_for(request, int(text), Permission.EDIT_LISTINGS) if text.isascii() and text.isdigit() else None


def _seller(request: AuthenticatedRequest) -> Seller | None:
    """Return the seller that is named, or the only one the user may add listings to; None when one has to choose."""
    sent: QueryDict = request.POST if request.method == "POST" else request.GET
    slug = sent.get("seller", "") or request.GET.get("seller", "")
    if slug:
        return seller_for(request, slug, Permission.EDIT_LISTINGS)
    own = list(Seller.objects.for_user(request.user, Permission.EDIT_LISTINGS)[:2])
    if not own:
        raise PermissionDenied
    return own[0] if len(own) == 1 else None


def _add_page(request: AuthenticatedRequest, seller: Seller, editor: ListingEditor, status: int = 200) -> HttpResponse:
    return render_page(request, ADD_PAGE, {"seller": seller, **form_context(editor)}, status=status)
