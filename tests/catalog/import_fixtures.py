"""Fixtures for tests of imports."""

from __future__ import annotations

import pytest

from shopadmin.jobs.heartbeat import Heartbeat


@pytest.fixture
def still(db: None, monkeypatch: pytest.MonkeyPatch, settings, tmp_path) -> None:
    """Run jobs inside the test's own transaction, which the heartbeat's connection could not see."""
    monkeypatch.setattr(Heartbeat, "_beat", lambda self: None)
    settings.MEDIA_ROOT = tmp_path
