"""How long a job waits before it is tried again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shopadmin.jobs.retry import RETRY_CAP_S, retry_delay_s

jitters = st.floats(0, 1)


@given(st.integers(0, 40), jitters)
def test_the_wait_is_never_zero_and_never_above_the_cap(attempts: int, jitter: float):
    assert 0 < retry_delay_s(attempts, jitter) <= RETRY_CAP_S


@given(st.integers(0, 39), jitters)
def test_the_wait_never_shrinks_from_attempt_to_attempt(attempts: int, jitter: float):
    assert retry_delay_s(attempts, jitter) <= retry_delay_s(attempts + 1, jitter)


@given(st.integers(1, 10))
def test_jobs_that_failed_together_are_spread_over_most_of_the_wait(attempts: int):
    assert retry_delay_s(attempts, 0.0) * 4 == retry_delay_s(attempts, 1.0)
