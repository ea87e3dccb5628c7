"""Links from objects in videos to products, and the notices that tell creators of them.

A link in a visible state carries the live consent episode of the video's own creator. The migration adds composite
foreign keys (creator, grant) and (video, creator); the check below refuses a visible link without an episode.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models import Product

from .consents import ConsentGrant
from .creators import Creator
from .index import IndexVersion
from .jobs import TagJob
from .tracks import Track
from .videos import Video

if TYPE_CHECKING:
    from shopadmin.accounts.models import User


class ProductLinkQuerySet(models.QuerySet["ProductLink"]):
    """Which links whom may see."""

    def for_user(self, user: User) -> Self:
        """Keep the links on videos that the user may see."""
        if user.sees_all_videos:
            return self
        return self.filter(creator__user=user)

    def of_live_products(self) -> Self:
        """Keep links to what is live now: what is held back or taken down is shown nowhere from that commit on.

        The links stay as they are, and are shown again when the product comes back.
        """
        return self.filter(product__status=Product.Status.LIVE)

    def for_product(self, product: Product, user: User) -> Self:
        """Keep the links to a product, newest video first: all for the staff, else only those that viewers see.

        Whether the user may see the product is the caller's part.
        """
        links = (
            self.filter(product=product)
            if user.sees_all_videos
            else self.of_live_products().filter(product=product, state=ProductLink.State.LIVE, grant__isnull=False)
        )
        return links.select_related("video__creator").defer("evidence").order_by("-video_id", "start_ms", "rank", "pk")

    def current(self) -> Self:
        """Keep the links that are shown to the creator or to viewers, with what a card shows."""
        return (
            self.of_live_products()
            .filter(state__in=ProductLink.NEEDS_CONSENT)
            .select_related("product__brand", "product__seller", "track")
        )

    def for_creator_page(self) -> Self:
        """Keep the links that a creator can decide on, rejected ones too, with all that their cards show."""
        return (
            self.of_live_products()
            .filter(state__in=(*ProductLink.NEEDS_CONSENT, ProductLink.State.REJECTED))
            .select_related("product__brand", "product__seller")
            .prefetch_related("product__images", "product__offers")
            .defer("evidence")
        )


class ProductLink(models.Model):
    """A time-coded link from an object in a video to a product."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("proposed")
        IN_REVIEW = "in_review", _("in review")
        APPROVED = "approved", _("approved")
        LIVE = "live", _("live")
        HIDDEN = "hidden", _("hidden")
        REJECTED = "rejected", _("rejected")
        REMOVED = "removed", _("removed")

    class Kind(models.TextChoices):
        EXACT = "exact", _("exact match")
        SIMILAR = "similar", _("similar item")

    NEEDS_CONSENT: ClassVar = (State.PROPOSED, State.IN_REVIEW, State.APPROVED, State.LIVE)

    video = models.ForeignKey(Video, on_delete=models.CASCADE, related_name="links")
    creator = models.ForeignKey(Creator, on_delete=models.PROTECT, related_name="+")
    grant = models.ForeignKey(ConsentGrant, on_delete=models.PROTECT, null=True, blank=True, related_name="links")
    track = models.ForeignKey(Track, on_delete=models.SET_NULL, null=True, related_name="links")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="links")
    job = models.ForeignKey(TagJob, on_delete=models.PROTECT, related_name="links")
    index_version = models.ForeignKey(IndexVersion, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PROPOSED)
    state_reason = models.CharField(max_length=300, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    rank = models.PositiveSmallIntegerField()
    score = models.FloatField()
    probability = models.FloatField()
    start_ms = models.PositiveBigIntegerField()
    end_ms = models.PositiveBigIntegerField()
    evidence = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ProductLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("product link")
        verbose_name_plural = _("product links")
        ordering: ClassVar = ["start_ms", "rank", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["track", "product"], name="tagging_link_once_per_track"),
            models.CheckConstraint(
                condition=models.Q(state__in=["hidden", "rejected", "removed"]) | models.Q(grant__isnull=False),
                name="tagging_link_visible_only_with_consent",
            ),
            models.CheckConstraint(
                condition=models.Q(probability__gte=0, probability__lte=1), name="tagging_link_probability_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.video} → {self.product}"

    def approve(self, by: User) -> bool:
        """Make a proposed or rejected link live; False when it is in another state or the consent has ended.

        A revocation that commits first has taken the grant away, so that the condition no longer holds.
        """
        return self._decide(
            self.State.LIVE, f"approved by {by}", (self.State.PROPOSED, self.State.IN_REVIEW, self.State.REJECTED)
        )

    def reject(self, by: User) -> bool:
        """Take a link off the video, keeping its evidence so that it can be approved again; False like `approve`."""
        return self._decide(self.State.REJECTED, f"rejected by {by}", self.NEEDS_CONSENT)

    def _decide(self, state: str, reason: str, from_states: Collection[str]) -> bool:
        decided = (
            type(self)
            .objects.filter(pk=self.pk, state__in=from_states, grant__creator=models.F("creator"), track__isnull=False)
            .update(state=state, state_reason=reason[:300])
        )
        self.refresh_from_db()
        return bool(decided)


class Notice(models.Model):
    """Tells a creator that links were proposed or published for a video."""

    creator = models.ForeignKey(Creator, on_delete=models.CASCADE, related_name="notices")
    video = models.ForeignKey(Video, on_delete=models.CASCADE, related_name="notices")
    job = models.OneToOneField(TagJob, on_delete=models.CASCADE, related_name="notice")
    links_count = models.PositiveIntegerField()
    are_live = models.BooleanField()
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering: ClassVar = ["-created_at", "-pk"]
        # The creator's home asks for unread notices, newest first.
        indexes: ClassVar = [models.Index(fields=["creator", "read_at", "-created_at"], name="tagging_notice_unread")]

    def __str__(self) -> str:
        return f"{self.creator}: {self.links_count} links on {self.video}"
