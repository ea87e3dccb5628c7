"""Finding products for the tracks of a video: the search in the live index, then the decision for each track."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from django.conf import settings

from shopadmin.jobs.heartbeat import Heartbeat
from shopadmin.jobs.patience import patiently

from ..matching.decision import limit_video
from ..matching.model import match
from ..matching.search import Candidate, Neighbour, QueryVectors, candidates, search
from ..matching.types import Decision, Limits
from ..models import IndexVersion, ProductLink, Video
from ..models.index import NoLiveIndex
from .findings import MatchedTrack
from .indexing import model_of
from .publishing import KEPT_OUT
from .seeing import DescribedTrack

NO_INDEX = "the catalogue is not indexed yet"
PRODUCTS_A_VIEW = 50
"""So many nearest products are scored in full for each view: the right one is nearly always among them, and the score
of a product is judged against those of the others."""


@dataclass(frozen=True, slots=True)
class Matched:
    """The tracks with their decisions, and the index that they were made with."""

    tracks: tuple[MatchedTrack, ...]
    index_version_id: int | None
    versions: dict[str, str]


def match_tracks(video: Video, described: Sequence[DescribedTrack], heartbeat: Heartbeat) -> Matched:
    """Decide for each track which products of the live index are shown, at most as many as the settings allow.

    Products that people rejected or hid in this video are no candidates. Raises `JobFenced`.
    """
    try:
        version = patiently(IndexVersion.objects.live)
    except NoLiveIndex:
        without = Decision((), (), NO_INDEX, "")
        return Matched(tuple(MatchedTrack(one.track, one.signatures, without) for one in described), None, {})
    model = model_of(version)
    limits = Limits(per_track=settings.SHOPADMIN["LINKS_PER_TRACK"], per_video=settings.SHOPADMIN["LINKS_PER_VIDEO"])
    near = patiently(lambda: _products_near(video, version, described))
    heartbeat.report(0.3)
    known = patiently(lambda: candidates(version, near))
    decisions: dict[int, Decision] = {}
    for number, (one, neighbours) in enumerate(zip(described, near, strict=True)):
        heartbeat.report(0.4 + 0.6 * number / len(described))
        keys = dict.fromkeys(neighbour.product_id for neighbour in neighbours)
        found = [known[key].product for key in keys if key in known]
        decisions[one.track.number] = match(one.signatures, found, model, limits)
    limited = limit_video(decisions, limits)
    tracks = tuple(_matched(one, limited[one.track.number], known) for one in described)
    return Matched(tracks, version.pk, {"index": str(version.pk), "matching": version.model_version})


def _products_near(video: Video, version: IndexVersion, described: Sequence[DescribedTrack]) -> list[list[Neighbour]]:
    """Return for each track the products near any of its views, nearest first; one statement asks for all views."""
    views = [signature.features for one in described for signature in one.signatures]
    if not views:
        return [[] for _ in described]
    vectors = model_of(version).project_query(np.stack(views))
    found = iter(search(version, QueryVectors(version.model_version, vectors), k=PRODUCTS_A_VIEW, market=video.market))
    decided = ProductLink.objects.filter(video=video, state__in=KEPT_OUT)
    kept_out = set(decided.values_list("product", flat=True))
    near = []
    for one in described:
        neighbours = [neighbour for _ in one.signatures for neighbour in next(found)]
        neighbours.sort(key=lambda neighbour: (-neighbour.similarity, neighbour.product_id))
        near.append([neighbour for neighbour in neighbours if neighbour.product_id not in kept_out])
    return near


def _matched(described: DescribedTrack, decision: Decision, known: Mapping[int, Candidate]) -> MatchedTrack:
    photos = {link.product: known[int(link.product)].image_ids[link.photo] for link in decision.links}
    return MatchedTrack(described.track, described.signatures, decision, photos)
