"""Which of the scored candidates are shown, as *exact* or *similar*, or none with the reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from itertools import accumulate

from .calibration import Calibration, gap_of, kind_gap_of
from .types import Decision, Limits, Link, ScoredProduct


class Abstention(StrEnum):
    """Why nothing is shown."""

    NO_CANDIDATES = "no product was found to compare with"
    TOO_UNSURE = "no product is likely enough to be like the thing in the picture"
    NOT_ALLOWED = "the settings allow no link here"
    VIDEO_IS_FULL = "the video already has its most likely links"


def decide(
    scored: Sequence[ScoredProduct],
    calibration: Calibration,
    kind_calibration: Calibration,
    limits: Limits,
    model_version: str = "",
) -> Decision:
    """Return the links of one track. `scored` is best first, one of each variant group.

    Every product that is likely enough to be of the same kind as the object is linked, at most `limits.per_track` of
    them (`kind_calibration.thresholds.show`). The best of all is called *exact* when it is besides likely enough to be
    the very product (`calibration.thresholds.exact`); the others are *similar*, for an object is one product.
    """
    judged = judge(scored, calibration, kind_calibration)
    shown_from, exact_from = kind_calibration.thresholds.show, calibration.thresholds.exact
    likely = [product for product in judged if product.probability >= shown_from]
    shown = likely[: limits.per_track]
    is_exact = bool(judged) and judged[0].exact_probability >= exact_from
    links = tuple(
        Link(product, "exact" if is_exact and product is judged[0] else "similar", rank)
        for rank, product in enumerate(shown, start=1)
    )
    rest = [product for product in judged if product not in shown]
    runners_up = tuple(rest[: limits.runners_up])
    return Decision(links, runners_up, _reason(judged, likely, links), model_version, shown_from, exact_from)


def judge(
    scored: Sequence[ScoredProduct], calibration: Calibration, kind_calibration: Calibration
) -> list[ScoredProduct]:
    """Return the scored products (best first) with both probabilities; the order stays."""
    return [
        replace(
            product,
            probability=kind_calibration.probability(product.score, kind_gap_of(scored, number)),
            exact_probability=calibration.probability(product.score, gap_of(scored, number)),
        )
        for number, product in enumerate(scored)
    ]


def limit_video(decisions: Mapping[int, Decision], limits: Limits) -> dict[int, Decision]:
    """Keep the most likely `limits.per_video` links among all tracks of a video (track number to decision).

    No link stays without those before it. Links that are dropped become the first runners-up of their track. Of equal
    links the earlier track's stay.
    """
    ordered = sorted(
        (-likely, link.rank, track)
        for track, decision in decisions.items()
        for link, likely in zip(decision.links, _never_rising(decision.links), strict=True)
    )
    kept = {(track, rank) for _, rank, track in ordered[: limits.per_video]}
    return {track: _limited(track, decision, kept, limits) for track, decision in decisions.items()}


def _limited(track: int, decision: Decision, kept: set[tuple[int, int]], limits: Limits) -> Decision:
    links = tuple(link for link in decision.links if (track, link.rank) in kept)
    if len(links) == len(decision.links):
        return decision
    dropped = [link.scored for link in decision.links if link not in links]
    runners_up = tuple([*dropped, *decision.runners_up][: limits.runners_up])
    return replace(decision, links=links, runners_up=runners_up, reason="" if links else Abstention.VIDEO_IS_FULL.value)


def _never_rising(links: Sequence[Link]) -> list[float]:
    """Return for each link the least probability (of the same kind) among it and those before it."""
    return list(accumulate((link.scored.probability for link in links), min))


def _reason(judged: Sequence[ScoredProduct], likely: Sequence[ScoredProduct], links: Sequence[Link]) -> str:
    if links:
        return ""
    if not judged:
        return Abstention.NO_CANDIDATES.value
    return Abstention.NOT_ALLOWED.value if likely else Abstention.TOO_UNSURE.value
