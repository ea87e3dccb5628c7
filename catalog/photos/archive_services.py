"""Putting the photos of a ZIP archive on a seller's products, by their names."""

from __future__ import annotations

import io
import os
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import groupby
from typing import IO, cast

from django.core.files import File
from django.db import transaction
from django.utils.translation import gettext as _

from shopadmin.accounts.models import User
from shopadmin.jobs import running, sweeping
from shopadmin.jobs.heartbeat import Heartbeat
from shopadmin.jobs.patience import patiently

from ..models import PhotoArchive, Product, Seller
from .archive import ArchiveProblem, ArchiveReader, UnreadableArchive
from .cleaning import Photo, UnreadablePhoto, clean_photo
from .naming import Ambiguous, Match, in_order, key_of, keys_in, match
from .sandbox import PhotoDecoder
from .services import MOST_PHOTOS, add_cleaned

READ_ARCHIVE = "catalog.read_photo_archive"
MAX_ARCHIVE_BYTES = 2 * 2**30
_ERASED_A_SWEEP = 100


@dataclass(frozen=True, slots=True)
class ProductPhotos:
    """What one product got out of an archive, and what of it the product had already; names as in the archive."""

    sku: str
    product_id: int
    added: list[str]
    known: list[str]


@dataclass(frozen=True, slots=True)
class ArchiveReport:
    """Which product got or had which photos, what was left out and why, and what of the others could be better."""

    products: list[ProductPhotos] = field(default_factory=list)
    problems: list[ArchiveProblem] = field(default_factory=list)
    warnings: list[ArchiveProblem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Known:
    """The products of a seller that names in an archive may mean: SKUs by key, product keys by SKU."""

    skus_by_key: dict[str, set[str]]
    products: dict[str, int]


def receive_archive(*, seller: Seller, actor: User, file: IO[bytes], name: str) -> PhotoArchive:
    """Keep an uploaded archive, and have a worker read it. Raises `UnreadableArchive` when that is known to fail."""
    file.seek(0, os.SEEK_END)
    if file.tell() > MAX_ARCHIVE_BYTES:
        message = _("The archive is larger than %(gigabytes)d GB. Split it into several.")
        raise UnreadableArchive(message % {"gigabytes": MAX_ARCHIVE_BYTES // 2**30})
    with ArchiveReader(file) as reader:
        if not reader.names and not reader.problems:
            raise UnreadableArchive(_("The archive is empty. Put the photos into it and make it again."))
    file.seek(0)
    archive = PhotoArchive(seller=seller, requested_by=actor, name=name[:200])
    archive.file.save("photos.zip", File(file), save=False)
    archive.save()
    transaction.on_commit(lambda: sweeping.ring(PhotoArchive, READ_ARCHIVE, archive.pk))
    return archive


def read_archive(archive_id: int) -> PhotoArchive | None:
    """Read an archive that is due; return the row as it ended, or None when it is not due or somebody else has it.

    Photos that are on their products stay there when the worker dies or the job is cancelled; reading the archive again
    finds them there.
    """
    return running.run_leased(PhotoArchive, archive_id, work=_read, hopeless=UnreadableArchive, on_ended=_nothing_else)


def cancel_archive(archive: PhotoArchive) -> bool:
    """Ask for the reading to stop after the product at hand; False when it has ended already."""
    return running.cancel_job(archive, on_ended=_nothing_else)


def ring_due_archives() -> int:
    """Ring for archives that are due, and park those that have had all their attempts."""
    return sweeping.ring_due(PhotoArchive, READ_ARCHIVE, on_parked=_nothing_else)


def erase_read_archives() -> int:
    """Erase the files of archives that were read more than a day ago; return how many. Their reports stay."""
    archives = list(PhotoArchive.objects.unneeded_files()[:_ERASED_A_SWEEP])
    for archive in archives:
        archive.file.delete(save=False)
        PhotoArchive.objects.filter(pk=archive.pk).update(file="")
    return len(archives)


def add_photos_from_archive(
    *, seller: Seller, file: IO[bytes], actor: User, progress: Callable[[float], None] | None = None
) -> ArchiveReport:
    """Add the photos of a ZIP archive to the products whose SKUs their names say (see `naming`).

    One bad photo does not keep the others out. One product's photos are in memory at a time. `progress` is called with
    the share that is done, 0..1, before each product; what it raises ends the work. Raises `UnreadableArchive`.
    """
    with ArchiveReader(file) as archive, PhotoDecoder() as decoder:
        report = ArchiveReport(problems=list(archive.problems))
        known = _known_products(archive.names, seller)
        matches = list(_matched(archive.names, known, report))
        done = 0
        for sku, group in groupby(in_order(matches), key=lambda one: one.sku):
            names = [one.name for one in group]
            if progress is not None:
                progress(done / len(matches))
            product = Product.objects.filter(pk=known.products[sku]).first()
            if product is not None:
                photos = list(_cleaned(archive, names, decoder, report))
                _add(product, photos, actor, report)
            done += len(names)
    return report


def _read(job: PhotoArchive, heartbeat: Heartbeat) -> None:
    heartbeat.enter(PhotoArchive.Stage.READ)
    with job.file.open("rb") as file:
        report = add_photos_from_archive(
            seller=job.seller, file=cast(IO[bytes], file), actor=job.requested_by, progress=heartbeat.report
        )
    patiently(lambda: job.succeed(report=asdict(report)))


def _known_products(names: Sequence[str], seller: Seller) -> _Known:
    """Look through all SKUs of the seller once, and keep those that names may mean: a shop may have a million."""
    keys = {key for name in names for key in keys_in(name)}
    known = _Known(defaultdict(set), {})
    products = Product.objects.filter(seller=seller).exclude(status=Product.Status.REMOVED)
    for product_id, sku in products.order_by().values_list("pk", "sku").iterator(chunk_size=5000):
        key = key_of(sku)
        if key in keys:
            known.skus_by_key[key].add(sku)
            known.products[sku] = product_id
    return known


def _matched(names: Sequence[str], known: _Known, report: ArchiveReport) -> Iterator[Match]:
    for name in names:
        verdict = match(name, known.skus_by_key)
        if isinstance(verdict, Match):
            yield verdict
        elif isinstance(verdict, Ambiguous):
            message = _("It may belong to %(skus)s. Put it into a folder that is called like the SKU.")
            report.problems.append(ArchiveProblem(name, message % {"skus": ", ".join(verdict.skus[:5])}))
        else:
            message = _("There is no product with the SKU %(sku)s.")
            report.problems.append(ArchiveProblem(name, message % {"sku": verdict.sku[:100]}))


def _cleaned(
    archive: ArchiveReader, names: Sequence[str], decoder: PhotoDecoder, report: ArchiveReport
) -> Iterator[tuple[str, Photo]]:
    too_many = _("A product has at most %(most)d photos; this is one too many.") % {"most": MOST_PHOTOS}
    report.problems.extend(ArchiveProblem(name, too_many) for name in names[MOST_PHOTOS:])
    for found in archive.photos(names[:MOST_PHOTOS]):
        if isinstance(found, ArchiveProblem):
            report.problems.append(found)
            continue
        try:
            yield found.name, clean_photo(io.BytesIO(found.content), decoder)
        except UnreadablePhoto as error:
            report.problems.append(ArchiveProblem(found.name, str(error)))


def _add(product: Product, photos: Sequence[tuple[str, Photo]], actor: User, report: ArchiveReport) -> None:
    cleaned = [photo for _name, photo in photos]
    added = add_cleaned(product=product, photos=cleaned, actor=actor, as_many_as_fit=True)
    new = {image.sha256 for image in added.images}
    refused = {note.number for note in added.refused}
    got = ProductPhotos(product.sku, product.pk, [], [])
    for number, (name, photo) in enumerate(photos):
        if number not in refused:
            (got.added if photo.sha256 in new else got.known).append(name)
    if got.added or got.known:
        report.products.append(got)
    report.problems.extend(ArchiveProblem(photos[note.number][0], note.message) for note in added.refused)
    report.warnings.extend(ArchiveProblem(photos[note.number][0], note.message) for note in added.warnings)


def _nothing_else(archive: PhotoArchive) -> None:
    """Do nothing: no other row shows how reading an archive ended."""
