"""Brands: their list, the page of each, other names, and merging two."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shopadmin.accounts.decorators import permission_required
from shopadmin.accounts.permissions import Permission, Scope
from shopadmin.htmx import AuthenticatedRequest
from shopadmin.keyset import page
from shopadmin.pages import render_page

from ..brand_names import (
    NameEmpty,
    NameTaken,
    SameBrand,
    add_alias,
    add_brand,
    edit_brand,
    merge_brands,
    remove_alias,
    what_merging_does,
)
from ..forms.brands import AliasForm, BrandForm, MergeForm
from ..models import Brand, BrandAuthorization, Product, RecallEstimate

SHOWN_PRODUCTS = 12


@require_safe
@permission_required(Permission.VIEW_BRANDS)
def brand_list(request: AuthenticatedRequest) -> HttpResponse:
    """List brands by name; names and aliases can be searched for, whatever their case, accents and spaces."""
    brands, words = Brand.objects.all(), request.GET.get("q", "").strip()[:200]
    is_protected = request.GET.get("protected") == "yes"
    if words:
        brands = brands.named_like(words)
    if is_protected:
        brands = brands.filter(is_protected=True)
    found = page(brands.prefetch_related("aliases"), fields=("name", "pk"), query=request.GET, size=50)
    products = Product.objects.for_user(request.user).filter(brand__in=[brand.pk for brand in found.rows])
    counts = dict(products.order_by().values_list("brand").annotate(Count("pk")))
    context = {
        "page": found,
        "rows": [(brand, counts.get(brand.pk, 0)) for brand in found.rows],
        "q": words,
        "is_protected": is_protected,
        "may_edit": _may_edit(request),
    }
    return render_page(request, "catalog/brand_list.html", context, fragment="results")


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.EDIT_BRANDS)
def brand_add(request: AuthenticatedRequest) -> HttpResponse:
    """Add a brand."""
    form = BrandForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            brand = add_brand(**form.cleaned_data, by=request.user)
        except (NameTaken, NameEmpty) as error:
            form.add_error("name", _fault(error))
        else:
            messages.success(request, _("%(brand)s was added.") % {"brand": brand})
            return redirect(brand)
    status = 422 if request.method == "POST" else 200
    return render_page(request, "catalog/brand_add.html", {"form": form}, status=status)


@require_safe
@permission_required(Permission.VIEW_BRANDS)
def brand_detail(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Show a brand: its names, products and, for those who may see them, its authorisations."""
    return _page(request, get_object_or_404(Brand, pk=pk), {})


@require_POST
@permission_required(Permission.EDIT_BRANDS)
def brand_edit(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Change a brand's name, owner and protection."""
    brand = get_object_or_404(Brand, pk=pk)
    form = BrandForm(request.POST)
    if form.is_valid():
        try:
            edit_brand(brand=brand, **form.cleaned_data, by=request.user)
        except (NameTaken, NameEmpty) as error:
            form.add_error("name", _fault(error))
        else:
            messages.success(request, _("The brand was saved."))
            return redirect(brand)
    return _page(request, get_object_or_404(Brand, pk=pk), {"form": form}, status=422)


@require_POST
@permission_required(Permission.EDIT_BRANDS)
def brand_alias_add(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Let a brand be found under another name too."""
    brand = get_object_or_404(Brand, pk=pk)
    form = AliasForm(request.POST)
    if form.is_valid():
        try:
            alias = add_alias(brand=brand, name=form.cleaned_data["alias"], by=request.user)
        except (NameTaken, NameEmpty) as error:
            form.add_error("alias", _fault(error))
        else:
            messages.success(
                request, _("%(brand)s is found as “%(alias)s” too.") % {"brand": brand, "alias": alias.name}
            )
            return redirect(brand)
    return _page(request, brand, {"alias_form": form}, status=422)


@require_POST
@permission_required(Permission.EDIT_BRANDS)
def brand_alias_remove(request: AuthenticatedRequest, pk: int, alias: int) -> HttpResponse:
    """Take another name away."""
    row = get_object_or_404(Brand, pk=pk).aliases.filter(pk=alias).first()
    if row is not None:
        remove_alias(alias=row, by=request.user)
        messages.success(request, _("The name “%(alias)s” was taken away.") % {"alias": row.name})
    return redirect("catalog:brand-detail", pk)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.EDIT_BRANDS)
def brand_merge(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Say what merging another brand into this one does, then do it."""
    kept = get_object_or_404(Brand, pk=pk)
    data = request.POST if request.method == "POST" else request.GET if "absorbed" in request.GET else None
    form = MergeForm(data)
    context: dict[str, Any] = {"brand": kept, "form": form}
    if data is None or not form.is_valid():
        return render_page(request, "catalog/brand_merge.html", context, status=200 if data is None else 422)
    absorbed = form.cleaned_data["absorbed"]
    if absorbed.pk == kept.pk:
        form.add_error("absorbed", _("That is this brand itself. Name the other one."))
        return render_page(request, "catalog/brand_merge.html", context, status=422)
    if request.method == "POST":
        return _merge(request, kept, absorbed)
    context |= {"absorbed": absorbed, "effect": what_merging_does(kept=kept, absorbed=absorbed)}
    return render_page(request, "catalog/brand_merge.html", context)


def _merge(request: AuthenticatedRequest, kept: Brand, absorbed: Brand) -> HttpResponse:
    try:
        done = merge_brands(kept=kept, absorbed=absorbed, by=request.user)
    except (SameBrand, Brand.DoesNotExist):
        messages.info(request, _("Somebody else has merged these brands meanwhile."))
        return redirect("catalog:brand-list")
    moved = ngettext("%(count)s product moved.", "%(count)s products moved.", done.products) % {"count": done.products}
    messages.success(
        request, _("%(absorbed)s is part of %(kept)s now.") % {"absorbed": absorbed, "kept": kept} + f" {moved}"
    )
    return redirect(kept)


def _page(request: AuthenticatedRequest, brand: Brand, forms: Mapping[str, Any], status: int = 200) -> HttpResponse:
    products = Product.objects.for_user(request.user).filter(brand=brand)
    authorizations = BrandAuthorization.objects.for_user(request.user).filter(brand=brand).select_related("seller")
    context = {
        "brand": brand,
        "aliases": brand.aliases.all(),
        "products": products.with_card().exclude(status=Product.Status.REMOVED).order_by("-pk")[:SHOWN_PRODUCTS],
        "products_count": products.count(),
        "authorizations": authorizations[:20],
        "today": timezone.localdate(),
        "may_edit": _may_edit(request),
        "may_view_rules": request.user.scope(Permission.VIEW_RULES) == Scope.ALL,
        "recall": RecallEstimate.objects.filter(brand=brand).first(),
        "form": BrandForm(instance=brand),
        "alias_form": AliasForm(),
        **forms,
    }
    return render_page(request, "catalog/brand_detail.html", context, status=status)


def _may_edit(request: AuthenticatedRequest) -> bool:
    return request.user.scope(Permission.EDIT_BRANDS) == Scope.ALL


def _fault(error: NameTaken | NameEmpty) -> str:
    """Say why a name cannot be given, and who has it."""
    if isinstance(error, NameTaken):
        return _("“%(brand)s” is called that already. Merge the two if they are the same.") % {"brand": error.brand}
    return _("A name needs at least one letter or digit.")
