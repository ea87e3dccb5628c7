"""Keeps files on their way in under names that every file system takes."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from django.core.files.uploadhandler import TemporaryFileUploadHandler

LONGEST_ENDING = 64
"""In bytes. Django adds the ending to the name of a temporary file, and names may have 255 bytes in all."""


class ShortEndings(TemporaryFileUploadHandler):
    """Writes what is sent to temporary files, without the ending of its name where that is too long to be one."""

    def new_file(self, field_name: str, file_name: str, *args: Any, **named: Any) -> None:
        """Begin a file."""
        ending = PurePath(file_name).suffix
        if len(ending.encode(errors="replace")) > LONGEST_ENDING:
            file_name = file_name.removesuffix(ending)
        super().new_file(field_name, file_name, *args, **named)
