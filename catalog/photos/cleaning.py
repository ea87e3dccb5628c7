"""Makes a photo of our own out of somebody's file, or says in plain words why it cannot be used."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import BinaryIO

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .decoding import LEAST_LONG_SIDE, MOST_PIXELS, Flaw, Flawed
from .sandbox import PhotoDecoder

MAX_PHOTO_BYTES = 20 * 2**20
GOOD_LONG_SIDE = 600
"""Photos with a shorter longer side are taken, with a warning."""


class UnreadablePhoto(Exception):
    """A product photo cannot be used; the message tells its owner why and what to do.

    `number` says which of several files it is, from 0.
    """

    def __init__(self, message: str, number: int = 0) -> None:
        super().__init__(message)
        self.number = number


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo that was decoded, turned upright, shrunk and encoded again by us.

    `sha256` is of the file that came in; `warning` is empty when there is nothing to better.
    """

    jpeg: bytes
    sha256: str
    width: int
    height: int
    perceptual_hash: int
    warning: str


def clean_photo(source: BinaryIO, decoder: PhotoDecoder | None = None) -> Photo:
    """Decode and re-encode a product photo, so that nothing of the uploaded file's own bytes is ever served.

    Pass a `decoder` to clean many photos with one process. Raises `UnreadablePhoto` when the file is not a JPEG, PNG or
    WebP photo, too large, too small, animated or broken, and `DecoderUnavailable` when this machine cannot decode.
    """
    content = source.read(MAX_PHOTO_BYTES + 1)
    try:
        if len(content) > MAX_PHOTO_BYTES:
            raise Flawed(Flaw.TOO_MANY_BYTES)
        with ExitStack() as stack:
            made = (decoder or stack.enter_context(PhotoDecoder())).decode(content)
    except Flawed as flawed:
        raise UnreadablePhoto(message_of(flawed)) from flawed
    warning = ""
    if made.original_long_side < GOOD_LONG_SIDE:
        warning = _(
            "The photo is small: %(width)d × %(height)d pixels. Use one with at least %(good)d on the longer side."
        )
        warning %= {"width": made.width, "height": made.height, "good": GOOD_LONG_SIDE}
    sha256 = hashlib.sha256(content).hexdigest()
    return Photo(made.jpeg, sha256, made.width, made.height, made.perceptual_hash, warning)


def message_of(flawed: Flawed) -> str:
    """Return what the owner of the file reads: the cause, and what to do."""
    if flawed.flaw == Flaw.WRONG_KIND:
        return str(_KINDS.get(flawed.detail, _OTHER_KIND))
    values = {
        "size": flawed.detail,
        "megabytes": MAX_PHOTO_BYTES // 2**20,
        "millions": MOST_PIXELS // 10**6,
        "least": LEAST_LONG_SIDE,
        "good": GOOD_LONG_SIDE,
    }
    if flawed.flaw == Flaw.TOO_MANY_PIXELS and flawed.detail:
        return _("The photo has %(size)s pixels; at most %(millions)d million are accepted. Save it smaller.") % values
    return str(_MESSAGES[flawed.flaw]) % values


_MESSAGES: Mapping[Flaw, object] = {
    Flaw.EMPTY: gettext_lazy("The file is empty. Choose it again, or export it again."),
    Flaw.TOO_MANY_BYTES: gettext_lazy("The photo is larger than %(megabytes)d MB. Save it smaller."),
    Flaw.TOO_MANY_PIXELS: gettext_lazy(
        "The photo has far more than the %(millions)d million pixels that are accepted. Save it smaller."
    ),
    Flaw.TOO_SMALL: gettext_lazy(
        "The photo has only %(size)s pixels. The longer side needs at least %(least)d; %(good)d or more look good."
    ),
    Flaw.ANIMATED: gettext_lazy("The picture is animated. Export one frame of it as JPEG or PNG."),
    Flaw.BROKEN_OFF: gettext_lazy("The picture breaks off: the file is not complete. Copy or export it again."),
    Flaw.HIDDEN_DATA: gettext_lazy(
        "The file carries very much hidden text or a very large colour profile. Export it again without metadata."
    ),
    Flaw.TOO_COSTLY: gettext_lazy(
        "Reading this picture takes more memory or time than allowed. Export it again as a plain JPEG."
    ),
    Flaw.UNREADABLE: gettext_lazy(
        "The file is not a readable JPEG, PNG or WebP photo; it is damaged. Export it again."
    ),
}
_OTHER_KIND = gettext_lazy("The file is not a readable JPEG, PNG or WebP photo. Save it as one of these.")
_KINDS: Mapping[str, object] = {
    "image/svg+xml": gettext_lazy("This is an SVG drawing, which is not accepted. Save it as JPEG or PNG."),
    "image/gif": gettext_lazy("This is a GIF, which is not accepted. Save one frame of it as JPEG or PNG."),
    "image/heic": gettext_lazy("This is a HEIC photo, as iPhones take them. Export it as JPEG."),
    "image/avif": gettext_lazy("This is an AVIF picture, which is not accepted. Save it as JPEG, PNG or WebP."),
    "image/jxl": gettext_lazy("This is a JPEG XL picture, which is not accepted. Save it as JPEG, PNG or WebP."),
    "image/tiff": gettext_lazy("This is a TIFF picture, which is not accepted. Save it as JPEG or PNG."),
    "image/bmp": gettext_lazy("This is a BMP picture, which is not accepted. Save it as JPEG or PNG."),
    "image/vnd.adobe.photoshop": gettext_lazy("This is a Photoshop document. Export the picture as JPEG or PNG."),
    "application/pdf": gettext_lazy("This is a PDF document. Export the picture in it as JPEG or PNG."),
    "application/zip": gettext_lazy("This is a ZIP archive or an office document. Send the photos themselves."),
    "text/html": gettext_lazy("This is a web page, not a photo. Use the photo's own address or file."),
    "video/mp4": gettext_lazy("This is a video, not a photo. Export one frame of it as JPEG or PNG."),
}
