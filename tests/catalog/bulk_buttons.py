"""Presses the buttons of bulk actions, without JavaScript, and reads what the pages say."""

from __future__ import annotations

import re

from django.test import Client

from catalog.models import BulkAction, Product

LIST, BULK = "/catalog/products/", "/catalog/products/bulk/"


def choose(client: Client, kind: str, *items: Product, **fields: str) -> str:
    """Press a button of the bar; return the text of the page that comes."""
    ticked = [item.pk for item in items]
    return client.post(f"{BULK}choose", {"kind": kind, "product": ticked, **fields}, follow=True).content.decode()


def press(client: Client, verb: str, **fields: str) -> str:
    """Press a button on the page of the newest action."""
    address = BulkAction.objects.latest("pk").get_absolute_url()
    return text_of(client.post(f"{address}{verb}", fields, follow=True))


def text_of(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))
