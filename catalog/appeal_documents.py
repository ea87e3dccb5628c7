"""Documents that merchants send with appeals: kept as they are, under names of ours, judged by what they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import PureWindowsPath
from typing import BinaryIO, cast

from django.core.files import File
from django.utils.translation import gettext as _

from .documents import UnreadableDocument, ending_of
from .listings import Refusal
from .models import AppealDocument

MOST_DOCUMENTS = 5
_NAME_LENGTH = 200


@contextmanager
def stored_documents(documents: Sequence[File[bytes]]) -> Iterator[list[AppealDocument]]:
    """Store the files of an appeal and give their rows, to be written in the block; when it fails, erase the files.

    Raises `Refusal` with the document's name when it is no PDF, JPEG or PNG file of at most 10 MB, or when there are
    more than five: then none is stored.
    """
    if len(documents) > MOST_DOCUMENTS:
        raise Refusal(_("At most %(most)s documents can be sent with an appeal.") % {"most": MOST_DOCUMENTS})
    endings = [_ending_of(document) for document in documents]
    rows: list[AppealDocument] = []
    try:
        for document, ending in zip(documents, endings, strict=True):
            row = AppealDocument(name=_name_of(document))
            row.file.save(f"document{ending}", document, save=False)
            rows.append(row)
        yield rows
    except BaseException:
        for row in rows:
            row.file.delete(save=False)
        raise


def _ending_of(document: File[bytes]) -> str:
    try:
        return ending_of(cast(BinaryIO, document))
    except UnreadableDocument as error:
        name = {"name": _name_of(document)}
        if error.reason == "large":
            raise Refusal(_("“%(name)s” is larger than 10 MB. Send a smaller copy.") % name) from error
        raise Refusal(
            _("“%(name)s” is not a readable PDF, JPEG or PNG file. Send it as one of these.") % name
        ) from error


def _name_of(document: File[bytes]) -> str:
    """Return the name that the uploader gave, without folders, to be shown only."""
    name = PureWindowsPath(document.name or "").name.replace("\0", "")
    return name[-_NAME_LENGTH:] or _("document")
