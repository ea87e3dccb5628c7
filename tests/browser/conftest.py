"""Real Chromium on the real site: who is logged in, what is there to watch, and that no page breaks its own rules."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.test import Client, override_settings
from playwright.sync_api import ConsoleMessage, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from shopadmin import celery_app
from shopadmin.accounts.models import User
from tagging.models import Appearance, Creator, Video
from tests import factories
from tests.tagging.clips import clip

from .chromium import CHROMIUM, FLAGS

PATIENCE_MS = 15_000
"""How long a page may take: pages are slow where the machine does other things too, and speed is measured elsewhere."""

expect.set_options(timeout=PATIENCE_MS)


LONGEST = "test_every_page.py"


def is_here(item: pytest.Item) -> bool:
    return Path(__file__).parent in item.path.parents


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the browser tests last, and of these the longest first, so that no process is left alone with them.

    Playwright leaves its loop running in the thread, where Django then uses another connection: tests after that would
    miss what pytest-django keeps on the first one.
    """
    items.sort(key=lambda item: (is_here(item), item.path.name != LONGEST))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Start the system's own Chromium; where there is none, say so, and fail only where one is promised (CI)."""
    if CHROMIUM is None:
        reason = "no Chromium is installed (chromium, chromium-browser or google-chrome)"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": FLAGS}


@pytest.fixture(scope="session", autouse=True)
def database_beside_playwright() -> Iterator[None]:
    """Let the tests use the database while Playwright's loop runs in the same thread."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield


@pytest.fixture(scope="session")
def live_server() -> Iterator[LiveServer]:
    """Serve over plain HTTP: the middleware reads that setting once, when the server starts."""
    with override_settings(SECURE_SSL_REDIRECT=False):
        server = LiveServer("localhost")
    yield server
    server.stop()


@pytest.fixture(autouse=True)
def committed(transactional_db: None, served: Settings) -> None:
    """Commit what a test writes, since the server reads it; logins are counted anew."""
    cache.clear()
    factories.rows_of_migrations()


@pytest.fixture(autouse=True)
def quiet_queue() -> Iterator[None]:
    """Ring the bells in this process, where no worker listens: these tests play the worker's part themselves."""
    before = celery_app.conf.broker_url, celery_app.conf.broker_transport_options
    celery_app.conf.broker_url, celery_app.conf.broker_transport_options = "memory://", {}
    yield
    celery_app.conf.broker_url, celery_app.conf.broker_transport_options = before


@dataclass
class Breakages:
    """What broke on the pages: the content policy, or a script."""

    texts: list[str] = field(default_factory=list)


@pytest.fixture
def broken() -> Breakages:
    return Breakages()


@pytest.fixture
def page(page: Page, broken: Breakages, served: Settings) -> Iterator[Page]:
    """A page on which no policy may be broken and no script may fail."""

    def note(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text or "violates" in message.text:
            broken.texts.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: broken.texts.append(str(error)))
    page.set_default_timeout(PATIENCE_MS)
    yield page
    page.close()
    assert broken.texts == []


@pytest.fixture
def log_in(page: Page, live_server: LiveServer, served: Settings):
    """Log somebody in through the session, without the form."""

    def log_in(user: User) -> Page:
        client = Client()
        client.force_login(user)
        cookie = client.cookies[served.SESSION_COOKIE_NAME].value
        page.context.add_cookies([{"name": served.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
        return page

    return log_in


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten seconds of real H.264."""
    return clip(tmp_path_factory.mktemp("films") / "breakfast.mp4", seconds=10)


@pytest.fixture
def breakfast(dana: Creator, film: Path) -> Video:
    """A tagged video that plays. Apple juice walks from 0.1 to 0.5 in two seconds; pear juice comes at 0:01."""
    juices = [factories.product("Apple juice"), factories.product("Pear juice")]
    video = factories.tagged_video(dana, products=juices)
    video.file.save("video.mp4", ContentFile(film.read_bytes()), save=False)
    video.poster.save("poster.jpg", ContentFile(factories.jpeg(320, 180)), save=False)
    video.save()
    walk = [[0, 0.1, 0.2, 0.3, 0.4], [2000, 0.5, 0.2, 0.3, 0.4], [3000, 0.5, 0.2, 0.3, 0.4]]
    Appearance.objects.filter(track__video=video, track__number=0).update(boxes=walk)
    return video
