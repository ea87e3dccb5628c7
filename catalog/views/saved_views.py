"""Filters of the products index that people keep under a name."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from shopadmin.accounts.decorators import permission_required
from shopadmin.accounts.models import User
from shopadmin.accounts.permissions import Permission
from shopadmin.htmx import AuthenticatedRequest

from ..listing_filters import ListingFilters
from ..models import SavedView, Seller
from .returning import back_to_list

MOST_VIEWS = 50
"""As many views one may own; more would be no help as tabs."""


class ViewForm(forms.Form):
    """A view's name, and the seller within which it is shared, if any."""

    name = forms.CharField(
        max_length=60, error_messages={"required": gettext_lazy("Give the view a name, then save it again.")}
    )
    seller = forms.ModelChoiceField(
        Seller.objects.none(),
        required=False,
        error_messages={"invalid_choice": gettext_lazy("You cannot share views with that seller.")},
    )

    def __init__(self, request: AuthenticatedRequest) -> None:
        super().__init__(request.POST)
        self.fields["seller"].queryset = Seller.objects.with_member(  # type: ignore[attr-defined]
            request.user, Permission.EDIT_LISTINGS
        )


@require_POST
@permission_required(Permission.VIEW_LISTINGS)
def view_add(request: AuthenticatedRequest) -> HttpResponse:
    """Keep the filter under a name."""
    form = ViewForm(request)
    if not form.is_valid():
        return _refused(request, form)
    if SavedView.objects.filter(owner=request.user).count() >= MOST_VIEWS:
        messages.error(request, _("You have %(count)s views; delete one to keep another.") % {"count": MOST_VIEWS})
        return back_to_list(request)
    view = SavedView.objects.create(
        owner=request.user, name=form.cleaned_data["name"], seller=form.cleaned_data["seller"], query=_query(request)
    )
    messages.success(request, _("The view “%(name)s” is saved.") % {"name": view.name})
    return _show(view)


@require_POST
@permission_required(Permission.VIEW_LISTINGS)
def view_change(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Rename a view and share it or no longer."""
    view, form = _editable(request.user, pk), ViewForm(request)
    if not form.is_valid():
        return _refused(request, form)
    view.change(name=form.cleaned_data["name"], seller=form.cleaned_data["seller"])
    messages.success(request, _("The view “%(name)s” is saved.") % {"name": view.name})
    return back_to_list(request)


@require_POST
@permission_required(Permission.VIEW_LISTINGS)
def view_keep(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Let a view hold the filter that is shown now."""
    view = _editable(request.user, pk)
    view.keep(_query(request))
    messages.success(request, _("The view “%(name)s” holds this filter now.") % {"name": view.name})
    return _show(view)


@require_POST
@permission_required(Permission.VIEW_LISTINGS)
def view_copy(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Make a personal copy of a view that the user sees."""
    return _show(get_object_or_404(SavedView.objects.for_user(request.user), pk=pk).copy_for(request.user))


@require_POST
@permission_required(Permission.VIEW_LISTINGS)
def view_delete(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Delete a view; its filter stays on the screen, so that it can be saved again."""
    view = _editable(request.user, pk)
    view.delete()
    messages.success(request, _("The view “%(name)s” is deleted.") % {"name": view.name})
    return redirect(f"{reverse('catalog:product-list')}?{view.query}")


def _editable(user: User, pk: int) -> SavedView:
    """Return the view; 404 when the user does not see it or may not change it."""
    return get_object_or_404(SavedView.objects.editable_by(user), pk=pk)


def _query(request: AuthenticatedRequest) -> str:
    """Return the filter that was posted, cleaned."""
    return ListingFilters.from_query(QueryDict(request.POST.get("query", "").removeprefix("?"))).to_query()


def _show(view: SavedView) -> HttpResponse:
    return redirect(f"{reverse('catalog:product-list')}?view={view.pk}")


def _refused(request: AuthenticatedRequest, form: forms.Form) -> HttpResponse:
    for errors in form.errors.values():
        messages.error(request, " ".join(str(error) for error in errors))
    return back_to_list(request)
