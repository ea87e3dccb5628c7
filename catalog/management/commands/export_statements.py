"""Write statements of reasons for the public database into a file."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from catalog.statement_export import export_statements


class Command(BaseCommand):
    help = (
        "Write the statements of reasons that were not exported yet into a file of JSON Lines, for the Transparency"
        " Database of the European Commission. Each is exported at least once: after a crash some may be exported"
        " again, with the same puid. An existing file is left alone."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--since", type=_moment, help="Only decisions from this day or moment on (ISO 8601).")
        parser.add_argument("--out", type=Path, required=True, help="The file to write.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            count = export_statements(options["out"], since=options["since"])
        except FileExistsError as error:
            raise CommandError(f"{error} is there already. Give another name, so that no export is lost.") from error
        except OSError as error:
            raise CommandError(f"{options['out']} cannot be written: {error}. Nothing counts as exported.") from error
        self.stdout.write(f"{count:,} statements written to {options['out']}." if count else "No statement is new.")


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else timezone.make_aware(moment)
