"""Give perceptual hashes to photos that came in before there were any."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from catalog.photos.likeness_filling import fill_likeness
from catalog.photos.sandbox import DecoderUnavailable

SAID_EVERY = 1000


class Command(BaseCommand):
    help = (
        "Hash the photos that came in before photos were hashed, so that copies of them are known. It can be stopped"
        " at any moment and run again, and says nothing when nothing is left. Photos that cannot be read are named;"
        " the exit code is then 1."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        hashed, unread = 0, 0
        try:
            for image, problem in fill_likeness():
                if problem:
                    unread += 1
                    self.stderr.write(f"Photo {image.pk} of product {image.product_id} ({image.file.name}): {problem}")
                else:
                    hashed += 1
                if (hashed + unread) % SAID_EVERY == 0:
                    self.stdout.write(f"{hashed + unread:,} photos …")
        except DecoderUnavailable as error:
            raise CommandError(f"{hashed:,} photos hashed, then: {error}") from error
        if hashed:
            self.stdout.write(f"{hashed:,} photos hashed.")
        if unread:
            raise CommandError(f"{unread:,} photos could not be read and have no hash; see above.")
