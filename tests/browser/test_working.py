"""A creator uploads, follows a job, and gives and takes back consent."""

from __future__ import annotations

import base64
import re
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from tagging.models import ConsentGrant, Creator, ProductLink, TagJob, Video
from tests import factories

pytestmark = pytest.mark.browser

DROP = """([name, content]) => {
    const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
    const transfer = new DataTransfer();
    transfer.items.add(new File([bytes], name, { type: "video/mp4" }));
    return transfer;
}"""


def drop(page: Page, name: str, content: bytes) -> None:
    transfer = page.evaluate_handle(DROP, [name, base64.b64encode(content).decode()])
    page.dispatch_event("#drop", "drop", {"dataTransfer": transfer})


def test_a_video_is_dropped_uploaded_and_becomes_a_job(
    log_in, live_server: LiveServer, dana: Creator, film: Path
) -> None:
    page = log_in(dana.user)
    page.goto(live_server.url + "/videos/upload")
    held: list[Route] = []
    page.route("**/videos/upload", lambda route: held.append(route))

    drop(page, "My breakfast.mp4", film.read_bytes())
    expect(page.get_by_label("Title")).to_have_value("My breakfast")
    with page.expect_request(lambda request: request.method == "POST"):
        page.get_by_role("button", name="Upload", exact=True).click()
    expect(page.locator("#upload-bar")).to_be_visible()
    expect(page.locator("#upload-send")).to_be_disabled()
    held[0].continue_()

    expect(page.get_by_role("heading", name="Tagging “My breakfast”")).to_be_visible()
    assert TagJob.objects.get(video=Video.objects.get(title="My breakfast")).state == TagJob.State.PENDING


def test_a_bad_file_is_explained_and_nothing_is_lost(log_in, live_server: LiveServer, dana: Creator) -> None:
    page = log_in(dana.user)
    page.goto(live_server.url + "/videos/upload")
    page.get_by_label("Title").fill("My holiday")
    drop(page, "holiday.mp4", b"#EXTM3U\nhttp://example.com/secret")

    page.get_by_role("button", name="Upload", exact=True).click()

    expect(page.locator("#file-error .error")).to_be_visible()
    expect(page.get_by_label("Title")).to_have_value("My holiday")
    expect(page.get_by_label("Video file")).to_be_focused()
    assert page.evaluate("document.getElementById('id_file').files.length") == 1
    assert not Video.objects.exists()


def test_a_connection_that_breaks_keeps_the_form(log_in, live_server: LiveServer, dana: Creator, film: Path) -> None:
    page = log_in(dana.user)
    page.goto(live_server.url + "/videos/upload")
    drop(page, "My breakfast.mp4", film.read_bytes())
    page.route("**/videos/upload", lambda route: route.abort())

    page.get_by_role("button", name="Upload", exact=True).click()

    expect(page.locator("#file-error")).to_contain_text("The connection broke")
    expect(page.locator("#upload-send")).to_be_enabled()


def running_job(creator: Creator) -> TagJob:
    return TagJob.objects.create(
        video=factories.video(creator),
        requested_by=creator.user,
        state=TagJob.State.RUNNING,
        stage=TagJob.Stage.WATCH,
        progress=10,
        token=uuid.uuid4(),
        lease_until=timezone.now() + timedelta(hours=1),
    )


def test_the_job_page_follows_the_job_to_its_end(log_in, live_server: LiveServer, dana: Creator) -> None:
    job = running_job(dana)
    page = log_in(dana.user)
    page.goto(f"{live_server.url}/jobs/{job.pk}/")
    expect(page.locator("[aria-current=step]")).to_contain_text("10 %")

    job.renew(TagJob.Stage.MATCH, 60)
    expect(page.locator("[aria-current=step]")).to_contain_text("finding similar products")
    expect(page.locator("[aria-current=step] progress")).to_have_js_property("value", 60)

    job.succeed(outcome="2 links on 2 objects")
    expect(page.get_by_role("button", name="Tag again")).to_be_visible()
    expect(page.locator("#job-progress")).to_contain_text("2 links on 2 objects")
    expect(page.locator("#job-progress")).not_to_have_attribute("hx-trigger", re.compile("."))


def test_a_job_is_cancelled_after_saying_what_happens(log_in, live_server: LiveServer, dana: Creator) -> None:
    job = running_job(dana)
    page = log_in(dana.user)
    page.goto(f"{live_server.url}/jobs/{job.pk}/")

    page.locator("#job-cancel").click()
    expect(page.get_by_text("nothing from this job is kept")).to_be_visible()
    page.get_by_role("button", name="Cancel this job").click()

    expect(page.locator("#job-progress")).to_contain_text("Stopping at the next step")
    job.refresh_from_db()
    assert job.cancel_requested_at is not None
    job.end_cancelled()
    expect(page.locator("#job-progress")).to_contain_text("Nothing from this job was kept")


def test_consent_is_given_and_taken_back(log_in, live_server: LiveServer, erin: Creator) -> None:
    page = log_in(erin.user)
    page.goto(live_server.url + "/consent")
    page.get_by_label("Publish and tell me").check()
    page.get_by_role("button", name="I agree").click()
    expect(page.locator(".card").first).to_contain_text("You agreed on")
    factories.tagged_video(erin, products=[factories.product(), factories.product()])

    page.reload()
    expect(page.locator("#revoke")).to_contain_text("removes 2 links on 1 video")
    page.get_by_role("button", name="Take my consent back").click()

    expect(page.get_by_role("status").first).to_contain_text("2 links were removed on 1 video.")
    assert not ConsentGrant.objects.exists()
    assert not ProductLink.objects.filter(state__in=ProductLink.NEEDS_CONSENT).exists()


def test_a_demo_login_fills_in_the_form(page: Page, live_server: LiveServer, dana: Creator, settings) -> None:
    settings.DEMO, settings.DEMO_PASSWORD = True, factories.PASSWORD
    page.goto(live_server.url + "/accounts/login/")

    page.get_by_role("button", name="dana@example.com").click()
    page.get_by_role("button", name="Log in", exact=True).click()

    expect(page.get_by_role("heading", name="Videos")).to_be_visible()
