"""Uploading a video: works as a plain form; a script adds drag and drop and progress."""

from __future__ import annotations

import errno
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath

from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from shopadmin.htmx import AuthenticatedRequest
from shopadmin.pages import render_page

from ..forms import UploadForm
from ..models import ConsentGrant
from ..services.videos import receive_video, request_tagging
from ..vision.sandbox import SandboxUnavailable
from ..vision.types import UnreadableMedia
from ..wording import worded
from .access import creators_only, own_creator

logger = logging.getLogger(__name__)

# What a form around the file may weigh: its title, the token and the boundaries.
FORM_OVERHEAD_BYTES = 64 * 1024


type Errors = Mapping[str, Sequence[str]]
"""What is wrong with which field."""


# The check of the token reads the whole body, so it comes after the check of the length, not in the middleware.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@creators_only
def video_upload(request: AuthenticatedRequest) -> HttpResponse:
    """Show the form, or keep the video that was sent and have it tagged."""
    if request.method == "POST" and _declared_bytes(request) > _max_bytes() + FORM_OVERHEAD_BYTES:
        message = _("The file is larger than %(limit)s. Export the video smaller, or cut it into parts.")
        return _refused(request, {"file": [message % {"limit": filesizeformat(_max_bytes())}]}, status=413)
    return _upload(request)


@csrf_protect
def _upload(request: AuthenticatedRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request)
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        errors = {name: [str(error) for error in found] for name, found in form.errors.items()}
        return _refused(request, errors, title=str(form["title"].value() or ""))
    return _receive(request, form.cleaned_data["file"], form.cleaned_data["title"])


def _receive(request: AuthenticatedRequest, file: TemporaryUploadedFile, title: str) -> HttpResponse:
    source = Path(file.temporary_file_path())
    name = title or PurePath(file.name or "").stem
    try:
        video, is_new = receive_video(creator=own_creator(request), source=source, title=name)
    except UnreadableMedia as error:
        return _refused(request, {"file": [worded(str(error))]}, title=title)
    except SandboxUnavailable:
        logger.exception("An uploaded video cannot be looked at.")
        message = _("The site cannot look at videos just now, so this one was not kept. Try again in a minute.")
        return _refused(request, {"file": [message]}, title=title, status=503)
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
            raise
        logger.exception("There is no room for an uploaded video.")
        message = _(
            "The site has no room left, so the video was not kept. Tell the people who run it; try again later."
        )
        return _refused(request, {"file": [message]}, title=title, status=507)
    if not is_new:
        messages.info(request, _("You have uploaded this file before. This is the video."))
        return _accepted(request, video.get_absolute_url())
    job = request_tagging(video=video, by=request.user)
    messages.success(request, _("“%(title)s” is uploaded. You can leave this page.") % {"title": video.title})
    return _accepted(request, reverse("tagging:job-detail", args=[job.pk]))


def _accepted(request: AuthenticatedRequest, location: str) -> HttpResponse:
    if _is_script(request):
        return JsonResponse({"location": location}, status=201)
    return redirect(location)


def _refused(request: AuthenticatedRequest, errors: Errors, *, title: str = "", status: int = 422) -> HttpResponse:
    if _is_script(request):
        return JsonResponse({"errors": errors}, status=status)
    return _page(request, errors, title=title, status=status)


def _page(
    request: AuthenticatedRequest, errors: Errors | None = None, *, title: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "form": UploadForm(),
        "title": title,
        "errors": errors or {},
        "grant": ConsentGrant.objects.filter(creator=own_creator(request)).first(),
        "max_bytes": _max_bytes(),
        "max_minutes": settings.SHOPADMIN["MAX_DURATION_S"] // 60,
    }
    return render_page(request, "tagging/video_upload.html", context, status=status)


def _is_script(request: AuthenticatedRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


def _declared_bytes(request: AuthenticatedRequest) -> int:
    length = request.headers.get("Content-Length", "")
    return int(length) if length.isdigit() else 0


def _max_bytes() -> int:
    return int(settings.SHOPADMIN["MAX_UPLOAD_BYTES"])
