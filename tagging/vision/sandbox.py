"""Decodes a video in a child process that may use little and reach nothing, so that a hostile file hurts only itself.

The child (`python -m tagging.vision.sandbox`) gives up privileges before it opens the file: it may not write files,
hold many of them, start processes, take more memory or processor time than allowed, nor, where the system lets it drop
the network, connect anywhere. It starts without the parent's environment, so it holds no secrets.

Pictures come back through a pipe. A pipe holds a picture at most, so the child is one ahead and then waits when the
parent is busy, and neither holds more than a picture or two. What the child sends is not trusted: no pickle, only fixed
records whose sizes are checked before memory is taken. A record is one byte for its kind, four for the length
(little-endian), and the content:

    C  the child is confined and begins
    I  what the header says, as a JSON object          F  a picture: time, height, width, keyframe or not, RGB bytes
    U  why the video is unreadable, UTF-8              E  end: everything was sent

`catalog.photos.sandbox` says why it and this module limit themselves in the same way with code of their own.
"""

from __future__ import annotations

import ctypes
import json
import math
import os
import resource
import select
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np

from .media import DEFAULT_LIMITS, MediaLimits, probe, sample_frames
from .types import Frame, MediaInfo, UnreadableMedia

_HEADER = struct.Struct("<cI")
_PICTURE = struct.Struct("<qHH?")
_TEXT_BYTES = 4096
_ADDRESS_SPACE_BYTES = 1024**3
"""With 4096 × 2304 pixels, H.264, H.265 and (at 10 bits) AV1 were measured to need 0.4 to 0.6 GB of addresses."""
_PIPE_BYTES = 1024**2
"""The most that Linux gives an ordinary user by default (fs.pipe-max-size): 640 × 480 pixels in one piece."""
_OPEN_FILES = 32
_END_S = 2.0
"""How long a child that has closed the pipe is given to end by itself, so that its exit code tells why."""
_START_S = 60.0
"""How long the child may take to start and confine itself, 0.1 to 0.2 s when the machine is free."""
_PACKAGE_ROOT = Path(__file__).resolve().parents[2]
_PR_SET_NO_NEW_PRIVS = 38


class SandboxUnavailable(RuntimeError):
    """The child process could not be started and confined; nothing is known about the file."""


@dataclass(frozen=True, slots=True, eq=False)
class SandboxedVideo:
    """An open video: what its header says, and its pictures, which can be read once."""

    info: MediaInfo
    frames: Iterator[Frame]


@contextmanager
def open_video(
    path: Path,
    *,
    frames_per_second: float = 2.0,
    long_side: int = 1280,
    limits: MediaLimits = DEFAULT_LIMITS,
    wall_clock_s: float = 600.0,
    address_space_bytes: int = _ADDRESS_SPACE_BYTES,
) -> Iterator[SandboxedVideo]:
    """Probe `path` and sample its pictures like `media.sample_frames`, in a child that ends with the `with` block.

    `wall_clock_s` bounds the time spent waiting for the child, and the processor time it may use; the time that the
    caller spends on the pictures does not count. Raises `UnreadableMedia` on entry or while reading `frames`, and
    `SandboxUnavailable` on entry when this machine cannot run the child, for which the file is not to blame.
    """
    request = {
        "path": os.fspath(path.resolve()),
        "frames_per_second": frames_per_second,
        "long_side": long_side,
        "limits": asdict(limits),
        "cpu_s": math.ceil(wall_clock_s),
        "address_space_bytes": address_space_bytes,
    }
    with _child(request) as process:
        records = _Records(process, _START_S)
        _await_confinement(records)
        records.seconds_left = wall_clock_s
        yield SandboxedVideo(_received_info(records), _received_frames(records, long_side))


@contextmanager
def _child(request: dict[str, object]) -> Iterator[subprocess.Popen[bytes]]:
    environment = {"PYTHONPATH": os.fspath(_PACKAGE_ROOT), "OPENBLAS_NUM_THREADS": "1", "LC_ALL": "C.UTF-8"}
    try:
        process = subprocess.Popen(  # noqa: S603 - our own module, arguments in a list
            [sys.executable, "-s", "-B", "-m", "tagging.vision.sandbox", json.dumps(request)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            pipesize=_PIPE_BYTES,
            env=environment,
            cwd="/",
        )
    except OSError as error:
        raise SandboxUnavailable(f"The process that decodes videos cannot be started: {error}.") from error
    try:
        yield process
    finally:
        process.kill()
        cast(BinaryIO, process.stdout).close()
        process.wait()


@dataclass(slots=True)
class _Records:
    """Reads the child's records within the time that is left."""

    process: subprocess.Popen[bytes]
    seconds_left: float

    def read(self, most_bytes: int) -> tuple[bytes, bytearray]:
        """Return kind and content of the next record; raise `UnreadableMedia` when the child says so, hangs or dies."""
        kind, length = _HEADER.unpack(self._exactly(_HEADER.size))
        if kind == b"U":
            raise UnreadableMedia(_printable(self._exactly(min(length, _TEXT_BYTES))))
        if length > most_bytes:
            raise _broken()
        return kind, self._exactly(length)

    def _exactly(self, size: int) -> bytearray:
        content = bytearray(size)
        view, filled = memoryview(content), 0
        descriptor = cast(BinaryIO, self.process.stdout).fileno()
        while filled < size:
            self._wait_for(descriptor)
            count = os.readv(descriptor, [view[filled:]])
            if count == 0:
                raise self._death()
            filled += count
        return content

    def _wait_for(self, descriptor: int) -> None:
        started = time.monotonic()
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        is_ready = poll.poll(max(0.0, self.seconds_left) * 1000)
        self.seconds_left -= time.monotonic() - started
        if not is_ready:
            raise UnreadableMedia("Decoding this video takes too long. Export it again, shorter or smaller.")

    def _death(self) -> UnreadableMedia:
        """Explain the end of the pipe without an end record, by how the child ended."""
        try:
            code = self.process.wait(_END_S)
        except subprocess.TimeoutExpired:
            return _broken()
        if code == -signal.SIGXCPU:
            return UnreadableMedia("Decoding this video takes too much processor time. Export it shorter or smaller.")
        if code == -signal.SIGKILL:
            return UnreadableMedia("Decoding this video takes more memory or time than allowed. Export it smaller.")
        return _broken()


def _await_confinement(records: _Records) -> None:
    try:
        kind, _ = records.read(0)
    except UnreadableMedia as error:
        code = records.process.poll()
        raise SandboxUnavailable(
            f"The decoder's child process did not start (exit code {code}). Check memory, process limits and that "
            f"{sys.executable} can import tagging.vision.sandbox."
        ) from error
    if kind != b"C":
        raise SandboxUnavailable("The decoder's child process did not confirm its limits.")


def _received_info(records: _Records) -> MediaInfo:
    kind, content = records.read(_TEXT_BYTES)
    try:
        fields = json.loads(content) if kind == b"I" else {}
        width, height, duration_ms = int(fields["width"]), int(fields["height"]), int(fields["duration_ms"])
        rate, codec, container = float(fields["frame_rate"]), str(fields["codec"]), str(fields["container"])
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise _broken() from error
    if min(width, height, duration_ms) < 0 or not math.isfinite(rate):
        raise _broken()
    return MediaInfo(duration_ms, width, height, rate, codec, container)


def _received_frames(records: _Records, long_side: int) -> Iterator[Frame]:
    at_ms_before = -1
    while True:
        kind, content = records.read(_PICTURE.size + long_side * long_side * 3)
        if kind == b"E":
            return
        if kind != b"F" or len(content) < _PICTURE.size:
            raise _broken()
        at_ms, height, width, is_keyframe = _PICTURE.unpack_from(content)
        pixels = np.frombuffer(content, np.uint8, offset=_PICTURE.size)
        if at_ms <= at_ms_before or not 0 < max(width, height) <= long_side or pixels.size != width * height * 3:
            raise _broken()
        at_ms_before = at_ms
        yield Frame(at_ms, pixels.reshape(height, width, 3), is_keyframe)


def _printable(content: bytearray) -> str:
    text = content.decode("utf-8", "replace")
    return "".join(character if character.isprintable() else " " for character in text)


def _broken() -> UnreadableMedia:
    return UnreadableMedia("The decoder failed on this video: the file is damaged. Export it again.")


def main(argument: str) -> None:
    """Run as the child: confine the process, then send what the request asks for to standard output."""
    request = json.loads(argument)
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    path, limits = Path(request["path"]), MediaLimits(**request["limits"])
    confine(cpu_s=request["cpu_s"], address_space_bytes=request["address_space_bytes"])
    _send(b"C")
    try:
        _send(b"I", json.dumps(asdict(probe(path, limits))).encode())
        frames = sample_frames(
            path,
            frames_per_second=request["frames_per_second"],
            long_side=request["long_side"],
            limits=limits,
        )
        for frame in frames:
            height, width = frame.image.shape[:2]
            _send(b"F", _PICTURE.pack(frame.at_ms, height, width, frame.is_keyframe), memoryview(frame.image).cast("B"))
        _send(b"E")
    except UnreadableMedia as error:
        _send(b"U", str(error).encode()[:_TEXT_BYTES])


def confine(*, cpu_s: int, address_space_bytes: int) -> None:
    """Take from this process, for ever, all that decoding does not need; raise `OSError` when a limit cannot be set.

    The number of processes is limited too, which the kernel does not enforce for root: run workers as another user.
    The network is dropped where the kernel allows it (root, or unprivileged user namespaces); elsewhere the list of
    protocols in `media_source` alone keeps media files from it.
    """
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
        (resource.RLIMIT_CPU, cpu_s),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(kind)[1]
        value = most if hard == resource.RLIM_INFINITY else min(most, hard)
        # At the soft limit of processor time comes a signal that says so, at the hard limit SIGKILL.
        resource.setrlimit(kind, (value, value + (kind == resource.RLIMIT_CPU and value != hard)))
    ctypes.CDLL(None).prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def _send(kind: bytes, *parts: bytes | memoryview) -> None:
    content = [memoryview(part) for part in parts]
    remaining = [memoryview(_HEADER.pack(kind, sum(part.nbytes for part in content))), *content]
    while remaining:
        written = os.writev(sys.stdout.fileno(), remaining)
        while remaining and written >= remaining[0].nbytes:
            written -= remaining.pop(0).nbytes
        if remaining:
            remaining[0] = remaining[0][written:]


if __name__ == "__main__":
    main(sys.argv[1])
