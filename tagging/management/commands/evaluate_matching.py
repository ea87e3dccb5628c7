"""`manage.py evaluate_matching PATH`: how well matching works on a folder of labelled photos."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from tagging.matching.evaluation import evaluate
from tagging.matching.photo_sets import PhotoSetError


class Command(BaseCommand):
    help = "Measure retrieval part by part, and abstention, on a folder of labelled photos such as GroceryStoreDataset."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, help="folder of the photos")
        parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
        parser.add_argument("--cache", type=Path, default=None, help="folder that remembers signatures between runs")

    def handle(self, *args: Any, **options: Any) -> None:
        cache = options["cache"] or settings.VAR_DIR / "bench" / "signatures"
        models = settings.SHOPADMIN
        try:
            found = evaluate(options["path"], cache, models["EMBEDDER"], models["READER"])
        except PhotoSetError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(found))
            return
        for part, rows in found.items():
            self.stdout.write(part)
            for row in rows if isinstance(rows, list) else [rows]:
                self.stdout.write(f"  {_line(row)}")


def _line(row: Any) -> str:
    if not isinstance(row, dict):
        return str(row)
    return "  ".join(f"{key} {_shown(value)}" for key, value in row.items() if not isinstance(value, dict | list))


def _shown(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)
