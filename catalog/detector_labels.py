"""What object detectors call what they see: filled by other apps at start-up, so that catalog imports none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.functional import Promise

_groups: dict[str, tuple[str, ...]] = {}
_words: dict[str, str | Promise] = {}


def offer_labels(groups: Mapping[str, Sequence[str]], words: Mapping[str, str | Promise] | None = None) -> None:
    """Offer labels, by group, for categories to be mapped to; offering a group again replaces it.

    `words` is what people call groups and labels, where that is not the label itself.
    """
    _words.update(words or {})
    _groups.update({group: tuple(labels) for group, labels in groups.items()})


def offered_labels() -> dict[str, tuple[str, ...]]:
    """Return the labels by group, in the order in which they were offered."""
    return dict(_groups)


def word_for(label: str) -> str:
    """Return what people call a label or a group, in the reader's language."""
    return str(_words.get(label, label))
