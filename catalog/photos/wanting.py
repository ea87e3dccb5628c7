"""Fetching photos in the background: which are wanted, and getting one of them.

Every wanted photo is a row (`PhotoFetch`), so that nothing is lost and nothing done twice. A merchant's server is not
run over: the photos of one host fall due one after the other, and few of them are fetched at once.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import batched
from typing import BinaryIO, cast

from django.db import connection, transaction
from django.db.models import Min, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from shopadmin.jobs import sweeping
from shopadmin.jobs.heartbeat import Heartbeat
from shopadmin.jobs.patience import patiently
from shopadmin.jobs.running import end_job, run_leased
from shopadmin.locks import advisory_lock

from ..models import PhotoFetch, ProductImage
from .addresses import MOST_CHARACTERS
from .cleaning import MAX_PHOTO_BYTES, Photo, UnreadablePhoto, clean_photo
from .fetch_errors import FetchFailed, FetchRefused
from .fetching import check_address, fetch
from .kinds import PICTURE_TYPES
from .network import Network
from .sandbox import PhotoDecoder
from .services import MOST_PHOTOS, TooManyPhotos, files_of_failure_erased, keep_photo, locked, tell_after_commit

FETCH_PHOTO = "catalog.fetch_photo"
MOST_AT_ONCE = 2
"""How many photos are fetched from one host at the same time."""
SECONDS_APART = 0.1
"""In which distance the photos of one host fall due."""
TURN_S = 30.0
"""How long a worker goes on with the photos of one host before others may have it."""
_ROWS_A_STATEMENT = 5000

_WANT = """
    WITH wanted AS (
        INSERT INTO catalog_photofetch (
            product_id, url, host, position, import_batch_id, state, error, due_at, finished_at, created_at,
            stage, progress, attempts
        )
        SELECT product_id, url, host, position, %s, state, error, now() + wait_s * interval '1 second',
            CASE WHEN state = 'failed' THEN now() END, now(), 'wait', 0, 0
        FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::int[], %s::text[], %s::text[], %s::float[])
            AS rows (product_id, url, host, position, state, error, wait_s)
        ON CONFLICT (product_id, md5(url)) DO UPDATE
        SET state = excluded.state, error = '', due_at = excluded.due_at, finished_at = NULL, attempts = 0,
            rung_at = NULL, cancel_requested_at = NULL, position = excluded.position,
            import_batch_id = excluded.import_batch_id
        WHERE catalog_photofetch.state IN ('failed', 'cancelled') AND excluded.state = 'pending'
        RETURNING state
    )
    SELECT state, count(*) FROM wanted GROUP BY state
"""


class Hopeless(Exception):
    """The photo will not come, however often one tries; the message says why."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """How many photos are now waited for, and how many addresses were refused; known ones are neither."""

    waiting: int
    refused: int


type _Row = tuple[int, str, str, int, str, str, float]


def want_photos(wanted: Iterable[tuple[int, Sequence[str]]], *, import_batch_id: int | None = None) -> Wanted:
    """Have photos fetched: pairs of a product's key and the addresses of its photos, in the order they are to have.

    Takes any number of pairs in constant memory. An address that a product had before is not fetched again, unless it
    failed. An address from which nothing is fetched gets a row that says why. Call it in the transaction that writes
    the products; the fetching begins after its commit.
    """
    counts: Counter[str] = Counter()
    with transaction.atomic(), connection.cursor() as cursor:
        for some in batched(_rows(wanted), _ROWS_A_STATEMENT):
            # The same address twice for one product, in one statement, would be one too many for the database.
            unique = {(row[0], row[1]): row for row in reversed(some)}
            cursor.execute(_WANT, [import_batch_id, *map(list, zip(*reversed(unique.values()), strict=True))])
            counts.update(dict(cursor.fetchall()))
    return Wanted(waiting=counts[PhotoFetch.State.PENDING], refused=counts[PhotoFetch.State.FAILED])


def want_again(fetches: QuerySet[PhotoFetch]) -> int:
    """Try those of the fetches again that failed or were cancelled; return how many."""
    return fetches.filter(state__in=[PhotoFetch.State.FAILED, PhotoFetch.State.CANCELLED]).update(
        state=PhotoFetch.State.PENDING,
        due_at=timezone.now(),
        error="",
        attempts=0,
        finished_at=None,
        rung_at=None,
        cancel_requested_at=None,
    )


def fetch_photo(fetch_id: int, network: Network | None = None, *, turn_s: float = 0.0) -> PhotoFetch | None:
    """Fetch a photo that is due and put it on its product; return the row as it ended.

    None when it is not due, somebody else has it, or its host is busy with others: then it waits without losing an
    attempt. An address or a picture that is refused fails it for good; what may be better later is tried again. Having
    a turn at the host, this goes on with others of it that are due, until `turn_s` seconds are over.
    """
    host = PhotoFetch.objects.filter(pk=fetch_id).values_list("host", flat=True).first()
    if host is None:
        return None
    with _turn_at(host) as is_free, PhotoDecoder() as decoder:
        if not is_free:
            PhotoFetch.postpone(fetch_id)
            return None
        ends_at = time.monotonic() + turn_s
        first = _fetch(fetch_id, network, decoder)
        while time.monotonic() < ends_at and (following := PhotoFetch.objects.next_due(host)) is not None:
            _fetch(following, network, decoder)
        return first


def ring_due_fetches() -> int:
    """Ring for photos that are due, and park those that have had all their attempts; return how many were rung for."""
    return sweeping.ring_due(PhotoFetch, FETCH_PHOTO, on_parked=_nothing_else)


def _rows(wanted: Iterable[tuple[int, Sequence[str]]]) -> Iterator[_Row]:
    waiting: Counter[str] = Counter()
    for product_id, urls in wanted:
        for position, url in enumerate(dict.fromkeys(_storable(url) for url in urls if url.strip())):
            host, error = _host_or_error(url, position)
            state = PhotoFetch.State.FAILED if error else PhotoFetch.State.PENDING
            yield product_id, url, host, position, state.value, error, waiting[host] * SECONDS_APART
            waiting[host] += 1


def _storable(url: str) -> str:
    """Return the address as the database can keep it; one that changes by this is refused anyway."""
    return url.strip().replace("\0", "�").encode(errors="replace").decode()[:MOST_CHARACTERS]


def _host_or_error(url: str, position: int) -> tuple[str, str]:
    if position >= MOST_PHOTOS:
        return "", _("A product has at most %(most)d photos; this is one too many.") % {"most": MOST_PHOTOS}
    try:
        return check_address(url), ""
    except FetchRefused as error:
        return "", str(error)


@contextmanager
def _turn_at(host: str) -> Iterator[bool]:
    """Have one of the host's few places for the block; False when all are taken."""
    for number in range(MOST_AT_ONCE):
        with advisory_lock(f"catalog.fetch_photo {number} {host}") as is_mine:
            if is_mine:
                yield True
                return
    yield False


def _fetch(fetch_id: int, network: Network | None, decoder: PhotoDecoder) -> PhotoFetch | None:
    return run_leased(
        PhotoFetch,
        fetch_id,
        work=lambda job, heartbeat: _get(job, heartbeat, network, decoder),
        hopeless=Hopeless,
        on_ended=_nothing_else,
    )


def _get(job: PhotoFetch, heartbeat: Heartbeat, network: Network | None, decoder: PhotoDecoder) -> None:
    try:
        with fetch(job.url, most_bytes=MAX_PHOTO_BYTES, content_types=PICTURE_TYPES, network=network) as fetched:
            photo = clean_photo(cast(BinaryIO, fetched.file), decoder)
        heartbeat.check()
        patiently(lambda: _place(job, photo))
    except FetchFailed as error:
        if not error.is_temporary:
            raise Hopeless(str(error)) from error
        reason = str(error)
        end_job(job, lambda: job.retry_later(reason), on_ended=_nothing_else)
    except (FetchRefused, UnreadablePhoto, TooManyPhotos) as error:
        raise Hopeless(str(error)) from error


def _place(job: PhotoFetch, photo: Photo) -> None:
    """Put the photo on its product and end the job, both or neither.

    This counts as no change of the product: it completes one that somebody made before.
    """
    new: list[ProductImage] = []
    with locked(job.product), files_of_failure_erased(new):
        image = job.product.images.filter(sha256=photo.sha256).first()
        if image is None:
            image = keep_photo(job.product, photo, _position(job))
            new.append(image)
            tell_after_commit(new)
        job.succeed(image=image)


def _position(job: PhotoFetch) -> int:
    """Return the place before those photos that were wanted together with this one and to come after it."""
    together = PhotoFetch.objects.filter(product=job.product, import_batch_id=job.import_batch_id)
    after = together.filter(position__gt=job.position, image__isnull=False)
    first: int | None = after.aggregate(first=Min("image__position"))["first"]
    return job.product.images.count() if first is None else first


def _nothing_else(job: PhotoFetch) -> None:
    """Do nothing: no other row shows how a fetch ended."""
