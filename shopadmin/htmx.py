"""What views know of a request: who asks, and whether a fragment is wanted."""

from __future__ import annotations

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from shopadmin.accounts.models import User


class AuthenticatedRequest(HttpRequest):
    """A request of somebody who is logged in, as the middleware guarantees."""

    user: User
    htmx: HtmxDetails


def wants_fragment(request: AuthenticatedRequest) -> bool:
    """Tell whether htmx asks for a part of the page: not for a boosted link, nor to restore history."""
    return bool(request.htmx) and not request.htmx.boosted and not request.htmx.history_restore_request
