"""Takes the README's screenshot of the demo's video page: `make screenshot`, after `make demo SERVE=0`."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.chromium import CHROMIUM, FLAGS

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / "static" / "img" / "readme.png"
LOGIN, PASSWORD = "maya@demo.example", "window-shopping"
TITLE = "What is in my bag"
MOMENT_MS = 2000


def main() -> int:
    """Serve the demo's data, open the video, go to a moment with two linked products and keep the picture."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--no-log",
         "shopadmin.wsgi:application"],
        cwd=ROOT,
        env={**os.environ, "HTTPS": "0"},
    )  # fmt: skip
    try:
        _wait_for(port)
        _take(f"http://127.0.0.1:{port}")
    finally:
        server.terminate()
        server.wait(20)
    print(f"{TARGET.relative_to(ROOT)} is {TARGET.stat().st_size // 1024} KB")
    return 0


def _wait_for(port: int) -> None:
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise SystemExit("The site did not start.")


def _take(address: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 860})
        page.goto(f"{address}/accounts/login/")
        page.fill("#id_login", LOGIN)
        page.fill("#id_password", PASSWORD)
        page.click("#login-form button")
        page.click(f"text={TITLE}")
        page.wait_for_load_state("networkidle")
        page.fill("#seek", str(MOMENT_MS))
        page.wait_for_selector("#now-cards > *")
        page.wait_for_timeout(1000)
        TARGET.parent.mkdir(exist_ok=True)
        page.screenshot(path=TARGET)
        browser.close()


if __name__ == "__main__":
    sys.exit(main())
