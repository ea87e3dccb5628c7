"""A request has one number: in its answer, in log lines and in the audit log."""

from __future__ import annotations

import logging
import uuid

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from pytest_django import Settings

from shopadmin.accounts.audit.recording import Target, record
from shopadmin.request_ids import RequestIdFilter, current_request_id, new_request_id, request_ids

pytestmark = pytest.mark.usefixtures("served")


def test_every_answer_has_a_number_of_its_own(client: Client) -> None:
    numbers = {client.get("/health/live")["X-Request-ID"] for _ in range(3)}

    assert len(numbers) == 3
    assert {uuid.UUID(number).version for number in numbers} == {7}


def test_numbers_sort_by_time() -> None:
    earlier, later = uuid.UUID(new_request_id()), uuid.UUID(new_request_id())

    assert earlier.int >> 80 <= later.int >> 80
    assert uuid.UUID(new_request_id()).variant == uuid.RFC_4122


@pytest.mark.parametrize(
    ("behind_proxy", "sent", "is_kept"),
    [
        (True, "0a1b2c3d-proxy", True),
        (False, "0a1b2c3d-proxy", False),
        (True, "short", False),
        (True, "with spaces and <b>", False),
        (True, "x" * 65, False),
    ],
)
def test_only_a_trusted_proxy_may_number(
    client: Client, settings: Settings, behind_proxy: bool, sent: str, is_kept: bool
) -> None:
    settings.BEHIND_PROXY = behind_proxy

    answer = client.get("/health/live", headers={"X-Request-ID": sent})

    assert (answer["X-Request-ID"] == sent) is is_kept


@pytest.mark.django_db
def test_entries_and_log_lines_name_the_request_they_belong_to() -> None:
    line = logging.LogRecord("x", logging.INFO, "x", 1, "x", None, None)
    seen = {}

    def view(request: HttpRequest) -> HttpResponse:
        RequestIdFilter().filter(line)
        seen["entry"] = record("nightly", "listing.edited", Target("catalog.product", "1")).request_id
        seen["request"] = request.id
        return HttpResponse()

    answer = request_ids(view)(RequestFactory().get("/"))

    assert seen == {"entry": answer["X-Request-ID"], "request": answer["X-Request-ID"]}
    assert line.request_id == answer["X-Request-ID"]


def test_outside_of_a_request_there_is_no_number() -> None:
    line = logging.LogRecord("x", logging.INFO, "x", 1, "x", None, None)
    RequestIdFilter().filter(line)

    assert current_request_id() == ""
    assert line.request_id == "-"


def test_a_view_that_raises_leaves_no_number_behind() -> None:
    def view(request: HttpRequest) -> HttpResponse:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        request_ids(view)(RequestFactory().get("/"))

    assert current_request_id() == ""
