"""Those who wait for a job read reasons that concern them, and never what our code says to itself."""

from __future__ import annotations

import pytest

from shopadmin.jobs.explaining import explained

OURS = "OperationalError: server closed the connection unexpectedly"


@pytest.mark.parametrize(
    "reason", ["", "The file is no longer stored; upload it again.", "shop.example does not answer."]
)
def test_a_reason_is_told_as_it_stands(reason: str) -> None:
    assert explained(reason, has_ended=True) == explained(reason, has_ended=False) == reason


def test_a_reason_that_was_met_at_each_attempt_is_told_without_the_attempts() -> None:
    said = explained(
        "Parked after 5 attempts; the last one said: shop.example answered\nwith an error.", has_ended=True
    )
    assert said == "shop.example answered\nwith an error."


@pytest.mark.parametrize(
    "error",
    [
        OURS,
        f"Parked after 5 attempts; the last one said: {OURS}",
        "Parked after 5 attempts; the last worker stopped without a word (killed, or out of memory).",
        "Parked after 5 attempts; the last worker stopped without a word (killed, or out of memory). The error before"
        f" that: {OURS}",
    ],
)
def test_of_an_error_of_ours_people_read_only_that_there_was_one(error: str) -> None:
    assert str(explained(error, has_ended=True)).startswith("An error on our side has stopped this.")
    assert str(explained(error, has_ended=False)).startswith("An error on our side has interrupted this.")
