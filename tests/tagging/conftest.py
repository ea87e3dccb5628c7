"""Fixtures for tests that run jobs: committed rows, a media folder of their own, a clip, a shop."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog.models import Product
from tests import factories

from . import scenes


@pytest.fixture
def media(settings, tmp_path: Path) -> Path:
    """Where uploads and pictures lie in this test."""
    folder = tmp_path / "media"
    folder.mkdir()
    settings.MEDIA_ROOT = folder
    return folder


@pytest.fixture
def committed(transactional_db: None, media: Path, settings) -> Path:
    """Rows are really committed, so that heartbeats and other workers see them; returns the media folder.

    Text is not read, since these tests are about jobs: reading takes longer than everything else together.
    """
    factories.rows_of_migrations()
    settings.SHOPADMIN = {**settings.SHOPADMIN, "READER": scenes.NOT_READING}
    return media


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A second and a half in which two things of the shop are seen."""
    return scenes.write_clip(tmp_path_factory.mktemp("clip") / "things.mp4")


@pytest.fixture
def shop(committed: Path) -> list[Product]:
    """Eight indexed products; the clip shows the first two."""
    return scenes.open_shop()
