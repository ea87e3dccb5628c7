"""Reasons in the reader's language: workers and pure modules write them in English, and they are kept like that."""

from __future__ import annotations

import re

from django.utils.translation import gettext, gettext_noop

REASONS = (
    gettext_noop("tagged"),
    gettext_noop("no consent"),
    gettext_noop("skipped: no consent"),
    gettext_noop("consent taken back"),
    gettext_noop("the catalogue is not indexed yet"),
    gettext_noop("no product was found to compare with"),
    gettext_noop("no product is likely enough to be like the thing in the picture"),
    gettext_noop("the settings allow no link here"),
    gettext_noop("the video already has its most likely links"),
    gettext_noop("Parked after %(attempts)s attempts; the last one said: %(error)s"),
    gettext_noop(
        "Parked after %(attempts)s attempts; the last worker stopped without a word (killed, or out of memory)."
        " The error before that: %(error)s"
    ),
    gettext_noop(
        "Parked after %(attempts)s attempts; the last worker stopped without a word (killed, or out of memory)."
    ),
    gettext_noop("This file is not a video that can be read: it is damaged, incomplete or of another kind."),
    gettext_noop("This is not a file, so it cannot be a video."),
    gettext_noop("The video file is missing or may not be read. Upload it again."),
    gettext_noop("The file is empty (0 bytes). Upload it again."),
    gettext_noop("The file has %(size)s GB; at most %(allowed)s GB are allowed."),
    gettext_noop("The file holds %(count)s streams; at most %(allowed)s are allowed."),
    gettext_noop("The file ends before the first picture: it is incomplete. Upload it again."),
    gettext_noop("The file has no picture track (sound only). Upload a video."),
    gettext_noop("The video's encoding is not supported. Export it as H.264 (MP4) and upload that."),
    gettext_noop("The video holds no pictures. Export it again."),
    gettext_noop("The video has no pictures; export it again."),
    gettext_noop("The picture has %(width)s × %(height)s pixels; export it at 4K or less."),
    gettext_noop("The picture grows beyond 4K within the video. Export it at 4K or less."),
    gettext_noop("The video has %(rate)s pictures a second; at most %(allowed)s are allowed."),
    gettext_noop("The video has more than %(most)s pictures. Cut it into shorter videos."),
    gettext_noop("The video is %(hours)s hours long; at most %(allowed)s hours are allowed."),
    gettext_noop("The video breaks off at %(moment)s: the file is incomplete or damaged. Upload it again."),
    gettext_noop("The video's clock is damaged. Export it again."),
    gettext_noop("No picture of this video can be decoded. Export it again and upload the new file."),
    gettext_noop("The decoder failed on this video: the file is damaged. Export it again."),
    gettext_noop("Decoding this video takes more memory than allowed. Export it smaller."),
    gettext_noop("Decoding this video takes more memory or time than allowed. Export it smaller."),
    gettext_noop("Decoding this video takes too long. Export it again, shorter or smaller."),
    gettext_noop("Decoding this video takes too much processor time. Export it shorter or smaller."),
)
"""What workers say; `%(name)s` stands for what differs."""


def _pattern(reason: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"%\\\((\w+)\\\)s", r"(?P<\1>.+?)", re.escape(reason)), re.DOTALL)


_PATTERNS = tuple((reason, _pattern(reason)) for reason in REASONS)


def worded(text: str) -> str:
    """Return a reason in the reader's language, also one that is quoted within another; the text itself if unknown."""
    for reason, pattern in _PATTERNS:
        if found := pattern.fullmatch(text):
            return gettext(reason) % {name: worded(said) for name, said in found.groupdict().items()}
    return text
