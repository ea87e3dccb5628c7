"""What object detectors call what they see: filled by other apps at start-up, so that catalog imports none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

_groups: dict[str, tuple[str, ...]] = {}


def offer_labels(groups: Mapping[str, Sequence[str]]) -> None:
    """Offer labels, by group, for categories to be mapped to; offering a group again replaces it."""
    _groups.update({group: tuple(labels) for group, labels in groups.items()})


def offered_labels() -> dict[str, tuple[str, ...]]:
    """Return the labels by group, in the order in which they were offered."""
    return dict(_groups)
