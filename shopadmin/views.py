"""The front door and the health of the process."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from shopadmin.htmx import AuthenticatedRequest
from shopadmin.navigation import navigation


@require_safe
def home(request: AuthenticatedRequest) -> HttpResponse:
    """Send each user to the first place of their navigation."""
    places = navigation(request)["navigation"]
    return redirect(places[0].url if places else "accounts:no-role")


@require_safe
@login_not_required
def live(request: HttpRequest) -> HttpResponse:
    """Answer while the process runs."""
    return HttpResponse("ok", content_type="text/plain")


@require_safe
@login_not_required
def ready(request: HttpRequest) -> HttpResponse:
    """Answer 200 when the database answers, 503 with the reason otherwise."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Exception as error:  # noqa: BLE001 - whatever it is, the site is not ready
        return JsonResponse({"database": type(error).__name__}, status=503)
    return JsonResponse({"database": "ok"})
