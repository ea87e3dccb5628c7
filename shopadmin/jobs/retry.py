"""PURE. When is a job tried again?"""

from __future__ import annotations

RETRY_BASE_S = 2.0
RETRY_CAP_S = 300.0


def retry_delay_s(attempts: int, jitter: float) -> float:
    """Return how long to wait before attempt `attempts` + 1: exponential, capped at five minutes, with jitter.

    `jitter` is in 0..1; it spreads jobs that failed together (a database that was gone) over most of the wait.
    """
    return min(RETRY_CAP_S, RETRY_BASE_S * 2.0**attempts) * (0.25 + 0.75 * jitter)
