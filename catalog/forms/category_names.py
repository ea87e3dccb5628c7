"""From what people type to the category that they mean."""

from __future__ import annotations

from difflib import get_close_matches

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from ..models import Category


def category_called(text: str) -> Category:
    """Return the category with that path, or with that name where only one has it.

    Raises `ValidationError`, which says which ones it could be.
    """
    text = " > ".join(part.strip() for part in text.split(">"))
    found = list(Category.objects.filter(Q(path__iexact=text) | Q(name__iexact=text))[:3])
    exact = [category for category in found if category.path.casefold() == text.casefold()] or found
    if len(exact) == 1:
        return exact[0]
    raise ValidationError(_about(text, exact))


def _about(text: str, found: list[Category]) -> str:
    if found:
        paths = ", ".join(category.path for category in found)
        return _("There are several: %(paths)s. Choose one of them.") % {"paths": paths}
    near = get_close_matches(text, Category.objects.values_list("path", flat=True), n=1, cutoff=0.5)
    words = _("There is no category “%(text)s”.") % {"text": text}
    return f"{words} {_('Did you mean %(suggestion)s?') % {'suggestion': near[0]}}" if near else words
