"""What templates of all pages use: icons, states with icon and word, dates and lengths of time."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

register = template.Library()

STATES = {
    "uploaded": ("clock", "quiet"),
    "tagging": ("pulse", "busy"),
    "tagged": ("check", "good"),
    "skipped": ("skip", "quiet"),
    "failed": ("alert", "bad"),
    "pending": ("clock", "quiet"),
    "running": ("pulse", "busy"),
    "succeeded": ("check", "good"),
    "cancelled": ("stop", "quiet"),
    "proposed": ("eye", "warn"),
    "in_review": ("eye", "warn"),
    "approved": ("check", "good"),
    "live": ("check", "good"),
    "hidden": ("skip", "quiet"),
    "accepted": ("check", "good"),
    "rejected": ("cross", "quiet"),
    "removed": ("cross", "quiet"),
    "draft": ("pencil", "quiet"),
    "held": ("alert", "warn"),
    "granted": ("check", "good"),
    "revoked": ("stop", "quiet"),
    "active": ("check", "good"),
    "expired": ("clock", "quiet"),
    "asked": ("clock", "warn"),
    "refused": ("cross", "bad"),
    "withdrawn": ("stop", "quiet"),
    "over": ("clock", "quiet"),
    "empty": ("skip", "quiet"),
    "incomplete": ("pencil", "warn"),
    "waiting": ("clock", "busy"),
    "verified": ("check", "good"),
    "outdated": ("alert", "warn"),
    "more needed": ("alert", "warn"),
    "upheld": ("stop", "quiet"),
    "overturned": ("check", "good"),
    "received": ("pencil", "warn"),
    "checking": ("pulse", "busy"),
    "ready": ("eye", "warn"),
    "applying": ("pulse", "busy"),
    "applied": ("check", "good"),
    "undoing": ("pulse", "busy"),
    "undone": ("again", "quiet"),
    "create": ("plus", "good"),
    "change": ("pencil", "busy"),
    "same": ("check", "quiet"),
    "error": ("alert", "bad"),
    "conflict": ("alert", "warn"),
    "retired": ("stop", "quiet"),
    "fires": ("alert", "warn"),
    "passes": ("check", "good"),
    "open": ("eye", "warn"),
    "confirmed": ("check", "good"),
    "cleared": ("cross", "quiet"),
}
"""The icon and the tone of every state that a row of the site can have."""


@register.simple_tag
def icon(name: str) -> SafeString:
    """Draw an icon of `static/icons.svg`; it is decoration, the word stands beside it."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("icons.svg"),
        name,
    )


@register.simple_tag
def state(value: str, word: str) -> SafeString:
    """Show a state as an icon and a word, coloured by its tone."""
    name, tone = STATES[value]
    return format_html('<span class="state" data-tone="{}">{}{}</span>', tone, icon(name), word)


@register.filter
def ago(moment: datetime) -> SafeString:
    """Show how long ago something was, with the exact time on hover."""
    exact = date_format(timezone.localtime(moment), "DATETIME_FORMAT")
    seconds = (timezone.now() - moment).total_seconds()
    words = _("just now") if seconds < 60 else _("%(time)s ago") % {"time": timesince(moment, depth=1)}
    return format_html('<time datetime="{}" title="{}">{}</time>', moment.isoformat(), exact, words)


@register.filter
def clock(milliseconds: int) -> str:
    """Show a moment or a length as minutes and seconds: 83500 is 1:23."""
    seconds = int(milliseconds) // 1000
    hours, rest = divmod(seconds, 3600)
    if hours:
        return f"{hours}:{rest // 60:02}:{rest % 60:02}"
    return f"{rest // 60}:{rest % 60:02}"


@register.filter
def percent(share: float) -> str:
    """Show a share of 0..1 in percent, never rounding something uncertain up to 100 %."""
    return f"{min(int(share * 100 + 0.5), 99 if share < 1 else 100)} %"
