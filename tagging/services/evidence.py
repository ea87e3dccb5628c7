"""The picture files behind links: written before the transaction that names them, erased after one forgets them.

Their names carry the token of the job that wrote them. A file that no row names and whose job does not run under that
token any more is rubbish, whoever left it (a killed worker, a failed transaction, a revocation cut short).
"""

from __future__ import annotations

import io
import logging
import uuid
from dataclasses import dataclass

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image

from ..models import TagJob, TrackView, Video
from ..vision.types import RGBImage
from .findings import Findings

logger = logging.getLogger(__name__)

FOLDER = "evidence"
JPEG_QUALITY = 88


@dataclass(frozen=True, slots=True)
class StoredEvidence:
    """The names of a run's pictures, in the video's own folder."""

    public_id: uuid.UUID
    token: uuid.UUID

    @property
    def poster(self) -> str:
        """The still that lists show."""
        return self._name("poster")

    def crop(self, track: int, rank: int) -> str:
        """The picture of a track's view."""
        return self._name(f"{track}-{rank}")

    def frame(self, at_ms: int) -> str:
        """The whole frame, which all views at that moment share."""
        return self._name(f"at-{at_ms}")

    def _name(self, what: str) -> str:
        return f"{FOLDER}/{self.public_id}/{self.token}-{what}.jpg"


def store_evidence(job: TagJob, findings: Findings) -> StoredEvidence:
    """Write the pictures of the findings. Raises `OSError` when the storage is full or away; some may be there then."""
    names = StoredEvidence(job.video.public_id, job.token or uuid.UUID(int=0))
    pictures: dict[str, RGBImage] = {}
    for found in findings.tracks:
        for rank, view in enumerate(found.track.views):
            pictures[names.crop(found.track.number, rank)] = view.crop
            pictures[names.frame(view.at_ms)] = view.frame
    if findings.poster is not None:
        pictures[names.poster] = findings.poster
    for name, picture in pictures.items():
        default_storage.save(name, ContentFile(_jpeg(picture)))
    return names


def erase_evidence(video: Video) -> int:
    """Erase the files of a video that no row names and no running job is about to name; return how many went."""
    return _erase(str(video.public_id))


def tidy_evidence(video: Video) -> None:
    """Do the same at the end of something else: what cannot be erased now is left to the sweeper. Never raises."""
    try:
        erase_evidence(video)
    except Exception:
        logger.exception("Pictures of video %s that no row names are left for the sweeper.", video.public_id)


def sweep_evidence() -> int:
    """Erase the rubbish of all videos; return how many files went."""
    if not default_storage.exists(FOLDER):
        return 0
    folders, _ = default_storage.listdir(FOLDER)
    return sum(_erase(folder) for folder in folders)


def _erase(folder: str) -> int:
    path = f"{FOLDER}/{folder}"
    if not default_storage.exists(path):
        return 0
    # In this order: a file that is listed belongs to a job that ran before. If that job does not run now, it has
    # either committed the rows that are read last, or it never will.
    _, names = default_storage.listdir(path)
    running = TagJob.objects.filter(state=TagJob.State.RUNNING, video__public_id=folder)
    tokens = tuple(str(token) for token in running.values_list("token", flat=True))
    kept = _named_in_rows(folder)
    rubbish = [name for name in names if f"{path}/{name}" not in kept and not name.startswith(tokens)]
    for name in rubbish:
        default_storage.delete(f"{path}/{name}")
    return len(rubbish)


def _named_in_rows(public_id: str) -> set[str]:
    views = TrackView.objects.filter(track__video__public_id=public_id).values_list("crop", "frame")
    posters = Video.objects.filter(public_id=public_id).values_list("poster", flat=True)
    return {name for pair in views for name in pair} | set(posters)


def _jpeg(image: RGBImage) -> bytes:
    out = io.BytesIO()
    Image.fromarray(image).save(out, "JPEG", quality=JPEG_QUALITY)
    return out.getvalue()
