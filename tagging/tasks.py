"""The doorbells: each task finds its work in a row, so that losing or doubling a message does no harm."""

from __future__ import annotations

from collections.abc import Sequence

from celery import shared_task
from celery.signals import worker_process_shutdown, worker_shutdown

from shopadmin.jobs.doorbell import call_worker

from .services import evidence, jobs

INDEX_PHOTOS = "tagging.index_photos"
PHOTOS_A_MESSAGE = 20


def index_photos_soon(image_ids: Sequence[int]) -> None:
    """Call workers to new product photos. Never raises: when the queue is away, `index_missing` finds them later."""
    for start in range(0, len(image_ids), PHOTOS_A_MESSAGE):
        if not call_worker(INDEX_PHOTOS, list(image_ids[start : start + PHOTOS_A_MESSAGE])):
            return


@shared_task(name=INDEX_PHOTOS)
def index_photos(image_ids: Sequence[int]) -> None:
    """Describe photos and add them to the live index."""
    from .services.indexing import index_photos as index  # loads OpenCV, which only workers need

    index(image_ids)


@shared_task(name="tagging.index_missing")
def index_missing() -> None:
    """Describe and index photos that were missed."""
    from .services.indexing import index_missing as index

    index()


@shared_task(name=jobs.RUN_TAG_JOB)
def run_tag_job(job_id: int) -> None:
    """Do a tag job if it is due and free."""
    from .services.tagging import run_job  # loads OpenCV and what looks at pictures, which only workers need

    run_job(job_id)


@shared_task(name="tagging.ring_due_jobs")
def ring_due_jobs() -> None:
    """Ring again for jobs that are due."""
    jobs.ring_due_jobs()


@shared_task(name="tagging.sweep_evidence")
def sweep_evidence() -> None:
    """Erase pictures that no row names."""
    evidence.sweep_evidence()


@worker_process_shutdown.connect
@worker_shutdown.connect
def close_models(**_: object) -> None:
    """Free the models before the interpreter ends; MediaPipe objects that are left to it raise at exit."""
    from .services.loaded_models import close_models as close
    from .services.signing import close_describers

    close()
    close_describers()
