"""Bringing a listing before customers, taking it back, and saying that its prices are still right."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from shopadmin.accounts.decorators import permission_required
from shopadmin.accounts.permissions import Permission
from shopadmin.htmx import AuthenticatedRequest

from ..listings import (
    Incomplete,
    Refusal,
    confirm_prices,
    publish_listing,
    remove_listing,
    restore_listing,
    withdraw_listing,
)
from ..models import Product
from ..wording import LACKS
from .access import product_for

EDIT = Permission.EDIT_LISTINGS


@require_POST
@permission_required(EDIT)
def product_publish(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Show a draft to customers."""
    product = product_for(request, pk, EDIT)

    def publish() -> str:
        publish_listing(product=product, actor=request.user)
        return _("The listing is live.")

    return _done(request, product, publish)


@require_POST
@permission_required(EDIT)
def product_withdraw(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Take a live listing back to draft."""
    product = product_for(request, pk, EDIT)

    def withdraw() -> str:
        withdraw_listing(product=product, actor=request.user)
        return _("The listing is a draft again. Customers no longer see it.")

    return _done(request, product, withdraw)


@require_POST
@permission_required(EDIT)
def product_remove(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Take a listing out of the shop; its page offers to undo that."""
    product = product_for(request, pk, EDIT)
    try:
        before = remove_listing(product=product, actor=request.user)
    except Refusal as error:
        messages.error(request, str(error))
        return redirect(product)
    return HttpResponseRedirect(f"{product.get_absolute_url()}?undo={before}")


@require_POST
@permission_required(EDIT)
def product_restore(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Bring a removed listing back, live where that is asked for and nothing is missing."""
    product = product_for(request, pk, EDIT)
    to = Product.Status.LIVE if request.POST.get("to") == Product.Status.LIVE else Product.Status.DRAFT

    def restore() -> str:
        status = restore_listing(product=product, actor=request.user, to=to)
        return _("The listing is back as “%(status)s”.") % {"status": status.label}

    return _done(request, product, restore)


@require_POST
@permission_required(EDIT)
def product_confirm(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Say that the price in one market, or in all, is still right."""
    product = product_for(request, pk, EDIT)

    def confirm() -> str:
        count = confirm_prices(product=product, actor=request.user, market=request.POST.get("market", ""))
        words = ngettext("%(count)s price is confirmed.", "%(count)s prices are confirmed.", count)
        return words % {"count": count}

    return _done(request, product, confirm)


def _done(request: AuthenticatedRequest, product: Product, act: Callable[[], str]) -> HttpResponse:
    """Act and say what was done, or why not, on the product's page."""
    try:
        messages.success(request, act())
    except Incomplete as error:
        for lack in error.lacks:
            messages.error(request, str(LACKS[lack]))
    except Refusal as error:
        messages.error(request, str(error))
    return redirect(product)
