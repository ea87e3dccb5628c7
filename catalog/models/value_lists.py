"""Lists of sellers, brands, words, article numbers and photos that rules ask by their name."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from ..rules.listing_facts import ListKind

if TYPE_CHECKING:
    from shopadmin.accounts.models import User


SHIPPED = {
    "evasive-words": gettext_noop("Evasive words"),
    "watched-sellers": gettext_noop("Watched sellers"),
}
"""The titles of the lists that came with the site, by their names."""


class ListKindChoices(models.TextChoices):
    """The kinds of lists with their names for people."""

    SELLERS = ListKind.SELLERS.value, _("sellers")
    BRANDS = ListKind.BRANDS.value, _("brands")
    WORDS = ListKind.WORDS.value, _("words and phrases")
    ARTICLES = ListKind.ARTICLES.value, _("article numbers")
    PHOTOS = ListKind.PHOTOS.value, _("photos")


class ValueList(models.Model):
    """A list with a name that stays and a kind that cannot change, since rules ask for both."""

    name = models.SlugField(_("name"), max_length=80, unique=True)
    title = models.CharField(_("title"), max_length=200)
    kind = models.CharField(_("kind"), max_length=10, choices=ListKindChoices)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("list")
        verbose_name_plural = _("lists")
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the address of the list's page."""
        return reverse("catalog:list-detail", args=[self.name])

    @property
    def shown_title(self) -> str:
        """The title in the reader's language, where it is still the one with which the list was shipped."""
        return gettext(self.title) if SHIPPED.get(self.name) == self.title else self.title


class ListEntryQuerySet(models.QuerySet["ListEntry"]):
    """What stands in lists, now or then."""

    def standing(self, at: datetime) -> Self:
        """Keep the entries that stood at a moment: added by then, and neither removed nor expired."""
        return self.filter(
            Q(removed_at__isnull=True) | Q(removed_at__gt=at),
            Q(expires_at__isnull=True) | Q(expires_at__gt=at),
            added_at__lte=at,
        )


class ListEntry(models.Model):
    """Something in a list, from when to when. `key` is `value` as rules compare it (see `ListKind`)."""

    list = models.ForeignKey(ValueList, on_delete=models.CASCADE, related_name="entries")
    value = models.CharField(_("entry"), max_length=300)
    key = models.CharField(max_length=300, editable=False)
    note = models.TextField(_("note"), blank=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = ListEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("list entry")
        verbose_name_plural = _("list entries")
        ordering: ClassVar = ["key", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["list", "key"], condition=Q(removed_at__isnull=True), name="catalog_listentry_stands_once"
            ),
        ]

    def __str__(self) -> str:
        return self.value

    def remove(self, by: User) -> bool:
        """Take it off the list; False when it is off already."""
        now = timezone.now()
        if not ListEntry.objects.filter(pk=self.pk, removed_at__isnull=True).update(removed_by=by, removed_at=now):
            return False
        self.removed_by, self.removed_at = by, now
        return True
