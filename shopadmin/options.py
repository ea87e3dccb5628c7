"""The types of the project's own settings (`settings.SHOPADMIN`), and settings that are put together from others."""

from collections.abc import Mapping
from typing import Any, TypedDict

MAIL_OPTIONS = {
    "EMAIL_HOST": "host",
    "EMAIL_PORT": "port",
    "EMAIL_HOST_USER": "username",
    "EMAIL_HOST_PASSWORD": "password",
    "EMAIL_USE_TLS": "use_tls",
    "EMAIL_USE_SSL": "use_ssl",
    "EMAIL_TIMEOUT": "timeout",
}
MAIL_TIMEOUT_S = 10
SMTP = "django.core.mail.backends.smtp.EmailBackend"


class Options(TypedDict):
    """What operators may set by environment variables of the same names; README.md says what each does."""

    DETECTOR: str
    EMBEDDER: str
    READER: str
    FRAMES_PER_SECOND: float
    MAX_UPLOAD_BYTES: int
    MAX_DURATION_S: int
    LINKS_PER_TRACK: int
    LINKS_PER_VIDEO: int
    PRICE_FRESH_FOR_DAYS: int
    BLIND_SAMPLES_A_WEEK: int
    SCREENINGS_KEPT_OF_CLEAN: int
    JOB_LEASE_S: int
    JOB_MAX_ATTEMPTS: int
    FETCH_INTERNAL_HOSTS: list[str]
    IMPORT_URL_HOSTS: list[str]
    IMPORT_MAX_BYTES: int
    IMPORT_KEPT_DAYS: int


def mailer(parts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the entry of `MAILERS` for the parts of an `EMAIL_URL`, which come under the older settings' names.

    A server that does not answer within ten seconds counts as away, unless the address says `?timeout=…`. Raises
    ValueError for a scheme that no backend has.
    """
    if "EMAIL_BACKEND" not in parts:
        raise ValueError("EMAIL_URL must begin with smtp://, submission:// (for TLS), file:/// or console://.")
    backend = parts["EMAIL_BACKEND"]
    if backend.endswith("filebased.EmailBackend"):
        return {"BACKEND": backend, "OPTIONS": {"file_path": "/" + parts["EMAIL_FILE_PATH"]}}
    if backend != SMTP:
        return {"BACKEND": backend}
    options = {option: parts[name] for name, option in MAIL_OPTIONS.items() if parts[name] is not None}
    return {"BACKEND": backend, "OPTIONS": {"timeout": MAIL_TIMEOUT_S, **options}}
