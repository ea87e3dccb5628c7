"""What creators fill in."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from .models import Publication

VIDEO_ENDINGS = (".mp4", ".m4v", ".mov", ".webm", ".mkv")


class UploadForm(forms.Form):
    """A video and its title; whether the file is a video is found out by looking into it."""

    title = forms.CharField(
        label=_("Title"), max_length=200, required=False, help_text=_("Without one, the file’s name is used.")
    )
    file = forms.FileField(
        label=_("Video file"),
        widget=forms.FileInput(attrs={"accept": ",".join((*VIDEO_ENDINGS, "video/*"))}),
        error_messages={
            "required": _("Choose a video file first."),
            "empty": _("The file is empty. Export the video again and upload the new file."),
        },
    )


class ConsentForm(forms.Form):
    """How links become visible; nothing is chosen beforehand."""

    publication = forms.ChoiceField(
        choices=Publication.choices,
        error_messages={"required": _("Choose how links become visible.")},
    )
