"""PURE. What a browser says of itself, in words: "Firefox on Windows".

Order matters: most browsers also name those that they want to be taken for, so that the particular come first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

BROWSERS = (
    ("Edge", r"\bEdg(e|A|iOS)?/"),
    ("Opera", r"\bOPR/|\bOpera/"),
    ("Samsung Internet", r"\bSamsungBrowser/"),
    ("Vivaldi", r"\bVivaldi/"),
    ("Firefox", r"\b(Firefox|FxiOS)/"),
    ("Chrome", r"\b(Headless)?(Chrome|CriOS|Chromium)/"),
    ("Safari", r"\bVersion/\S+ .*Safari/"),
    ("curl", r"^curl/"),
    ("Python", r"^python-|\bPython/"),
)
SYSTEMS = (
    ("iPhone", r"\biPhone\b"),
    ("iPad", r"\biPad\b"),
    ("Android", r"\bAndroid\b"),
    ("Windows", r"\bWindows\b"),
    ("ChromeOS", r"\bCrOS\b"),
    ("macOS", r"\bMac OS X\b|\bMacintosh\b"),
    ("Linux", r"\bLinux\b|\bX11\b"),
)
HANDHELD = frozenset({"iPhone", "iPad", "Android"})


@dataclass(frozen=True, slots=True)
class Device:
    """Browser and system by name; either is empty when it is not known."""

    browser: str
    system: str

    @property
    def is_handheld(self) -> bool:
        """Whether it is a phone or a tablet."""
        return self.system in HANDHELD


def device(user_agent: str) -> Device:
    """Read the header that browsers send; anything may stand in it."""
    return Device(_first(BROWSERS, user_agent), _first(SYSTEMS, user_agent))


def _first(kinds: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((name for name, pattern in kinds if re.search(pattern, user_agent)), "")
