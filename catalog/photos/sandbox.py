"""Decodes photos in a child process that may use little and reach nothing, so that a hostile file hurts only itself.

The child (`python -m catalog.photos.sandbox`) gives up what it does not need before it sees the first photo: it may not
write files, start processes, take more memory or processor time than allowed, nor, where the system lets it drop the
network, connect anywhere. It starts without the parent's environment, so it holds no secrets. It takes photos one after
the other, each as its length (eight bytes, little-endian) and its bytes, and answers with two lengths (four bytes
each), a JSON object and a JPEG file; what it answers is not trusted beyond that.

`tagging.vision.sandbox` confines itself in the same way, yet shares no code with this module: the place for it would be
`shopadmin`, whose package starts the site and its settings when it is imported, and such a child must not hold those.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import struct
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self, cast

from PIL import Image

from .decoding import MOST_PIXELS, Decoded, Flaw, Flawed, decode

WALL_CLOCK_S = 20.0
"""How long one photo may take; 40 million pixels of PNG take about two seconds."""
ADDRESS_SPACE_BYTES = 1024 * 2**20
"""How much memory the child may take; the largest photos that are accepted were measured to need two thirds of it."""
_START_S = 60.0
_CPU_S = 120
_PHOTOS_A_CHILD = 100
"""After so many photos a fresh child takes over, so that the limit of processor time never meets an innocent one."""
_OPEN_FILES = 32
_LENGTH = struct.Struct("<Q")
_ANSWER = struct.Struct("<II")
_READY = b"R"
_NUMBERS = ("width", "height", "original_long_side", "perceptual_hash")
_MOST_TEXT_BYTES = 4096
_MOST_JPEG_BYTES = 16 * 2**20
_PR_SET_NO_NEW_PRIVS = 38
_PACKAGE_ROOT = Path(__file__).resolve().parents[2]


class DecoderUnavailable(RuntimeError):
    """The child process could not be started and confined; nothing is known about the photo."""


class PhotoDecoder:
    """Decodes photos while its `with` block lasts; a child that dies of a photo is replaced for the next one."""

    def __init__(self, *, wall_clock_s: float = WALL_CLOCK_S, address_space_bytes: int = ADDRESS_SPACE_BYTES) -> None:
        self._wall_clock_s = wall_clock_s
        self._address_space_bytes = address_space_bytes
        self._child: subprocess.Popen[bytes] | None = None
        self._taken = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end_child()

    def decode(self, content: bytes) -> Decoded:
        """Return what `decoding.decode` makes of the file.

        Raises `Flawed`, also when the child takes too long or dies, and `DecoderUnavailable` when this machine cannot
        run the child.
        """
        if self._child is None or self._taken >= _PHOTOS_A_CHILD:
            self._end_child()
            self._child = self._started()
            self._taken = 0
        self._taken += 1
        try:
            return _asked(self._child, content, self._wall_clock_s)
        except (EOFError, OSError, ValueError, KeyError, TypeError) as error:
            self._end_child()
            raise Flawed(Flaw.TOO_COSTLY) from error

    def _started(self) -> subprocess.Popen[bytes]:
        environment = {"PYTHONPATH": os.fspath(_PACKAGE_ROOT), "LC_ALL": "C.UTF-8"}
        command = [sys.executable, "-s", "-B", "-m", "catalog.photos.sandbox", str(self._address_space_bytes)]
        try:
            child = subprocess.Popen(  # noqa: S603 - our own module, arguments in a list
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment,
                cwd="/",
            )  # fmt: skip
        except OSError as error:
            raise DecoderUnavailable(f"The process that decodes photos cannot be started: {error}.") from error
        with _killed_after(child, _START_S):
            is_ready = cast(BinaryIO, child.stdout).read(1) == _READY
        if not is_ready:
            _end(child)
            raise DecoderUnavailable(
                f"The process that decodes photos ended with code {child.returncode} before its first photo. Check "
                f"memory, process limits and that {sys.executable} can import catalog.photos.sandbox."
            )
        return child

    def _end_child(self) -> None:
        if self._child is not None:
            _end(self._child)
            self._child = None


class _killed_after:  # noqa: N801 - reads as a statement
    """Kills the child when the block takes longer than `seconds`, so that reading from it and writing to it end."""

    def __init__(self, child: subprocess.Popen[bytes], seconds: float) -> None:
        self._timer = threading.Timer(seconds, child.kill)
        self._timer.daemon = True

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()


def _asked(child: subprocess.Popen[bytes], content: bytes, wall_clock_s: float) -> Decoded:
    to_child, from_child = cast(BinaryIO, child.stdin), cast(BinaryIO, child.stdout)
    with _killed_after(child, wall_clock_s):
        to_child.write(_LENGTH.pack(len(content)))
        to_child.write(content)
        to_child.flush()
        text_length, jpeg_length = _ANSWER.unpack(_exactly(from_child, _ANSWER.size))
        if text_length > _MOST_TEXT_BYTES or jpeg_length > _MOST_JPEG_BYTES:
            raise ValueError("the answer is too long")
        answer = json.loads(_exactly(from_child, text_length))
        jpeg = _exactly(from_child, jpeg_length)
    if "flaw" in answer:
        raise Flawed(Flaw(answer["flaw"]), str(answer["detail"])[:100])
    numbers = {name: int(answer[name]) for name in _NUMBERS}
    if not all(-(2**63) <= number < 2**63 for number in numbers.values()):
        raise ValueError("the answer's numbers are out of range")
    return Decoded(jpeg, **numbers)


def _exactly(stream: BinaryIO, size: int) -> bytes:
    content = stream.read(size)
    if len(content) < size:
        raise EOFError
    return content


def _end(child: subprocess.Popen[bytes]) -> None:
    child.kill()
    for stream in (child.stdin, child.stdout):
        with suppress(OSError):
            cast(BinaryIO, stream).close()
    child.wait()


def main(address_space_bytes: int) -> None:
    """Run as the child: confine the process, then decode what comes in until nothing more comes."""
    Image.preinit()
    from PIL import WebPImagePlugin  # noqa: F401 - read before files can no longer be opened

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS  # above twice this, Pillow takes no memory even to look
    confine(address_space_bytes)
    received, answers = sys.stdin.buffer, sys.stdout.buffer
    answers.write(_READY)
    answers.flush()
    while head := received.read(_LENGTH.size):
        text, jpeg = _answer(received.read(*_LENGTH.unpack(head)))
        answers.write(_ANSWER.pack(len(text), len(jpeg)))
        answers.write(text)
        answers.write(jpeg)
        answers.flush()


def _answer(content: bytes) -> tuple[bytes, bytes]:
    answer: dict[str, object]
    try:
        photo = decode(content)
    except Flawed as error:
        answer, jpeg = {"flaw": error.flaw, "detail": error.detail}, b""
    else:
        jpeg = photo.jpeg
        answer = {name: getattr(photo, name) for name in _NUMBERS}
    return json.dumps(answer).encode(), jpeg


def confine(address_space_bytes: int) -> None:
    """Take from this process, for ever, what decoding does not need; raise `OSError` when a limit cannot be set."""
    with suppress(OSError):  # Only a wish: that the kernel, out of memory, ends this process before any other.
        Path("/proc/self/oom_score_adj").write_text("1000")
    if hasattr(os, "unshare"):
        for namespaces in (os.CLONE_NEWNET, os.CLONE_NEWUSER | os.CLONE_NEWNET):
            try:
                os.unshare(namespaces)
                break
            except OSError:
                continue
    for kind, most in (
        (resource.RLIMIT_AS, address_space_bytes),
        (resource.RLIMIT_CPU, _CPU_S),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(kind)[1]
        value = most if hard == resource.RLIM_INFINITY else min(most, hard)
        # At the soft limit of processor time comes a signal that says so, at the hard limit SIGKILL.
        resource.setrlimit(kind, (value, value + (kind == resource.RLIMIT_CPU and value != hard)))
    if sys.platform == "linux" and ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "The process cannot give up winning privileges")


if __name__ == "__main__":
    main(int(sys.argv[1]))
