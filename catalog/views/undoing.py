"""What somebody has decided in this session, so that the last of it can be taken back with one key."""

from __future__ import annotations

from collections.abc import Iterable

from shopadmin.htmx import AuthenticatedRequest

NAME = "decided"
MOST = 20
"""So many steps are remembered; within ten minutes more are rare, and each can be taken back on its own page."""


def remember(request: AuthenticatedRequest, keys: list[str]) -> None:
    """Note the decisions of one step by their keys."""
    request.session[NAME] = [*_steps(request), keys][-MOST:]


def remembered(request: AuthenticatedRequest) -> list[str]:
    """Return the keys of the last step's decisions."""
    steps = _steps(request)
    return steps[-1] if steps else []


def forget(request: AuthenticatedRequest, keys: Iterable[str]) -> None:
    """Leave these decisions out from now on, so that the step before them is the last."""
    gone = set(keys)
    kept = [[key for key in step if key not in gone] for step in _steps(request)]
    request.session[NAME] = [step for step in kept if step]


def _steps(request: AuthenticatedRequest) -> list[list[str]]:
    steps: list[list[str]] = request.session.get(NAME, [])
    return steps
