"""Files on their arrival: kept under a name of ours, and looked at."""

from __future__ import annotations

import hashlib
from pathlib import PurePath
from typing import BinaryIO, cast
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext as _

from shopadmin.accounts.audit.recording import record
from shopadmin.accounts.models import User

from ..models import ImportBatch, Seller
from ..photos.fetch_errors import FetchFailed, FetchRefused
from ..photos.fetching import fetch
from .encodings import EncodingEvidence
from .guessing import guess_mapping, read_sample
from .headers import guess_columns, names_of
from .noting import NAME_IN_AUDIT
from .opening import HEAD_BYTES, guess_format, with_sheets
from .problems import FileProblem
from .tables import TableFormat
from .wording import file_message

FETCH_DEADLINE_S = 60.0
TABLE_TYPES = frozenset({
    "text/csv", "text/tab-separated-values", "text/plain", "application/csv", "application/json", "application/jsonl",
    "application/x-ndjson", "application/vnd.ms-excel",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
})  # fmt: skip
"""The media types that storages give to tables."""
_BYTES_AT_ONCE = 1 << 20


class ImportRefused(Exception):
    """What was asked for cannot be done with the import now; the message says why and what to do."""


def receive_file(
    *, seller: Seller, actor: User | None, file: BinaryIO, name: str, source: str = ImportBatch.Source.UPLOAD
) -> ImportBatch:
    """Keep a file and guess what it is. One that cannot be read is kept as failed, with the reason in `problem`.

    `ImportBatch.objects.same_file(batch)` finds earlier imports of the same content. Raises `ImportRefused` for a file
    that is too large.
    """
    evidence, digest, size, head = EncodingEvidence(), hashlib.sha256(), 0, b""
    file.seek(0)
    while piece := file.read(_BYTES_AT_ONCE):
        size += len(piece)
        if size > settings.SHOPADMIN["IMPORT_MAX_BYTES"]:
            megabytes = settings.SHOPADMIN["IMPORT_MAX_BYTES"] // 2**20
            raise ImportRefused(file_message(FileProblem("too-large", megabytes=megabytes)))
        head = head or piece[:HEAD_BYTES]
        digest.update(piece)
        evidence.add(piece)
    batch = ImportBatch(
        seller=seller,
        created_by=actor,
        source=source,
        name=_shown_name(name),
        sha256=digest.hexdigest(),
        byte_size=size,
        format=TableFormat(encoding=evidence.guess()).as_json(),
    )
    try:
        batch.format = guess_format(head, evidence.guess()).as_json()
        look_at_columns(batch, file)
    except FileProblem as problem:
        fail(batch, problem)
    file.seek(0)
    batch.file.save(name, File(file), save=False)
    with transaction.atomic():
        batch.save()
        said = {"file": batch.name, "bytes": size, "sha256": batch.sha256}
        record(actor or NAME_IN_AUDIT, "import.received", batch, after=said, tenant_key=seller.pk)
    return batch


def receive_url(*, seller: Seller, actor: User | None, url: str) -> ImportBatch:
    """Fetch a file from a storage of the setting IMPORT_URL_HOSTS, and receive it.

    Raises `ImportRefused` when the address is none of those, or the file cannot be fetched, with the reason.
    """
    hosts = settings.SHOPADMIN["IMPORT_URL_HOSTS"]
    if not hosts:
        raise ImportRefused(_("Files cannot be fetched from addresses here; upload the file."))
    try:
        fetched = fetch(
            url,
            most_bytes=settings.SHOPADMIN["IMPORT_MAX_BYTES"],
            content_types=TABLE_TYPES,
            allowed_hosts=hosts,
            deadline_s=FETCH_DEADLINE_S,
        )
    except (FetchRefused, FetchFailed) as error:
        raise ImportRefused(str(error)) from error
    with fetched:
        name = PurePath(unquote(urlsplit(fetched.url).path)).name
        source = ImportBatch.Source.URL
        return receive_file(seller=seller, actor=actor, file=cast(BinaryIO, fetched.file), name=name, source=source)


def look_at_columns(batch: ImportBatch, file: BinaryIO) -> None:
    """Read the file's header and first rows and take its columns for what they seem to be. Raises `FileProblem`."""
    batch.format = with_sheets(file, batch.table_format).as_json()
    header, sample = read_sample(file, batch.table_format)
    batch.header = names_of(header)
    batch.mapping = guess_mapping(batch.seller, guess_columns(header), sample).as_json()


def fail(batch: ImportBatch, problem: FileProblem) -> None:
    """Note on the unsaved import that its file as a whole cannot be read."""
    batch.state = ImportBatch.State.FAILED
    batch.problem = {"code": problem.code, "facts": dict(problem.facts)}


def _shown_name(name: str) -> str:
    plain = PurePath(name.replace("\\", "/")).name.replace("\0", "")
    return plain.encode(errors="replace").decode()[-200:] or "file"
