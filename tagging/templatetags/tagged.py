"""What pages about videos and links show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import template
from django.db.models import Count
from django.template import Context
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import Product
from shopadmin.accounts.models import User
from shopadmin.accounts.roles import Role
from shopadmin.templatetags.interface import clock

from ..label_words import LABEL_WORDS
from ..models import Appearance, Notice, ProductLink, Track
from ..wording import worded

register = template.Library()
register.filter(worded)

# From which probability a match is called what; the number always stands beside the word.
PROBABILITY_WORDS = (
    (0.97, gettext_lazy("almost certain")),
    (0.9, gettext_lazy("very likely")),
    (0.75, gettext_lazy("likely")),
    (0.5, gettext_lazy("possible")),
)


@register.filter
def probability_word(probability: float) -> str:
    """Say a probability of 0..1 in words."""
    for lowest, word in PROBABILITY_WORDS:
        if probability >= lowest:
            return str(word)
    return _("unlikely")


@register.filter
def stretch(appearance: Appearance) -> str:
    """Show from when to when an object is seen; one time when both fall into the same second."""
    start, end = clock(appearance.start_ms), clock(appearance.end_ms)
    return start if start == end else f"{start}–{end}"


@register.filter
def shown_links(track: Track) -> Sequence[ProductLink]:
    """Return the track's links that its creator sees, best first; they have to be fetched before."""
    return sorted(track.links.all(), key=lambda link: link.rank)


@register.filter
def track_state(track: Track) -> str:
    """Return what became of a track: the state of its best link, or "none"."""
    states = {link.state for link in track.links.all()}
    order = ("live", "approved", "proposed", "in_review", "rejected")
    return next((state for state in order if state in states), "none")


@register.filter
def label_word(label: str) -> str:
    """Return what people call what the detector calls `label`."""
    return str(LABEL_WORDS.get(label, label))


@register.filter
def track_name(track: Track) -> str:
    """Name an object by the product that it matches; else by its class; else by its number."""
    links = [link for link in shown_links(track) if link.state != ProductLink.State.REJECTED]
    if links:
        return links[0].product.title
    return label_word(track.label).capitalize() or _("Object %(number)s") % {"number": track.number + 1}


@register.simple_tag(takes_context=True)
def unread_notices(context: Context) -> int | None:
    """Return how many notices the creator has not read; None for people who get none. Asks the database once."""
    user: Any = context.get("user")
    if not isinstance(user, User) or Role.CREATOR not in user.roles:
        return None
    return Notice.objects.filter(creator__user=user, read_at=None).count()


@register.simple_tag
def videos_linking(products: Sequence[Product]) -> dict[int, int]:
    """Count for each product on how many videos it is linked; asks the database once for the whole page."""
    links = ProductLink.objects.of_live_products().filter(product__in=products, state__in=ProductLink.NEEDS_CONSENT)
    return dict(links.order_by().values_list("product").annotate(count=Count("video", distinct=True)))


@register.filter
def entry(counts: dict[int, int], key: int) -> int:
    """Return the count under `key`, 0 where there is none."""
    return counts.get(key, 0)
