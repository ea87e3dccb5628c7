"""Reads photos out of a ZIP archive that may have been made to do harm.

Nothing is ever written to disk under a name from the archive, and nothing is believed: how much an entry unfolds to is
claimed by its header and counted while it unfolds. One photo is in memory at a time. `zipfile` refuses entries that
overlap (a small archive can otherwise claim the same bytes thousands of times); the limits here are on top of that.
"""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from types import TracebackType
from typing import IO, Self, cast

from django.utils.translation import gettext as _

from .cleaning import MAX_PHOTO_BYTES

MOST_ENTRIES = 10_000
MOST_TOTAL_BYTES = 8 * 2**30
MOST_RATIO = 100
_MOST_DIRECTORY_BYTES = 4 * 2**20
_PIECE_BYTES = 64 * 1024
_ARCHIVES = frozenset({".zip", ".rar", ".7z", ".gz", ".tar", ".tgz", ".xz", ".bz2", ".zst"})
_LITTER = frozenset({"__macosx", "thumbs.db", "desktop.ini"})
_READABLE = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_ENCRYPTED = 0x1


class UnreadableArchive(Exception):
    """Nothing of the file can be used; the message tells its owner why and what to do."""


@dataclass(frozen=True, slots=True)
class ArchivePhoto:
    """One file of the archive, whole; whether it is a photo is yet to be seen."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class ArchiveProblem:
    """A file of the archive that is left out, and why."""

    name: str
    reason: str


class ArchiveReader:
    """An open archive: `names` are the files that may be read, `problems` those that are left out, litter apart.

    Raises `UnreadableArchive` when it is not a ZIP archive, or one with too many files or too much in it.
    """

    def __init__(self, file: IO[bytes]) -> None:
        try:
            self._zip = zipfile.ZipFile(cast(IO[bytes], _Portions(file)))
        except _TooManyEntries as error:
            raise UnreadableArchive(_too_many()) from error
        except Exception as error:  # zipfile raises many kinds on hostile files; each means unreadable
            raise UnreadableArchive(_("The file is not a readable ZIP archive. Make it again.")) from error
        self._entries: dict[str, zipfile.ZipInfo] = {}
        self.problems: list[ArchiveProblem] = []
        self._bytes_left = MOST_TOTAL_BYTES
        self._judge(self._zip.infolist())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()

    @property
    def names(self) -> list[str]:
        """The names of the files that may be read, with forward slashes."""
        return list(self._entries)

    def photos(self, names: Iterable[str] | None = None) -> Iterator[ArchivePhoto | ArchiveProblem]:
        """Yield the files of those names (all by default) one by one, or what is wrong with them."""
        for name in self.names if names is None else names:
            try:
                yield ArchivePhoto(name, self._content(self._entries[name]))
            except _Bad as error:
                yield ArchiveProblem(name, str(error))
            except Exception:  # noqa: BLE001 - zipfile and zlib raise many kinds on damaged entries
                yield ArchiveProblem(name, _("This file is damaged in the archive. Make the archive again."))

    def _judge(self, entries: list[zipfile.ZipInfo]) -> None:
        if len(entries) > MOST_ENTRIES:
            raise UnreadableArchive(_too_many())
        if sum(entry.file_size for entry in entries) > MOST_TOTAL_BYTES:
            message = _("The archive unfolds to more than %(gigabytes)d GB. Split it into several.")
            raise UnreadableArchive(message % {"gigabytes": MOST_TOTAL_BYTES // 2**30})
        for entry in entries:
            name = entry.filename.replace("\\", "/")
            if entry.is_dir() or _is_litter(name):
                continue
            if reason := _reason_against(entry, name, self._entries):
                self.problems.append(ArchiveProblem(name, reason))
            else:
                self._entries[name] = entry

    def _content(self, entry: zipfile.ZipInfo) -> bytes:
        out = io.BytesIO()
        with self._zip.open(entry) as source:
            while piece := source.read(_PIECE_BYTES):
                self._bytes_left -= len(piece)
                if out.tell() + len(piece) > min(MAX_PHOTO_BYTES, entry.file_size) or self._bytes_left < 0:
                    raise _Bad(_("This file is larger than the archive says."))
                out.write(piece)
        if out.tell() != entry.file_size:
            raise _Bad(_("This file is smaller than the archive says. Make the archive again."))
        return out.getvalue()


def photos_of_archive(file: IO[bytes]) -> Iterator[ArchivePhoto | ArchiveProblem]:
    """Yield every file of a ZIP archive, and why others are left out. Raises `UnreadableArchive`."""
    with ArchiveReader(file) as archive:
        yield from archive.problems
        yield from archive.photos()


class _Bad(Exception):
    """What is wrong with one entry, for its owner."""


class _TooManyEntries(Exception):
    """The archive's directory is larger than that of any archive that is accepted."""


class _Portions:
    """The file, given out in portions of a few megabytes: `zipfile` reads an archive's directory in one piece."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def read(self, size: int = -1) -> bytes:
        """Return `size` bytes, or the rest. Raises `_TooManyEntries` when that is more than a directory may have."""
        if size > _MOST_DIRECTORY_BYTES:
            raise _TooManyEntries
        content = self._file.read(_MOST_DIRECTORY_BYTES + 1 if size < 0 else size)
        if len(content) > _MOST_DIRECTORY_BYTES:
            raise _TooManyEntries
        return content

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go there."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """Return where the file is."""
        return self._file.tell()

    def seekable(self) -> bool:
        """Say that one can go back and forth."""
        return True


def _is_litter(name: str) -> bool:
    """Return whether a file is one that systems add to archives by themselves."""
    return any(
        (part.startswith(".") and part not in {".", ".."}) or part.lower() in _LITTER for part in name.split("/")
    )


def _reason_against(entry: zipfile.ZipInfo, name: str, known: Iterable[str]) -> str:
    """Return why an entry is not read, by what the archive's directory says of it; empty when it may be."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or ":" in name.split("/")[0]:
        return _("Its name leads out of the archive.")
    if stat.S_ISLNK(entry.external_attr >> 16):
        return _("It is a link, not a file.")
    if path.suffix.lower() in _ARCHIVES:
        return _("It is an archive in the archive. Put the photos themselves into the archive.")
    if entry.flag_bits & _ENCRYPTED:
        return _("It is locked with a password. Make the archive without one.")
    if entry.compress_type not in _READABLE:
        return _("It is packed in an unusual way. Make the archive with your system's own program.")
    if entry.file_size > MAX_PHOTO_BYTES:
        return _("It is larger than %(megabytes)d MB. Save the photo smaller.") % {
            "megabytes": MAX_PHOTO_BYTES // 2**20
        }
    if entry.file_size > MOST_RATIO * max(1, entry.compress_size):
        return _("It unfolds to more than a hundred times its size, which photos never do.")
    if name in known:
        return _("Another file in the archive has the same name.")
    return ""


def _too_many() -> str:
    return _("The archive has more than %(most)d files. Split it into several.") % {"most": MOST_ENTRIES}
