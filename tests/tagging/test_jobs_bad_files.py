"""Hostile and broken files: refused at the door, and by the job when the file changes after it."""

from __future__ import annotations

import shutil
from functools import partial

import pytest
from django.core.files import File
from django.core.files.storage import FileSystemStorage

from tagging.models import TagJob, Track, Video
from tagging.services import evidence
from tagging.services.seeing import local_file
from tagging.services.tagging import run_job
from tagging.services.videos import receive_video, request_tagging
from tagging.vision.types import UnreadableMedia

from .. import factories
from ..unit.vision import media_files
from . import scenes

# What the file is, its name, who makes it, and what its owner is told.
BAD_FILES = [
    ("text named like a video", "a.mp4", media_files.not_a_video, "not a video"),
    ("cut off", "a.mp4", partial(media_files.truncated, share=0.5), "breaks off|damaged|incomplete"),
    ("empty", "a.mp4", media_files.zero_length, "empty"),
    ("sound only", "a.mp4", media_files.sound_only, "no picture"),
    ("no picture", "a.mp4", media_files.without_pictures, "[Nn]o picture|no pictures|damaged"),
    ("ten hours", "a.mp4", media_files.ten_hours, "long|hours"),
    ("16K", "a.mov", media_files.sixteen_k, "4K"),
    ("1000 pictures a second", "a.mp4", media_files.thousand_pictures_a_second, "pictures a second|frame"),
    ("a playlist", "a.mp4", partial(media_files.hls_playlist, segment="/etc/passwd"), "not a video"),
    ("a concat script", "a.mp4", partial(media_files.concat_script, other="b.mp4"), "not a video"),
    ("a drawing", "a.mp4", partial(media_files.drawing, address="file:///etc/passwd"), "not a video"),
]
# The door decodes the first picture only; what comes later in the file is found by the job.
BAD_LATER = [("a bomb", "a.mov", media_files.growing, "4K|breaks off")]


def table(rows):
    return pytest.mark.parametrize(("name", "make", "message"), [row[1:] for row in rows], ids=[row[0] for row in rows])


@pytest.fixture
def dana(committed):
    creator = factories.creator("dana")
    factories.grant(creator)
    return creator


@table(BAD_FILES)
def test_a_bad_file_is_refused_with_a_clear_message_and_nothing_is_kept(dana, media, tmp_path, name, make, message):
    make(tmp_path / name)
    with pytest.raises(UnreadableMedia, match=message):
        receive_video(creator=dana, source=tmp_path / name, title="Bad")
    assert not Video.objects.exists()
    assert [path for path in media.rglob("*") if path.is_file()] == []


@table(BAD_FILES + BAD_LATER)
def test_a_file_that_turns_bad_after_the_upload_fails_its_job_once_and_for_all(
    dana, media, clip, tmp_path, name, make, message
):
    video = factories.video(dana, content=b"replaced below")
    make(tmp_path / name)
    shutil.copyfile(tmp_path / name, video.file.path)
    job = request_tagging(video=video, by=dana.user, rings=False)
    run_job(job.pk)
    job.refresh_from_db()
    video.refresh_from_db()
    assert (job.state, job.attempts) == (TagJob.State.FAILED, 1)
    assert (video.state, video.state_reason) == (Video.State.FAILED, job.error)
    with pytest.raises(UnreadableMedia, match=message):
        raise UnreadableMedia(job.error)
    assert scenes.kept_files(media) == []


def test_a_video_with_a_wrong_ending_is_taken_for_what_it_is(dana, clip, tmp_path):
    shutil.copyfile(clip, tmp_path / "holiday.txt")
    video, is_new = receive_video(creator=dana, source=tmp_path / "holiday.txt", title="Holiday")
    assert is_new
    assert video.file.name.endswith("/video.mp4")


class FullDisk(FileSystemStorage):
    """A storage with room for two files."""

    def _save(self, name, content):
        if len(self.saved) >= 2:
            raise OSError(28, "No space left on device", name)
        self.saved.append(name)
        return super()._save(name, content)


def test_a_full_disk_gives_the_job_back_and_leaves_no_half_of_it(dana, shop, clip, media, monkeypatch):
    job = request_tagging(video=scenes.upload(dana, clip), by=dana.user, rings=False)
    full = FullDisk()
    full.saved = []
    monkeypatch.setattr(evidence, "default_storage", full)
    run_job(job.pk)
    job.refresh_from_db()
    assert len(full.saved) == 2
    assert (job.state, job.attempts) == (TagJob.State.PENDING, 1)
    assert "No space left on device" in job.error
    assert not Track.objects.exists()
    assert scenes.kept_files(media) == []


def test_a_file_that_lies_on_another_machine_is_copied_into_a_folder_of_its_own(dana, clip, monkeypatch):
    video = scenes.upload(dana, clip)

    class Elsewhere(FileSystemStorage):
        def path(self, name):
            raise NotImplementedError

        def _open(self, name, mode="rb"):
            return File(clip.open(mode))

    video.file.storage = Elsewhere()
    with local_file(video.file) as path:
        assert path.read_bytes() == clip.read_bytes()
        assert list(path.parent.iterdir()) == [path]
    assert not path.exists()
