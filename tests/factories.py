"""Rows for tests, with honest defaults."""

from __future__ import annotations

import hashlib
import io
import itertools
import uuid
from datetime import timedelta
from importlib import import_module

import numpy as np
from django.apps import apps
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image

from catalog.membership import MemberRole
from catalog.models import Brand, Offer, Product, ProductImage, Seller, SellerMember, ValueList
from shopadmin.accounts.models import User
from shopadmin.accounts.roles import Role
from tagging.models import (
    Appearance,
    ConsentGrant,
    Creator,
    IndexVersion,
    LabelPolicy,
    ProductLink,
    Publication,
    Shot,
    TagJob,
    Track,
    TrackView,
    Video,
)
from tagging.services.consents import grant_consent

PASSWORD = "correct horse battery staple"
_numbers = itertools.count(1)


def rows_of_migrations() -> None:
    """Bring back the rows that migrations wrote: tests that commit empty the tables when they end.

    Django's own way of doing so stumbles over the content types, which come back by themselves.
    """
    for role in Role:
        Group.objects.get_or_create(name=role.value)
    if not ValueList.objects.exists():
        import_module("catalog.migrations.0016_rule_workbench").add_lists(apps, None)
    labels = import_module("tagging.migrations.0002_unsellable_labels").UNSELLABLE
    LabelPolicy.objects.bulk_create(
        [LabelPolicy(label=label, is_sellable=False, note=note) for note in labels for label in labels[note]],
        ignore_conflicts=True,
    )


def user(name: str, *roles: Role) -> User:
    """A person with a login and roles."""
    person = User.objects.create_user(f"{name}@example.com", PASSWORD, name=name.title())
    person.groups.set(Group.objects.filter(name__in=[role.value for role in roles]))
    return person


def creator(name: str) -> Creator:
    """A creator who has not agreed to anything yet."""
    return Creator.objects.create(user=user(name, Role.CREATOR), handle=name, name=name.title())


def grant(of: Creator, publication: Publication = Publication.PUBLISH_AND_TELL) -> ConsentGrant:
    """A live consent of that creator."""
    return grant_consent(creator=of, actor=of.user, publication=publication)


def jpeg(width: int = 120, height: int = 90, seed: int = 0) -> bytes:
    """A small photo: coloured rectangles, different for each seed."""
    random = np.random.default_rng(seed)
    pixels = np.zeros((height, width, 3), np.uint8)
    for _ in range(6):
        x, y = random.integers(0, width), random.integers(0, height)
        pixels[y : y + height // 2, x : x + width // 2] = random.integers(0, 255, 3)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG")
    return out.getvalue()


def seller(name: str = "Corner Shop", member: User | None = None, role: MemberRole = MemberRole.OWNER) -> Seller:
    """A seller, with `member` working there if given."""
    row, _ = Seller.objects.get_or_create(slug=name.lower().replace(" ", "-"), defaults={"name": name})
    if member is not None:
        SellerMember.objects.update_or_create(seller=row, user=member, defaults={"role": role})
    return row


def product(
    title: str = "Apple juice", *, of: Seller | None = None, brand: str = "Bravo", photos: int = 1, **fields: object
) -> Product:
    """A live product with photos and an offer in the US at 4.99; its rules were asked."""
    number = next(_numbers)
    row = Product.objects.create(
        seller=of or seller(),
        sku=f"SKU-{number}",
        title=title,
        brand=Brand.objects.get_or_create(name=brand)[0] if brand else None,
        status=fields.pop("status", Product.Status.LIVE),
        screened_version=fields.pop("screened_version", 1),
        **fields,
    )
    for position in range(photos):
        content = jpeg(seed=number * 10 + position)
        image = ProductImage(
            product=row, position=position, width=120, height=90, sha256=hashlib.sha256(content).hexdigest()
        )
        image.file.save("photo.jpg", ContentFile(content))
    Offer.objects.create(product=row, market="US", price_minor=499, currency="USD", stock=10)
    return row


def video(of: Creator, title: str = "Breakfast", content: bytes = b"", **fields: object) -> Video:
    """A video's row with some file; use `receive_video` for one that must play."""
    content = content or uuid.uuid4().bytes
    row = Video(
        creator=of,
        title=title,
        sha256=hashlib.sha256(content).hexdigest(),
        byte_size=len(content),
        duration_ms=fields.pop("duration_ms", 10_000),
        width=1280,
        height=720,
        **fields,
    )
    row.file.save("video.mp4", ContentFile(content), save=False)
    row.save()
    return row


def index_version(state: str = IndexVersion.State.LIVE) -> IndexVersion:
    """An index version without entries, for pages that only name it."""
    return IndexVersion.objects.create(
        state=state, embedder="efficientnet-lite0@1", reader="ppocr-v6@1", model_version="0" * 16, model=b""
    )


def tagged_video(of: Creator, *, products: list[Product], title: str = "Breakfast") -> Video:
    """A tagged video with one shot and one track, with a view and a link, for each product."""
    row = video(of, title, state=Video.State.TAGGED)
    job = finished_job(row)
    shot = Shot.objects.create(video=row, number=0, start_ms=0, end_ms=10_000)
    for number, item in enumerate(products):
        link(track(shot, number), item, job)
    return row


def finished_job(of: Video) -> TagJob:
    """A job that tagged the video three seconds ago."""
    now = timezone.now()
    return TagJob.objects.create(
        video=of,
        requested_by=of.creator.user,
        state=TagJob.State.SUCCEEDED,
        stage=TagJob.Stage.DONE,
        outcome="tagged",
        started_at=now - timedelta(seconds=3),
        finished_at=now,
    )


def track(shot: Shot, number: int) -> Track:
    """A bottle that is seen for three seconds from second `number` on, with one view."""
    creator, start = shot.video.creator, 1000 * number
    live_grant = ConsentGrant.objects.get(creator=creator)
    row = Track.objects.create(
        video=shot.video, creator=creator, grant=live_grant, number=number, label="bottle", score=0.8
    )
    boxes = [[at, 0.2, 0.2, 0.3, 0.4] for at in range(start, start + 3001, 500)]
    Appearance.objects.create(track=row, shot=shot, start_ms=start, end_ms=start + 3000, boxes=boxes)
    place = {"x": 0.2, "y": 0.2, "width": 0.3, "height": 0.4}
    looks = {"embedder": "efficientnet-lite0@1", "features": [0.0] * 1280, "colour": [0.0] * 8}
    view = TrackView(track=row, rank=0, at_ms=start + 500, quality=0.9, **place, **looks)
    view.crop.save("crop.jpg", ContentFile(jpeg(seed=number)), save=False)
    view.frame.save("frame.jpg", ContentFile(jpeg(320, 180, seed=number)), save=False)
    view.save()
    return row


def link(of: Track, item: Product, job: TagJob) -> ProductLink:
    """A live link from the track to a similar product, with its evidence."""
    version = IndexVersion.objects.filter(state="live").first() or index_version()
    seen = of.appearances.get()
    parts = [("visual", 0.71, 1.0, 0.71), ("colour", 0.4, 0.2, 0.08), ("text", 0.9, 0.3, 0.27)]
    made_with = {"detector": "efficientdet-lite0@1", "embedder": "efficientnet-lite0@1", "index": version.pk}
    return ProductLink.objects.create(
        video=of.video,
        creator=of.creator,
        grant=of.grant,
        track=of,
        product=item,
        job=job,
        index_version=version,
        state=ProductLink.State.LIVE,
        kind=ProductLink.Kind.SIMILAR,
        rank=1,
        score=0.7,
        probability=0.93,
        start_ms=seen.start_ms,
        end_ms=seen.end_ms,
        evidence={
            "view": 0,
            "parts": [dict(zip(("name", "raw", "weight", "value"), part, strict=True)) for part in parts],
            "words": ["BRAVO"],
            "runners_up": [],
            "versions": made_with,
        },
    )
