"""Filters that people keep under a name, and the columns that they want to see."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shopadmin.accounts.permissions import Permission

from .sellers import Seller

if TYPE_CHECKING:
    from shopadmin.accounts.models import User


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    """Whose views somebody sees and may change."""

    def for_user(self, user: User) -> Self:
        """Keep the user's own views and those shared within sellers where the user is a member.

        Membership counts, not the role: an admin, who may see every shop, does not want every shop's tabs.
        """
        shared = Seller.objects.with_member(user, Permission.VIEW_LISTINGS)
        return self.select_related("seller").filter(Q(owner=user, seller=None) | Q(seller__in=shared))

    def editable_by(self, user: User) -> Self:
        """Keep the views that the user may rename, share and delete: own ones, and shared ones as owner or editor.

        Somebody who has left a seller, or may only look, no longer changes what the others see there.
        """
        shared = Seller.objects.with_member(user, Permission.EDIT_LISTINGS)
        return self.filter(Q(owner=user, seller=None) | Q(seller__in=shared))


class SavedView(models.Model):
    """A filter of the products index under a name: personal, or shared by all members of a seller."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    seller = models.ForeignKey(Seller, on_delete=models.CASCADE, null=True, blank=True, related_name="saved_views")
    name = models.CharField(gettext_lazy("name"), max_length=60)
    query = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("saved view")
        verbose_name_plural = gettext_lazy("saved views")
        ordering: ClassVar = ["created_at", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def filters(self) -> QueryDict:
        """The filter as an address says it."""
        return QueryDict(self.query)

    def change(self, *, name: str, seller: Seller | None) -> None:
        """Give the view another name, and share it within a seller or keep it for its owner."""
        self.name, self.seller = name, seller
        self.save(update_fields=["name", "seller"])

    def keep(self, query: str) -> None:
        """Let the view hold another filter."""
        self.query = query
        self.save(update_fields=["query"])

    def copy_for(self, user: User) -> SavedView:
        """Make a personal copy."""
        name = _("%(name)s (copy)") % {"name": self.name[:50]}
        return SavedView.objects.create(owner=user, name=name[:60], query=self.query)


class ListingColumns(models.Model):
    """Which columns of the products index a user wants to see; nobody has a row before choosing."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="listing_columns"
    )
    names = ArrayField(models.CharField(max_length=20), default=list)

    def __str__(self) -> str:
        return ", ".join(self.names)
