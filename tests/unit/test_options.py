"""Settings that are put together from others."""

from __future__ import annotations

import pytest
from environs import Env

from shopadmin.options import mailer

SMTP = "django.core.mail.backends.smtp.EmailBackend"


def parsed(monkeypatch: pytest.MonkeyPatch, url: str) -> dict[str, object]:
    monkeypatch.setenv("EMAIL_URL", url)
    return mailer(Env().dj_email_url("EMAIL_URL"))


def test_a_mail_server_with_tls_and_a_password(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = parsed(monkeypatch, "submission://shop%40example.com:p%3Ass@mail.example.com/")

    assert entry == {
        "BACKEND": SMTP,
        "OPTIONS": {
            "host": "mail.example.com", "port": 587, "username": "shop@example.com", "password": "p:ss",
            "use_tls": True, "use_ssl": False, "timeout": 10,
        },
    }  # fmt: skip


def test_how_long_a_server_may_take_can_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    assert parsed(monkeypatch, "smtp://localhost:2525/?timeout=3")["OPTIONS"]["timeout"] == 3  # type: ignore[index]


def test_mails_may_go_to_files_or_to_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    assert parsed(monkeypatch, "file:///srv/mail")["OPTIONS"] == {"file_path": "/srv/mail"}
    assert parsed(monkeypatch, "console://") == {"BACKEND": "django.core.mail.backends.console.EmailBackend"}


def test_an_unknown_scheme_is_refused_and_the_message_says_what_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="smtp://, submission://"):
        parsed(monkeypatch, "pigeon://loft")
