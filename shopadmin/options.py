"""The types of the project's own settings (`settings.SHOPADMIN`)."""

from typing import TypedDict


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
    JOB_LEASE_S: int
    JOB_MAX_ATTEMPTS: int
