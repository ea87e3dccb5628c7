"""Archives are read without being believed: bombs, links, odd paths and damage are named, and the rest is read."""

import io
import random
import stat
import tracemalloc
import zipfile
from collections.abc import Callable

import pytest

from catalog.photos import archive as archive_module
from catalog.photos.archive import (
    MOST_ENTRIES,
    ArchivePhoto,
    ArchiveProblem,
    ArchiveReader,
    UnreadableArchive,
    photos_of_archive,
)
from catalog.photos.cleaning import MAX_PHOTO_BYTES
from tests import factories

PHOTO = factories.jpeg()


def zipped(
    *entries: tuple[str, bytes] | tuple[zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED
) -> io.BytesIO:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as file:
        for name, content in entries:
            file.writestr(name, content)
    out.seek(0)
    return out


def patched(content: bytes, change: Callable[[bytearray, int], None], signature: bytes = b"PK\x01\x02") -> io.BytesIO:
    """Change the first record of that signature: that of the directory by default."""
    changed = bytearray(content)
    change(changed, changed.index(signature))
    return io.BytesIO(bytes(changed))


def read(file: io.BytesIO) -> tuple[dict[str, bytes], dict[str, str]]:
    photos, problems = {}, {}
    for found in photos_of_archive(file):
        if isinstance(found, ArchivePhoto):
            photos[found.name] = found.content
        else:
            problems[found.name] = found.reason
    return photos, problems


def reason(file: io.BytesIO) -> str:
    photos, problems = read(file)
    assert photos == {}
    (only,) = problems.values()
    return only


def message(file: io.BytesIO) -> str:
    with pytest.raises(UnreadableArchive) as caught:
        list(photos_of_archive(file))
    return str(caught.value)


def test_photos_come_with_their_names() -> None:
    file = zipped(("A.jpg", PHOTO), ("folder/B.jpg", b"b"), ("c\\D.jpg", b"d"), ("ü.jpg", b"u"))

    assert read(file) == ({"A.jpg": PHOTO, "folder/B.jpg": b"b", "c/D.jpg": b"d", "ü.jpg": b"u"}, {})


def test_they_can_be_read_in_any_order() -> None:
    with ArchiveReader(zipped(("A.jpg", b"a"), ("B.jpg", b"b"))) as reader:
        assert reader.names == ["A.jpg", "B.jpg"]
        assert list(reader.photos(["B.jpg", "A.jpg"])) == [ArchivePhoto("B.jpg", b"b"), ArchivePhoto("A.jpg", b"a")]


def test_what_systems_add_by_themselves_is_passed_over() -> None:
    file = zipped(
        ("__MACOSX/._A.jpg", b"x"), (".DS_Store", b"x"), ("a/Thumbs.db", b"x"), ("a/", b""), (".hidden/A.jpg", b"x"),
        ("A.jpg", b"a"),
    )  # fmt: skip

    assert read(file) == ({"A.jpg": b"a"}, {})


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("/etc/A.jpg", "leads out of the archive"),
        ("../A.jpg", "leads out of the archive"),
        ("a/../../A.jpg", "leads out of the archive"),
        ("..\\A.jpg", "leads out of the archive"),
        ("C:\\A.jpg", "leads out of the archive"),
        ("more.zip", "archive in the archive"),
        ("more.tar.gz", "archive in the archive"),
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(name: str, says: str) -> None:
    assert says in reason(zipped((name, b"x")))


def test_a_link_is_refused() -> None:
    link = zipfile.ZipInfo("A.jpg")
    link.create_system = 3
    link.external_attr = (stat.S_IFLNK | 0o777) << 16

    assert "It is a link" in reason(zipped((link, b"/etc/passwd")))


def test_the_same_name_twice_is_read_once() -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        file = zipped(("A.jpg", b"first"), ("A.jpg", b"second"))

    assert read(file) == ({"A.jpg": b"first"}, {"A.jpg": "Another file in the archive has the same name."})


def test_an_entry_with_a_password_is_named() -> None:
    def lock(content: bytearray, at: int) -> None:
        content[at + 8] |= 1

    assert "locked with a password" in reason(patched(zipped(("A.jpg", PHOTO)).getvalue(), lock))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_unusual_packing_is_not_unpacked(method: int) -> None:
    assert "packed in an unusual way" in reason(zipped(("A.jpg", PHOTO), method=method))


def test_an_entry_that_claims_to_be_large_is_not_unpacked() -> None:
    assert "larger than 20 MB" in reason(zipped(("A.jpg", random.Random(1).randbytes(MAX_PHOTO_BYTES + 1))))


def test_an_entry_that_unfolds_to_far_more_than_photos_do_is_not_unpacked() -> None:
    assert "more than a hundred times" in reason(zipped(("A.jpg", bytes(10 * 2**20))))


def test_an_entry_that_lies_about_its_size_is_cut_off() -> None:
    """It says a hundred bytes and unfolds to ten megabytes: what it says is all that is ever unpacked."""

    def lie(content: bytearray, at: int) -> None:
        content[at + 24 : at + 28] = (10 * 2**20 // 1000).to_bytes(4, "little")

    file = patched(zipped(("A.jpg", bytes(10 * 2**20))).getvalue(), lie)
    tracemalloc.start()
    try:
        assert "damaged" in reason(file)
        assert tracemalloc.get_traced_memory()[1] < 3 * 2**20
    finally:
        tracemalloc.stop()


def test_an_entry_that_is_smaller_than_it_says_is_not_a_photo() -> None:
    def lie(content: bytearray, at: int) -> None:
        content[at + 24 : at + 28] = (len(PHOTO) + 10).to_bytes(4, "little")

    assert "smaller than the archive says" in reason(patched(zipped(("A.jpg", PHOTO)).getvalue(), lie))


def test_a_damaged_entry_does_not_keep_the_others_out() -> None:
    def damage(content: bytearray, at: int) -> None:
        content[at + 16] ^= 0xFF

    photos, problems = read(patched(zipped(("A.jpg", PHOTO), ("B.jpg", b"b")).getvalue(), damage))

    assert photos == {"B.jpg": b"b"}
    assert "damaged in the archive" in problems["A.jpg"]


def overlapping(copies: int, kernel: bytes) -> io.BytesIO:
    """Many directory entries for one compressed kernel: each copy unfolds to all of it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("0.jpg", kernel)
        first = file.infolist()[0]
        for number in range(1, copies):
            info = zipfile.ZipInfo("0.jpg")
            for field in ("compress_type", "CRC", "compress_size", "file_size", "header_offset", "flag_bits"):
                setattr(info, field, getattr(first, field))
            info.filename = f"{number}.jpg"
            file.filelist.append(info)
    out.seek(0)
    return out


def test_entries_that_share_their_bytes_are_not_unpacked_over_and_over() -> None:
    photos, problems = read(overlapping(200, random.Random(1).randbytes(10**5)))

    assert len(photos) <= 1
    assert len(problems) >= 199


def test_entries_that_lie_inside_one_another_are_not_unpacked_over_and_over() -> None:
    """The quoted-overlap bomb: the bytes of a file are a stored block that quotes the next file's header."""
    inner = zipped(("B.jpg", random.Random(2).randbytes(5000)), method=zipfile.ZIP_STORED).getvalue()
    outer = zipped(("A.jpg", inner), method=zipfile.ZIP_STORED)
    with zipfile.ZipFile(outer, "a") as file:
        info = zipfile.ZipInfo("B.jpg")
        info.header_offset = outer.getvalue().index(inner)
        info.compress_size = info.file_size = 5000
        info.CRC = zipfile.ZipFile(io.BytesIO(inner)).infolist()[0].CRC
        file.filelist.append(info)
        file._didModify = True

    photos, problems = read(outer)

    assert set(photos) == {"B.jpg"}
    assert "damaged in the archive" in problems["A.jpg"]


def test_an_archive_of_too_many_files_is_refused_before_anything_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive_module, "MOST_ENTRIES", 20)

    assert "more than 20 files" in message(zipped(*((f"{number}.jpg", b"") for number in range(21))))
    assert len(read(zipped(*((f"{number}.jpg", b"") for number in range(20))))[0]) == 20


def test_a_directory_without_end_is_not_even_read() -> None:
    entry = zipped(("A" * 60000, b"")).getvalue()
    start = entry.index(b"PK\x01\x02")
    end = entry.index(b"PK\x05\x06")
    directory = entry[start:end] * 200
    tail = bytearray(entry[end:])
    tail[12:16] = len(directory).to_bytes(4, "little")
    file = io.BytesIO(entry[:start] + directory + bytes(tail))
    tracemalloc.start()
    try:
        assert f"more than {MOST_ENTRIES} files" in message(file)
        assert tracemalloc.get_traced_memory()[1] < 2**20
    finally:
        tracemalloc.stop()


def test_an_archive_that_unfolds_to_too_much_is_refused_by_its_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive_module, "MOST_TOTAL_BYTES", 5000)

    assert "Split it into several" in message(zipped(("A.jpg", bytes(3000)), ("B.jpg", bytes(3000))))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK",
        PHOTO,
        zipped(("A.jpg", PHOTO)).getvalue()[:-10],
        b"Rar!\x1a\x07",
    ],
    ids=["nothing", "a start", "a photo", "broken off", "another archive"],
)
def test_what_is_no_archive_is_refused_in_words(content: bytes) -> None:
    assert message(io.BytesIO(content)) == "The file is not a readable ZIP archive. Make it again."


def test_a_large_archive_is_read_in_little_memory() -> None:
    piece = random.Random(3).randbytes(2 * 2**20)
    file = zipped(*((f"{number}.jpg", piece) for number in range(40)), method=zipfile.ZIP_STORED)
    tracemalloc.start()
    try:
        assert sum(isinstance(found, ArchivePhoto) for found in photos_of_archive(file)) == 40
        assert tracemalloc.get_traced_memory()[1] < 12 * 2**20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("seed", range(10))
def test_a_thousand_damaged_archives_give_words_and_nothing_else(seed: int) -> None:
    """A mutator with a fixed seed: only our own errors come out, and every file that is given out is whole."""
    chance = random.Random(seed)
    honest = zipped(("A.jpg", PHOTO), ("b/B_2.jpg", bytes(500)), ("C.png", b"c" * 50)).getvalue()
    whole = {PHOTO, bytes(500), b"c" * 50}
    for _ in range(100):
        content = bytearray(honest)
        for _change in range(chance.randint(1, 8)):
            content[chance.randrange(len(content))] = chance.randrange(256)
        if chance.random() < 0.3:
            del content[chance.randrange(len(content)) :]
        try:
            for found in photos_of_archive(io.BytesIO(bytes(content))):
                assert isinstance(found, ArchiveProblem) or found.content in whole
        except UnreadableArchive as error:
            assert str(error)  # noqa: PT017
