"""A field for several files at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

type Sent = UploadedFile[Any]
"""A file as a browser sends it."""


class ManyFilesInput(forms.ClearableFileInput):
    """The browser's field for files, which takes several."""

    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Files, each checked for itself; without any an empty list. Whoever takes them judges what they hold."""

    widget = ManyFilesInput

    def clean(
        self, data: Sequence[UploadedFile[Any]] | UploadedFile[Any] | None, initial: Any = None
    ) -> list[UploadedFile[Any]]:
        """Return the files that were sent."""
        sent = data if isinstance(data, list | tuple) else [data]
        return [super(ManyFilesField, self).clean(each, initial) for each in sent if each]
