"""The tree of categories, and what the detector calls the things in them."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shopadmin.accounts.decorators import permission_required
from shopadmin.accounts.permissions import Permission
from shopadmin.htmx import AuthenticatedRequest
from shopadmin.pages import render_page

from .. import categorizing
from ..categorizing import add_category, delete_category, edit_category
from ..category_tree import Leaf, laid_out
from ..forms.categories import CategoryForm, EditCategoryForm
from ..models import Category


@require_safe
@permission_required(Permission.EDIT_CATEGORIES)
def category_list(request: AuthenticatedRequest) -> HttpResponse:
    """Show the tree, with how many products lie in each category and below it."""
    return _page(request, CategoryForm(initial={"parent": request.GET.get("parent")}))


@require_POST
@permission_required(Permission.EDIT_CATEGORIES)
def category_add(request: AuthenticatedRequest) -> HttpResponse:
    """Add a category."""
    form = CategoryForm(request.POST)
    if form.is_valid():
        try:
            category = add_category(**form.cleaned_data, by=request.user)
        except FAULTS as error:
            form.add_error("name", fault(error))
        else:
            messages.success(request, _("“%(category)s” was added.") % {"category": category})
            return redirect("catalog:category-list")
    return _page(request, form, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.EDIT_CATEGORIES)
def category_detail(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Rename, move or map a category."""
    category = get_object_or_404(Category.objects.select_related("parent"), pk=pk)
    form = EditCategoryForm(request.POST if request.method == "POST" else None, category=category)
    if request.method == "POST" and form.is_valid():
        try:
            edit_category(category=category, **form.cleaned_data, by=request.user)
        except categorizing.BelowItself as error:
            form.add_error("parent", fault(error))
        except FAULTS as error:
            form.add_error("name", fault(error))
        else:
            messages.success(request, _("The category was saved."))
            return redirect("catalog:category-list")
    context = {
        "category": category,
        "form": form,
        "products": category.products.count(),
        "children": category.children.count(),
    }
    status = 422 if request.method == "POST" else 200
    return render_page(request, "catalog/category_detail.html", context, status=status)


@require_POST
@permission_required(Permission.EDIT_CATEGORIES)
def category_delete(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Delete a category that is empty."""
    category = get_object_or_404(Category, pk=pk)
    try:
        delete_category(category=category, by=request.user)
    except categorizing.NotEmpty as error:
        messages.error(
            request,
            _("“%(category)s” is not empty: %(products)s products and %(children)s categories are in it. Move them.")
            % {"category": category, "products": error.products, "children": error.children},
        )
        return redirect(category)
    messages.success(request, _("“%(category)s” was deleted.") % {"category": category})
    return redirect("catalog:category-list")


def _page(request: AuthenticatedRequest, form: CategoryForm, status: int = 200) -> HttpResponse:
    rows = Category.objects.annotate(own=Count("products"))
    categories = {row.pk: row for row in rows}
    nodes = laid_out(Leaf(row.pk, row.name, row.parent_id, row.own) for row in categories.values())
    context = {"nodes": [(node, categories[node.key]) for node in nodes], "form": form}
    return render_page(request, "catalog/category_list.html", context, status=status)


FAULTS = (categorizing.NameTaken, categorizing.NameUnusable, categorizing.TooDeep)


def fault(error: Exception) -> str:
    """Say why a category cannot be like that, and what to do."""
    if isinstance(error, categorizing.NameTaken):
        return _("There is a category of that name in the same place. Choose another name or place.")
    if isinstance(error, categorizing.NameUnusable):
        return _("A name cannot hold “>”, which separates the names in a path.")
    if isinstance(error, categorizing.TooDeep):
        return _("With this name the path is longer than 1000 characters. Choose a shorter one.")
    return _("A category cannot lie in itself, nor in one that lies in it.")
