"""Product photos, which every user who is logged in may see."""

from __future__ import annotations

import io

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.http import parse_etags, quote_etag
from django.views.decorators.http import require_safe
from PIL import Image

from shopadmin.files import stored_file
from shopadmin.htmx import AuthenticatedRequest

from ..models import ProductImage

# Twice the size at which lists show it, for dense screens.
THUMBNAIL_SIDE = 192

# A photo never changes: another one is another row.
KEEP = "private, max-age=86400, immutable"


@require_safe
def photo_file(request: AuthenticatedRequest, pk: int) -> HttpResponseBase:
    """Return a product photo in full size."""
    image = get_object_or_404(ProductImage, pk=pk)
    return stored_file(
        request, image.file, content_type="image/jpeg", filename="photo.jpg", version=image.sha256, cache=KEEP
    )


@require_safe
def photo_thumbnail(request: AuthenticatedRequest, pk: int) -> HttpResponseBase:
    """Return a product photo shrunk for lists."""
    image = get_object_or_404(ProductImage, pk=pk)
    etag = quote_etag(f"{image.sha256}-{THUMBNAIL_SIDE}")
    headers = {"Cache-Control": KEEP, "ETag": etag, "X-Content-Type-Options": "nosniff"}
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        return HttpResponse(status=304, headers=headers)
    try:
        with image.file.open("rb") as handle:
            content = _shrunk(handle.read())
    except FileNotFoundError as error:
        raise Http404("The photo is no longer stored.") from error
    return HttpResponse(content, content_type="image/jpeg", headers=headers)


def _shrunk(photo: bytes) -> bytes:
    """Return the photo, which is one of ours, with its longer side at most `THUMBNAIL_SIDE` pixels."""
    with Image.open(io.BytesIO(photo), formats=("JPEG", "PNG", "WEBP")) as image:
        image.draft("RGB", (THUMBNAIL_SIDE, THUMBNAIL_SIDE))
        small = image.convert("RGB")
    small.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    out = io.BytesIO()
    small.save(out, "JPEG", quality=85)
    return out.getvalue()
