"""`manage.py build_index`: a new version of the search index, beside the live one, then the switch."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tagging.services.index_builds import BuildRunning, NothingToIndex, build_index
from tagging.services.index_fitting import NothingToCalibrate
from tagging.services.loaded_models import close_models
from tagging.services.signing import close_describers
from tagging.vision.registry import UnknownModel


class Command(BaseCommand):
    help = "Build a new version of the search index over all product photos and make it live."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--embedder", default="", help="identifier of another embedder than the settings'")
        parser.add_argument("--reader", default="", help="identifier of another text reader than the settings'")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            build_index(embedder=options["embedder"], reader=options["reader"], report=self.stdout.write)
        except (BuildRunning, NothingToCalibrate, NothingToIndex, UnknownModel) as error:
            raise CommandError(str(error)) from error
        finally:
            close_models()
            close_describers()
