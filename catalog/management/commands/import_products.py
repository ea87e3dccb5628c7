"""Import a file of listings into a seller's catalogue, or say what that would do."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from catalog.listing_import import jobs, services
from catalog.listing_import.encodings import CHOICES
from catalog.listing_import.headers import ColumnMapping
from catalog.listing_import.wording import file_message, mapping_message, sentence
from catalog.models import ImportBatch, ImportIssue, ImportJob, Seller

FAILED, ROWS_FAILED = 1, 2
MOST_SENTENCES = 100


class Command(BaseCommand):
    help = (
        "Import a CSV, TSV, XLSX or JSON Lines file of listings into a seller's catalogue. Exit code 0: all rows are"
        " in; 2: some rows have errors, the others are in; 1: nothing was imported."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--seller", required=True, help="the seller's short name")
        parser.add_argument("--dry-run", action="store_true", help="check and compare only; nothing is kept")
        parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
        parser.add_argument("--encoding", choices=CHOICES, help="when the guess is wrong")
        parser.add_argument("--delimiter", help="when the guess is wrong; \\t for a tab")
        parser.add_argument("--sheet", help="the visible sheet of a workbook to read; else the first with rows")
        parser.add_argument("--mapping", action="append", default=[], metavar="COLUMN=FIELD",
                            help="what a column is, when the guess is wrong; COLUMN= leaves it out")  # fmt: skip
        parser.add_argument("--market", help="the country of prices that do not say theirs")
        parser.add_argument("--currency", help="the currency of prices that do not say theirs")
        parser.add_argument("--decimal-mark", choices=[".", ","], help="when the file's prices do not show it")
        parser.add_argument("--drafts", action="store_true", help="new listings start as drafts, also complete ones")
        parser.add_argument("--errors", type=Path, metavar="FILE", help="write the rows that failed into this file")

    def handle(self, *args: Any, **options: Any) -> None:
        seller = Seller.objects.filter(slug=options["seller"]).first()
        if seller is None:
            known = ", ".join(Seller.objects.order_by("slug").values_list("slug", flat=True)[:20])
            raise CommandError(f"There is no seller “{options['seller']}”; known are: {known or 'none'}.")
        try:
            batch = self._receive(seller, options)
            self._do(services.request_check(batch, None))
            if not options["dry_run"]:
                self._do(services.request_apply(batch, None))
        except services.ImportRefused as error:
            raise CommandError(str(error)) from error
        batch.refresh_from_db()
        self._say(batch, options)
        if options["errors"] and services.has_errors(batch):
            options["errors"].write_bytes(b"".join(services.error_file(batch)))
        has_failed_rows = services.preview(batch).error or services.preview(batch).conflict
        if options["dry_run"]:
            services.forget(batch)
        if has_failed_rows:
            raise SystemExit(ROWS_FAILED)

    def _receive(self, seller: Seller, options: dict[str, Any]) -> ImportBatch:
        try:
            with options["file"].open("rb") as file:
                batch = services.receive_file(
                    seller=seller, actor=None, file=file, name=options["file"].name, source=ImportBatch.Source.COMMAND
                )
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be read: {error.strerror}.") from error
        if options["encoding"] or options["delimiter"]:
            form = batch.table_format
            delimiter = (options["delimiter"] or form.delimiter).replace("\\t", "\t")
            services.set_format(
                batch, replace(form, encoding=options["encoding"] or form.encoding, delimiter=delimiter)
            )
        if options["sheet"]:
            services.set_sheet(batch, options["sheet"])
        if batch.problem:
            raise CommandError(file_message(batch.problem))
        services.set_mapping(batch, self._mapping(batch, options))
        earlier = ImportBatch.objects.same_file(batch).filter(state=ImportBatch.State.APPLIED).first()
        if earlier is not None:
            self.stderr.write(
                f"The same file was imported on {earlier.applied_at:%Y-%m-%d %H:%M} (import {earlier.pk})."
            )
        return batch

    def _mapping(self, batch: ImportBatch, options: dict[str, Any]) -> ColumnMapping:
        fields = list(batch.column_mapping.fields)
        for pair in options["mapping"]:
            column, is_pair, field = pair.partition("=")
            if not is_pair or column not in batch.header:
                columns = ", ".join(batch.header)
                raise CommandError(f"--mapping needs COLUMN=FIELD with one of the file's columns: {columns}.")
            fields[batch.header.index(column)] = field
        chosen = {name: options[name] for name in ("market", "currency", "decimal_mark") if options[name]}
        return replace(batch.column_mapping, fields=tuple(fields), goes_live=not options["drafts"], **chosen)

    def _do(self, job: ImportJob) -> None:
        """Do a job here, or wait while a worker does that has come first."""
        ended = jobs.run_job(job.pk)
        while ended is None or not ended.is_finished:
            time.sleep(0.2)
            ended = ImportJob.objects.get(pk=job.pk)
            if ended.state == ImportJob.State.PENDING:
                ended = jobs.run_job(job.pk)
        if ended.state != ImportJob.State.SUCCEEDED:
            raise CommandError(ended.error or "The import was cancelled.")

    def _say(self, batch: ImportBatch, options: dict[str, Any]) -> None:
        counts = asdict(services.preview(batch))
        notes = [mapping_message(note) for note in services.guess(batch).notes]
        issues = ImportIssue.objects.filter(batch=batch).order_by("number", "position")
        if options["json"]:
            number = None if options["dry_run"] else batch.pk
            said = [{"row": issue.number, "column": issue.column, "code": issue.code, "warning": issue.is_warning,
                     "message": sentence(issue.number, issue)} for issue in issues.iterator(2000)]  # fmt: skip
            self.stdout.write(
                json.dumps({"import": number, "counts": counts, "notes": notes, "problems": said}, indent=1)
            )
            return
        for note in notes:
            self.stderr.write(note)
        for issue in issues[:MOST_SENTENCES]:
            self.stderr.write(sentence(issue.number, issue))
        if (left := issues.count() - MOST_SENTENCES) > 0:
            self.stderr.write(f"… and {left} more; --errors FILE writes all rows that failed.")
        width = max(map(len, counts))
        for name, count in counts.items():
            self.stdout.write(f"{name:<{width}}  {count:>9,}")
