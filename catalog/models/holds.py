"""Listings that are held back, why, and what their merchant says to that."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shopadmin.accounts.permissions import Permission, Scope

from .products import Product
from .sellers import Seller

if TYPE_CHECKING:
    from shopadmin.accounts.models import User


class HoldQuerySet(models.QuerySet["Hold"]):
    """Which holds stand, and who sees them."""

    def for_user(self, user: User, permission: Permission = Permission.VIEW_LISTINGS) -> Self:
        """Keep holds of products for which the user has `permission`."""
        if user.scope(permission) == Scope.ALL:
            return self
        return self.filter(product__seller__in=Seller.objects.for_user(user, permission))

    def open(self) -> Self:
        """Keep holds that still stand."""
        return self.filter(released_at__isnull=True)


class Hold(models.Model):
    """A reason for which a listing is held back until it is released; a held listing is never linked.

    `status_before` is what the listing returns to. The one who holds says what is wrong and what the merchant can do.
    """

    class Ground(models.TextChoices):
        COUNTERFEIT = "counterfeit", _("may be counterfeit")
        UNAUTHORIZED = "unauthorised", _("brand not authorised for this seller")
        FORBIDDEN = "forbidden", _("may not be sold here")
        MISLEADING = "misleading", _("misleading title, photo or price")
        UNSAFE = "unsafe", _("unsafe or recalled")
        INCOMPLETE = "incomplete", _("something required is missing")
        OTHER = "other", _("another reason")

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="holds")
    ground = models.CharField(_("ground"), max_length=20, choices=Ground)
    explanation = models.TextField(_("what is wrong"))
    remedy = models.TextField(_("what the merchant can do"), blank=True)
    status_before = models.CharField(max_length=10, choices=Product.Status)
    placed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    placed_at = models.DateTimeField(default=timezone.now)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    released_at = models.DateTimeField(null=True, blank=True)
    release_reason = models.TextField(_("why it was released"), blank=True)

    objects = HoldQuerySet.as_manager()

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        ordering: ClassVar = ["-placed_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["product"], condition=Q(released_at__isnull=True), name="catalog_hold_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product}: {self.get_ground_display()}"

    def release(self, by: User, reason: str) -> bool:
        """End the hold; False when it has ended already."""
        now = timezone.now()
        standing = Hold.objects.filter(pk=self.pk).open()
        if not standing.update(released_by=by, released_at=now, release_reason=reason):
            return False
        self.released_by, self.released_at, self.release_reason = by, now, reason
        return True


class AppealQuerySet(models.QuerySet["Appeal"]):
    """Which appeals wait, and who sees them."""

    def for_user(self, user: User) -> Self:
        """Keep appeals against holds that the user may see."""
        if user.scope(Permission.VIEW_LISTINGS) == Scope.ALL:
            return self
        return self.filter(hold__product__seller__in=Seller.objects.for_user(user, Permission.VIEW_LISTINGS))

    def waiting(self) -> Self:
        """Keep appeals without an answer."""
        return self.filter(state=Appeal.State.WAITING)

    def for_queue(self) -> Self:
        """Fetch what the list of appeals shows."""
        return self.select_related(
            "hold__product__seller", "hold__product__brand", "hold__placed_by", "made_by"
        ).prefetch_related("hold__product__images", "documents")


class Appeal(models.Model):
    """What a merchant says against a hold, and the answer: by somebody else than the one who placed the hold.

    A hold can have several, one after the other: see `catalog/appeal_chances.py`.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting for an answer")
        UPHELD = "upheld", _("the hold stands")
        OVERTURNED = "overturned", _("the hold was lifted")

    hold = models.ForeignKey(Hold, on_delete=models.CASCADE, related_name="appeals")
    text = models.TextField(_("what you say"))
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    answer = models.TextField(_("answer"), blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = AppealQuerySet.as_manager()

    class Meta:
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")
        ordering: ClassVar = ["made_at", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state="waiting", answered_at__isnull=True)
                | Q(~Q(state="waiting"), answered_at__isnull=False),
                name="catalog_appeal_answer_dated",
            ),
            models.UniqueConstraint(fields=["hold"], condition=Q(state="waiting"), name="catalog_appeal_one_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.hold}: {self.get_state_display()}"

    def close(self, state: Appeal.State, answer: str, by: User | None) -> bool:
        """Answer the appeal, by nobody where the hold ended by itself; False when it was answered already."""
        now = timezone.now()
        waiting = Appeal.objects.filter(pk=self.pk).waiting()
        if not waiting.update(state=state, answer=answer, answered_by=by, answered_at=now):
            return False
        self.state, self.answer, self.answered_by, self.answered_at = state, answer, by, now
        return True
