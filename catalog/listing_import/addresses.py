"""Files from the storages that the site's operators allow."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import BinaryIO, cast
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from shopadmin.accounts.models import User

from ..models import ImportBatch, Seller
from ..photos.fetch_errors import FetchFailed, FetchRefused
from ..photos.fetching import fetch
from ..photos.network import Network
from .services import ImportRefused, receive_file

MOST_BYTES = 100 * 2**20
"""A larger file takes longer than a page can be waited for; it is uploaded, or imported by the command."""
DEADLINE_S = 60.0
CONTENT_TYPES = frozenset({
    "text/csv", "text/plain", "text/tab-separated-values", "application/csv", "application/vnd.ms-excel",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/jsonl", "application/x-ndjson",
    "application/octet-stream", "binary/octet-stream",
})  # fmt: skip


def receive_url(*, seller: Seller, actor: User | None, url: str, network: Network | None = None) -> ImportBatch:
    """Fetch a file from one of the hosts of the setting `IMPORT_URL_HOSTS`, and receive it (see `receive_file`).

    Raises `ImportRefused` for another host, an address that leads into a private network, and a file that is too
    large or does not come.
    """
    hosts = settings.SHOPADMIN["IMPORT_URL_HOSTS"]
    if not hosts:
        raise ImportRefused(_("This site takes no files from addresses; upload the file instead."))
    most = min(MOST_BYTES, settings.SHOPADMIN["IMPORT_MAX_BYTES"])
    try:
        with fetch(
            url,
            most_bytes=most,
            content_types=CONTENT_TYPES,
            allowed_hosts=hosts,
            deadline_s=DEADLINE_S,
            network=network,
        ) as fetched:
            name = unquote(PurePosixPath(urlsplit(fetched.url).path).name)
            file = cast("BinaryIO", fetched.file)
            return receive_file(seller=seller, actor=actor, file=file, name=name, source=ImportBatch.Source.URL)
    except (FetchRefused, FetchFailed) as error:
        raise ImportRefused(str(error)) from error
