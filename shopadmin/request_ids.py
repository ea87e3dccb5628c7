"""A number for each request, in its answer (`X-Request-ID`), in log lines and in the audit log, so that they are found
together.
"""

from __future__ import annotations

import logging
import re
import secrets
import time
import uuid
from collections.abc import Callable
from contextvars import ContextVar

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

HEADER = "X-Request-ID"
_ACCEPTABLE = re.compile(r"[A-Za-z0-9._-]{8,64}")
_current: ContextVar[str] = ContextVar("request_id", default="")


def current_request_id() -> str:
    """Return the number of the request that is being answered here; empty outside of one."""
    return _current.get()


def new_request_id() -> str:
    """Return a UUID of version 7 (RFC 9562): sorted by time, so that numbers of one minute stand together."""
    milliseconds, random = time.time_ns() // 1_000_000, secrets.randbits(74)
    high, low = random >> 62, random & ((1 << 62) - 1)
    return str(uuid.UUID(int=(milliseconds & (1 << 48) - 1) << 80 | 7 << 76 | high << 64 | 2 << 62 | low))


def request_ids(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Number each request (`request.id`); a proxy that we trust may have done so before."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        sent = request.headers.get(HEADER, "") if settings.BEHIND_PROXY else ""
        number = sent if _ACCEPTABLE.fullmatch(sent) else new_request_id()
        request.id = number  # type: ignore[attr-defined]
        token = _current.set(number)
        try:
            response = get_response(request)
        finally:
            _current.reset(token)
        response.headers[HEADER] = number
        return response

    return answer


class RequestIdFilter(logging.Filter):
    """Gives each log record the number of its request, `-` outside of one."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record through, numbered."""
        request = getattr(record, "request", None)
        record.request_id = current_request_id() or getattr(request, "id", "") or "-"
        return True
