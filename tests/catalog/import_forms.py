"""What people send to the pages of imports, and what those say."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from .import_fixtures import me as me
from .import_fixtures import still as still

ADD = "/catalog/imports/add"


def upload(me: Client, content: bytes, **data: str) -> HttpResponse:
    file = SimpleUploadedFile("listings.csv", content, "text/csv")
    return me.post(ADD, {"file": file, **data})


def text_of(response: HttpResponse) -> str:
    return " ".join(b"".join(response).decode().split())
