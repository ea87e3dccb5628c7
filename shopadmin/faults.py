"""What people and programs read when a request fails for a reason of ours."""

from __future__ import annotations

import sys

from django.contrib.auth.decorators import login_not_required
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.template import loader
from django.utils.translation import gettext as _

from .embedded_postgres.server import DatabaseServerError

AWAY = (OperationalError, InterfaceError, DatabaseServerError)
"""What is raised while the database does not answer: it restarts, is moved, or its machine is gone."""
RETRY_AFTER_S = 10


@login_not_required
def server_error(request: HttpRequest) -> HttpResponseBase:
    """Answer 503 while the database is away, 500 for any other error; asks the database for nothing."""
    if isinstance(sys.exception(), AWAY):
        words = _("The database does not answer just now. If you were saving something, it was not saved: try again.")
        response = _answer(request, "503.html", words, status=503)
        response["Retry-After"] = str(RETRY_AFTER_S)
        return response
    return _answer(request, "500.html", _("Something went wrong on our side; nothing was changed."), status=500)


def _answer(request: HttpRequest, page: str, words: str, *, status: int) -> HttpResponse:
    """Answer programs as the API does, scripts as forms that are refused, browsers with a page."""
    if request.path.startswith("/api/"):
        return JsonResponse({"detail": words}, status=status)
    if request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse({"errors": {"site": [words]}}, status=status)
    context = {"words": words, "is_safe": request.method in {"GET", "HEAD"}}
    return HttpResponse(loader.get_template(page).render(context), status=status)
