"""Notices of brand owners for tests."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F

from catalog.models import Brand, Notice, NoticeItem, NoticeMail, Product
from catalog.notices import Claim, Sender, file_notice

SENDER = Sender(name="Lena Luxor", email="Lena@Luxor.example")


def luxor() -> Brand:
    """The brand in whose name notices come."""
    return Brand.objects.get_or_create(name="Luxor", defaults={"owner": "Luxor Maison S.A.", "is_protected": True})[0]


@pytest.fixture(name="luxor")
def unprotected_luxor(db: None) -> Brand:
    """The same brand, not protected: what notices do must not rest on that."""
    return Brand.objects.create(name="Luxor", owner="Luxor Maison S.A.")


def claim(brand: Brand) -> Claim:
    """What a notice says that has all it must have."""
    return Claim(
        brand=brand, right="EUTM 018000001", jurisdiction="EU", reasons="The logo is ours.", is_in_good_faith=True
    )


def noticed(*products: Product, brand: Brand | None = None, sender: Sender = SENDER, **fields: Any) -> Notice:
    """A notice about listings on which nobody has decided."""
    listings = [str(item.pk) for item in products]
    return file_notice(sender=sender, claim=claim(brand or luxor()), listings=listings, **fields)


def pass_time(by: timedelta) -> None:
    """Let mails be due that are due by then."""
    NoticeMail.objects.filter(sent_at=None).update(due_at=F("due_at") - by - timedelta(seconds=1))


def only(notice: Notice) -> NoticeItem:
    return notice.items.get()
