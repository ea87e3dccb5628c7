"""No page breaks WCAG 2.2 AA as far as axe can see, nor its own content policy, in light and dark."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from shopadmin.accounts.models import User
from tagging.models import Creator, Notice, Video
from tests import factories
from tests.browser.conftest import Breakages
from tests.browser.test_working import running_job

pytestmark = pytest.mark.browser

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
# An animation that is cancelled on the way (a dialog that closes) rejects, and is over as well.
PAINTED = """() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
    .then(() => Promise.allSettled(document.getAnimations().map((animation) => animation.finished)))
    .then(() => null)"""
# axe would fetch style sheets again, for no rule that is asked: with the visitor's cookies, and against the policy.
VIOLATIONS = """options => axe.run({ ...options, resultTypes: ['violations'], preload: false })
    .then((results) => results.violations)"""
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}


@dataclass(frozen=True)
class Inspector:
    """Says what is wrong with a page: what it broke by itself, and what axe finds in both themes.

    Only colours differ between the themes, so the dark one is looked at for contrast.
    """

    page: Page
    broken: Breakages

    def faults(self) -> list[str]:
        """Return what the page broke until now, and what axe finds on it."""
        self.page.evaluate(AXE_SCRIPT)
        found = self._violations("light", RULES) + self._violations("dark", COLOURS)
        self.page.emulate_media(color_scheme="light")
        return self.broken.texts + found

    def faults_of(self, address: str) -> list[str]:
        """Go there, and return what is wrong with the page."""
        self.page.goto(address)
        return self.faults()

    def _violations(self, theme: Literal["light", "dark"], options: dict[str, object]) -> list[str]:
        self.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        self.page.evaluate(PAINTED)
        return [
            f"{theme}: {violation['id']} on {node['html'][:160]} ({node.get('failureSummary', '')[:300]})"
            for violation in self.page.evaluate(VIOLATIONS, options)
            for node in violation["nodes"]
        ]


@pytest.fixture
def inspector(page: Page, broken: Breakages) -> Inspector:
    return Inspector(page, broken)


def test_the_inspector_sees_what_is_wrong(inspector: Inspector, live_server: LiveServer) -> None:
    inspector.page.goto(f"{live_server.url}/accounts/login/")
    inspector.page.evaluate("document.querySelector('main').innerHTML += '<img src=x><b style=color:red>!</b>'")
    inspector.page.evaluate("""
        const pale = document.createElement('p');
        pale.textContent = 'hard to read';
        pale.style.color = 'light-dark(black, #223)';
        document.querySelector('main').append(pale);
    """)

    faults = inspector.faults()
    assert any("Content Security Policy" in fault for fault in faults)
    assert any(fault.startswith("light: image-alt") for fault in faults)
    assert any(fault.startswith("dark: color-contrast") for fault in faults)
    inspector.broken.texts.clear()


def test_a_theme_changes_at_once_for_those_who_want_less_motion(page: Page, live_server: LiveServer) -> None:
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.goto(f"{live_server.url}/accounts/login/")
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    moving = "getComputedStyle(document.querySelector('main a')).color && document.getAnimations().length"
    assert page.evaluate(moving) == 0


def test_the_login_and_the_page_without_a_role_are_clean(
    inspector: Inspector, log_in, live_server: LiveServer, charlie: User, settings
) -> None:
    settings.DEMO = True
    inspector.page.goto(f"{live_server.url}/accounts/login/")
    inspector.page.get_by_label("E-mail address").fill("charlie@example.com")
    inspector.page.get_by_label("Password").fill("wrong")
    with inspector.page.expect_navigation():
        inspector.page.get_by_role("button", name="Log in", exact=True).click()
    assert inspector.faults() == [], "login with an error"
    log_in(charlie)
    for address in ("/accounts/no-role", "/videos/", "/nothing"):
        assert inspector.faults_of(live_server.url + address) == []


def test_a_creators_pages_are_clean(
    inspector: Inspector, log_in, live_server: LiveServer, dana: Creator, breakfast: Video
) -> None:
    job = running_job(dana)
    Notice.objects.create(creator=dana, video=breakfast, job=breakfast.jobs.get(), links_count=2, are_live=False)
    log_in(dana.user)
    link = breakfast.links.first()
    for address in (
        "/videos/", "/videos/?q=nothing", "/videos/upload", "/consent", "/notices/", "/jobs/", f"/jobs/{job.pk}/",
        f"/jobs/{breakfast.jobs.get().pk}/", f"/links/{link.pk}/evidence",
    ):  # fmt: skip
        assert inspector.faults_of(live_server.url + address) == []


def test_the_page_of_a_video_is_clean_in_every_state(
    inspector: Inspector, log_in, live_server: LiveServer, dana: Creator, breakfast: Video
) -> None:
    log_in(dana.user)
    assert inspector.faults_of(live_server.url + breakfast.get_absolute_url()) == []
    inspector.page.locator("body").press("n")
    expect(inspector.page.locator("#boxes g")).to_have_count(2)
    assert inspector.faults() == [], "two boxes"
    inspector.page.locator("body").press("?")
    assert inspector.faults() == [], "the help"
    inspector.page.keyboard.press("Escape")
    inspector.page.locator("#now-cards a").first.click()
    expect(inspector.page.locator("#evidence-title")).to_be_visible()
    assert inspector.faults() == [], "the panel"


def test_pages_without_consent_and_for_staff_are_clean(
    inspector: Inspector, log_in, live_server: LiveServer, erin: Creator, alice: User
) -> None:
    video = factories.video(erin)
    factories.product()
    log_in(erin.user)
    for address in ("/consent", "/videos/upload", "/notices/", video.get_absolute_url()):
        assert inspector.faults_of(live_server.url + address) == []
    log_in(alice)
    assert inspector.faults_of(f"{live_server.url}/catalog/products/") == []


def test_pages_fit_a_narrow_screen(
    page: Page, log_in, live_server: LiveServer, dana: Creator, breakfast: Video
) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    log_in(dana.user)
    for address in ("/videos/", breakfast.get_absolute_url(), "/videos/upload", "/consent", "/jobs/"):
        page.goto(live_server.url + address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, address
