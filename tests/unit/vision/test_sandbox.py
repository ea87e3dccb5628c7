"""What the decoder's child process gives, refuses and leaves behind."""

from __future__ import annotations

import gc
import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from tagging.vision import sandbox
from tagging.vision.media import MediaLimits, probe, sample_frames
from tagging.vision.sandbox import SandboxUnavailable, open_video
from tagging.vision.types import UnreadableMedia

from . import media_files as make

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def _leaves_no_process_and_no_pipe() -> Iterator[None]:
    def held() -> tuple[int, list[int]]:
        gc.collect()
        return len(os.listdir("/proc/self/fd")), sorted(child.pid for child in psutil.Process().children())

    before = held()
    yield
    assert held() == before


@pytest.fixture
def ordinary(tmp_path: Path) -> Path:
    make.ordinary(tmp_path / "a.mp4", seconds=4.0)
    return tmp_path / "a.mp4"


@pytest.fixture
def child_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], None]:
    """Put other code in the child's place, as a decoder taken over by a file would run it."""

    def replace(code: str) -> None:
        package = tmp_path / "hostile" / "tagging" / "vision"
        package.mkdir(parents=True)
        (package / "sandbox.py").write_text(code)
        monkeypatch.setattr(sandbox, "_PACKAGE_ROOT", tmp_path / "hostile")

    return replace


def test_it_gives_what_decoding_in_this_process_gives(ordinary: Path) -> None:
    with open_video(ordinary, frames_per_second=4, long_side=100) as video:
        frames = list(video.frames)
    expected = list(sample_frames(ordinary, frames_per_second=4, long_side=100))
    assert video.info == probe(ordinary)
    assert [(f.at_ms, f.is_keyframe) for f in frames] == [(f.at_ms, f.is_keyframe) for f in expected]
    assert all(np.array_equal(a.image, b.image) for a, b in zip(frames, expected, strict=True))


@pytest.mark.parametrize(
    ("write", "message"),
    [
        (make.not_a_video, "not a video"),
        (make.sixteen_k, "15360 × 8640"),
        (lambda path: make.truncated(path, 0.5), r"breaks off at 1\.9 s"),
        (lambda path: make.concat_script(path, "neighbour.mp4"), "not a video"),
    ],
)
def test_it_passes_on_why_a_file_is_refused(tmp_path: Path, write: Callable[[Path], None], message: str) -> None:
    write(tmp_path / "a.mp4")
    with pytest.raises(UnreadableMedia, match=message), open_video(tmp_path / "a.mp4"):
        pass


def test_it_applies_the_callers_limits(ordinary: Path) -> None:
    with pytest.raises(UnreadableMedia, match="hours long"), open_video(ordinary, limits=MediaLimits(max_duration_s=1)):
        pass


def test_a_failure_in_the_middle_comes_after_the_pictures_before_it(tmp_path: Path) -> None:
    make.growing(tmp_path / "a.mp4")
    with open_video(tmp_path / "a.mp4") as video:
        assert next(video.frames).at_ms == 0
        with pytest.raises(UnreadableMedia, match=r"breaks off at 2\.0 s"):
            list(video.frames)


def test_a_decompression_bomb_that_the_limits_let_through_runs_out_of_its_own_memory(tmp_path: Path) -> None:
    make.sixteen_k(tmp_path / "a.mp4")
    limits = MediaLimits(max_pixels=20_000 * 10_000)
    most_before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with (
        pytest.raises(UnreadableMedia),
        open_video(tmp_path / "a.mp4", limits=limits, address_space_bytes=400 * 1024**2) as video,
    ):
        list(video.frames)
    with open_video(tmp_path / "a.mp4", limits=limits, long_side=128) as video:
        assert len(list(video.frames)) == 1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - most_before < 20_000


def test_leaving_early_kills_the_child(ordinary: Path) -> None:
    with open_video(ordinary, frames_per_second=25) as video:
        next(video.frames)
    with pytest.raises(ValueError, match="closed"):
        next(video.frames)


def test_an_error_of_the_caller_kills_the_child_and_is_not_blamed_on_the_file(ordinary: Path) -> None:
    with pytest.raises(ZeroDivisionError), open_video(ordinary) as video:
        sum(1 // 0 for _ in video.frames)


CONFIRM = "import os, struct, signal, time\nos.write(1, struct.pack('<cI', b'C', 0))\n"
INFO = json.dumps(
    {"duration_ms": 1, "width": 2, "height": 2, "frame_rate": 25.0, "codec": "h264", "container": "mov"}
).encode()
SEND_INFO = CONFIRM + f"os.write(1, struct.pack('<cI', b'I', {len(INFO)}) + {INFO!r})\n"


@pytest.mark.parametrize(
    ("name", "message"), [("SIGKILL", "memory or time"), ("SIGXCPU", "processor time"), ("SIGSEGV", "damaged")]
)
def test_a_child_that_is_killed_makes_the_file_unreadable(
    child_runs: Callable[[str], None], ordinary: Path, name: str, message: str
) -> None:
    child_runs(SEND_INFO + f"os.kill(os.getpid(), signal.{name})")
    with pytest.raises(UnreadableMedia, match=message), open_video(ordinary) as video:
        list(video.frames)


def test_a_child_that_hangs_is_ended_by_the_clock(child_runs: Callable[[str], None], ordinary: Path) -> None:
    child_runs(SEND_INFO + "time.sleep(600)")
    with pytest.raises(UnreadableMedia, match="too long"), open_video(ordinary, wall_clock_s=0.5) as video:
        list(video.frames)


@pytest.mark.parametrize(
    "record",
    [
        "struct.pack('<cI', b'F', 2**32 - 1)",
        "struct.pack('<cI', b'F', 4) + b'1234'",
        "struct.pack('<cIqHH?', b'F', 13, 0, 9, 9, True)",
        "struct.pack('<cIqHH?', b'F', 13 + 12, 0, 60000, 1, True) + bytes(12)",
        "struct.pack('<cIqHH?', b'F', 13, 0, 0, 0, True)",
        "struct.pack('<cIqHH?', b'F', 13 + 3, -5, 1, 1, True) + bytes(3)",
        "struct.pack('<cI', b'X', 0)",
        "b'\\x80\\x04\\x95'",
    ],
)
def test_a_record_that_is_not_as_agreed_makes_the_file_unreadable(
    child_runs: Callable[[str], None], ordinary: Path, record: str
) -> None:
    child_runs(SEND_INFO + f"os.write(1, {record})")
    with pytest.raises(UnreadableMedia), open_video(ordinary) as video:
        list(video.frames)


@pytest.mark.parametrize("info", [b"[]", b"{}", b"nonsense", b"[" * 4000, INFO.replace(b"25.0", b"NaN")])
def test_information_that_is_not_as_agreed_makes_the_file_unreadable(
    child_runs: Callable[[str], None], ordinary: Path, info: bytes
) -> None:
    child_runs(CONFIRM + f"os.write(1, struct.pack('<cI', b'I', {len(info)}) + {info!r})")
    with pytest.raises(UnreadableMedia), open_video(ordinary):
        pass


def test_the_end_without_an_end_record_is_an_error(child_runs: Callable[[str], None], ordinary: Path) -> None:
    child_runs(SEND_INFO)
    with pytest.raises(UnreadableMedia), open_video(ordinary) as video:
        list(video.frames)


def test_a_child_that_closes_the_pipe_but_stays_is_ended(child_runs: Callable[[str], None], ordinary: Path) -> None:
    child_runs(SEND_INFO + "os.close(1)\ntime.sleep(600)")
    with pytest.raises(UnreadableMedia, match="damaged"), open_video(ordinary) as video:
        list(video.frames)


def test_a_message_from_the_child_is_cut_and_cleaned(child_runs: Callable[[str], None], ordinary: Path) -> None:
    child_runs(CONFIRM + "os.write(1, struct.pack('<cI', b'U', 2**31) + b'\\x1b[31mred\\n\\0' + b'a' * 60000)")
    with pytest.raises(UnreadableMedia) as caught, open_video(ordinary):
        pass
    assert str(caught.value).startswith(" [31mred  aaa")
    assert len(str(caught.value)) <= 4096


def test_a_child_that_cannot_start_is_not_blamed_on_the_file(child_runs: Callable[[str], None], ordinary: Path) -> None:
    child_runs("raise SystemExit(3)")
    with pytest.raises(SandboxUnavailable, match="exit code 3"), open_video(ordinary):
        pass


def test_the_child_gets_no_secret(
    child_runs: Callable[[str], None], ordinary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://user:hunter2@host/name")
    child_runs(
        CONFIRM + "text = repr(dict(os.environ)).encode()\nos.write(1, struct.pack('<cI', b'U', len(text)) + text)"
    )
    with pytest.raises(UnreadableMedia) as caught, open_video(ordinary):
        pass
    assert "PYTHONPATH" in str(caught.value)
    assert "hunter2" not in str(caught.value)


def confined(code: str, *, as_nobody: bool = False) -> subprocess.CompletedProcess[str]:
    """Run `code` in a process that has confined itself; root can become nobody first, whom the kernel limits more."""
    become = "os.setgid(65534); os.setuid(65534)\n" if as_nobody and os.geteuid() == 0 else ""
    script = "from tagging.vision.sandbox import confine\nimport os, socket\n" + (
        f"{become}confine(cpu_s=1, address_space_bytes=1024**3)\n{code}"
    )
    return subprocess.run([sys.executable, "-B", "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("open('written', 'w').write('x' * 100000)", "File too large"),
        ("bytes(1024**3)", "MemoryError"),
        ("[os.open('/dev/null', os.O_RDONLY) for _ in range(100)]", "Too many open files"),
    ],
)
def test_a_confined_process_may_not(code: str, error: str, tmp_path: Path) -> None:
    assert confined("pass").stderr == ""
    assert error in confined(f"os.chdir({str(tmp_path)!r})\n{code}").stderr


def test_a_confined_process_may_not_compute_for_ever() -> None:
    assert confined("while True: pass").returncode == -signal.SIGXCPU


def test_a_confined_process_may_not_start_others() -> None:
    assert "Resource temporarily unavailable" in confined("os.fork()", as_nobody=True).stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can always drop the network")
def test_a_confined_process_has_no_network() -> None:
    assert "Network is unreachable" in confined("socket.create_connection(('127.0.0.1', 9))").stderr
