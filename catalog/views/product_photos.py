"""The photos of a product's page: adding, moving, taking away and putting back. Works as plain forms; a script adds
drag and drop, and progress for each file."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO, cast

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST

from shopadmin.accounts.decorators import permission_required
from shopadmin.accounts.permissions import Permission
from shopadmin.htmx import AuthenticatedRequest, wants_fragment
from shopadmin.pages import render_page

from ..models import Product, ProductImage, RemovedPhoto
from ..photos.cleaning import MAX_PHOTO_BYTES, UnreadablePhoto
from ..photos.sandbox import DecoderUnavailable
from ..photos.services import MOST_PHOTOS, TooManyPhotos, add_photos, move_photo, remove_photo, restore_photo
from .access import product_for, seen_product
from .product_page import PAGE

logger = logging.getLogger(__name__)

EDIT = Permission.EDIT_LISTINGS
FORM_OVERHEAD_BYTES = 64 * 1024
MOST_BYTES = MOST_PHOTOS * MAX_PHOTO_BYTES + FORM_OVERHEAD_BYTES


# The check of the token reads the whole body, so it comes after the check of the length, not in the middleware.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(EDIT)
def product_photos(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Show the photos of a product, or add those that were sent; each bad file is answered by itself."""
    length = request.headers.get("Content-Length", "")
    if request.method == "POST" and length.isdigit() and int(length) > MOST_BYTES:
        product = product_for(request, pk, EDIT)
        words = _("That is too much at once. Send fewer or smaller photos, each up to %(limit)s MB.")
        return _answered(request, product, [], [words % {"limit": MAX_PHOTO_BYTES // 2**20}])
    return _photos(request, pk)


@csrf_protect
def _photos(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    product = product_for(request, pk, EDIT)
    if request.method != "POST":
        return _list(request, product)
    files = request.FILES.getlist("photos")
    notes: list[str] = []
    errors = [] if files else [_("Choose a photo first.")]
    for file in files:
        errors += _add(request, product, file, notes)
    return _answered(request, product, notes, errors)


@require_POST
@permission_required(EDIT)
def photo_move(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Put a photo at another place, counted from 0."""
    image, product = _photo_for(request, pk)
    text = request.POST.get("to", "")
    if text.isascii() and text.isdigit() and len(text) < 4:
        move_photo(image=image, to_position=int(text), actor=request.user)
    return _list(request, product, news=_("This is photo %(number)s now.") % {"number": image.position + 1})


@require_POST
@permission_required(EDIT)
def photo_remove(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Take a photo off its product; the list offers to undo that."""
    image, product = _photo_for(request, pk)
    removed = remove_photo(image=image, actor=request.user)
    return _list(request, product, removed=removed, news=_("The photo is taken away."))


@require_POST
@permission_required(EDIT)
def photo_restore(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Put a photo that was taken away back where it was."""
    removed = get_object_or_404(RemovedPhoto.objects.for_user(request.user).select_related("product"), pk=pk)
    product = product_for(request, removed.product_id, EDIT)
    try:
        restore_photo(removed=removed, actor=request.user)
    except (TooManyPhotos, RemovedPhoto.DoesNotExist) as error:
        words = str(error) if isinstance(error, TooManyPhotos) else _("The photo is put back already.")
        return _list(request, product, news=words)
    return _list(request, product, news=_("The photo is back."))


def _add(request: AuthenticatedRequest, product: Product, file: UploadedFile[Any], notes: list[str]) -> Iterator[str]:
    """Add one file; yield why not, and note what could be better about it."""
    try:
        added = add_photos(product=product, sources=[cast("BinaryIO", file)], actor=request.user)
    except (UnreadablePhoto, TooManyPhotos) as error:
        yield f"{file.name}: {error}"
    except DecoderUnavailable:
        logger.exception("A photo that was sent cannot be decoded here.")
        yield _("The site cannot look at photos just now, so %(name)s was not kept. Try again in a minute.") % {
            "name": file.name
        }
    else:
        notes.extend(f"{file.name}: {warning.message}" for warning in added.warnings)


def _photo_for(request: AuthenticatedRequest, pk: int) -> tuple[ProductImage, Product]:
    """Return a photo and its product, which the user may edit; 404 when unseen, 403 when not allowed."""
    image = get_object_or_404(ProductImage.objects.select_related("product"), pk=pk)
    return image, product_for(request, image.product_id, EDIT)


def _answered(
    request: AuthenticatedRequest, product: Product, notes: Sequence[str], errors: Sequence[str]
) -> HttpResponse:
    """Answer a script with what came of its files, others with the page."""
    if request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse({"notes": notes, "errors": errors}, status=422 if errors else 201)
    for error in errors:
        messages.error(request, error)
    for note in notes:
        messages.info(request, note)
    return HttpResponseRedirect(f"{product.get_absolute_url()}#photos")


def _list(
    request: AuthenticatedRequest, product: Product, *, news: str = "", removed: RemovedPhoto | None = None
) -> HttpResponse:
    """Answer with the list of photos as it is now, or with the page that shows it."""
    if not wants_fragment(request):
        if news and removed is None:
            messages.info(request, news)
        undo = f"?removed={removed.pk}" if removed else ""
        return HttpResponseRedirect(f"{product.get_absolute_url()}{undo}#photos")
    fresh = seen_product(request, product.pk)
    context: dict[str, Any] = {"product": fresh, "removed": removed, "news": news, "may_edit": True}
    return render_page(request, f"{PAGE}#photo-list", context)
