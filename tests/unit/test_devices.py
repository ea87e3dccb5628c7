"""What browsers say of themselves, in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopadmin.accounts.devices import device

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "browser", "system", "is_handheld"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox", "Linux", False),
        (
            f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/140.0.0.0 Safari/537.36",
            "Chrome",
            "Windows",
            False,
        ),
        (
            f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
            "Edge",
            "Windows",
            False,
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "Version/18.5 Safari/605.1.15",
            "Safari",
            "macOS",
            False,
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "CriOS/140.0.7339.39 Mobile/15E148 Safari/604.1",
            "Chrome",
            "iPhone",
            True,
        ),
        (
            f"Mozilla/5.0 (Linux; Android 10; K) {WEBKIT} SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
            "Samsung Internet",
            "Android",
            True,
        ),
        (
            f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {WEBKIT} Chrome/140.0.0.0 Safari/537.36",
            "Chrome",
            "ChromeOS",
            False,
        ),
        ("curl/8.5.0", "curl", "", False),
        ("", "", "", False),
    ],
)
def test_browsers_and_systems_are_known_by_name(user_agent: str, browser: str, system: str, is_handheld: bool) -> None:
    known = device(user_agent)

    assert (known.browser, known.system, known.is_handheld) == (browser, system, is_handheld)


@given(st.text())
def test_whatever_a_client_sends_is_read(user_agent: str) -> None:
    assert isinstance(device(user_agent).browser, str)
