"""``manage.py report ASSESSMENT --output FILE``: an assessment as PDF."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from compliance.ground.web import file_store
from compliance.ground.web.own_languages import OwnLanguage
from compliance.ground.web.site_address import is_only_here
from compliance.ground.web.worker import alive
from compliance.reporting.reports import actions, storage, tasks
from compliance.reporting.reports.kinds import FULL, OF_ASSESSMENT, ReportOptions
from compliance.work.assessments.models import Assessment


class Command(BaseCommand):
    """Asks for a report, makes it here and now, and copies the file."""

    help = "Write the report of an assessment as PDF to a file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("assessment", help="its id, as in the address of its page")
        parser.add_argument("--output", required=True, type=Path, help="file to write")

        parser.add_argument(
            "--kind",
            choices=[str(kind) for kind in OF_ASSESSMENT],
            default=FULL.kind,
            help="what it is for",
        )
        parser.add_argument(
            "--language",
            choices=OwnLanguage.values,
            default=FULL.language,
            help="of its own words",
        )
        parser.add_argument(
            "--clauses",
            action="store_true",
            help="with an annex of evidence by framework clause",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        name, output = options["assessment"], options["output"]
        try:
            assessment = Assessment.objects.get(pk=name)
        except (Assessment.DoesNotExist, ValidationError) as error:
            msg = f"No assessment has the id {name}."
            raise CommandError(msg) from error
        if not output.resolve().parent.is_dir():
            msg = f"The folder {output.resolve().parent} does not exist."
            raise CommandError(msg)
        wanted = ReportOptions(options["kind"], options["language"], clauses=options["clauses"])
        maker = f"report-{uuid4().hex}"
        with alive(maker):
            try:
                report = tasks.ask_here(assessment=assessment, wanted=wanted, maker=maker)
            except ValidationError as error:
                raise CommandError(error.messages[0]) from error
            report = actions.make_report(report.pk)
        if not report.is_done:
            raise CommandError(report.problem or "The report was cancelled.")
        with output.open("wb") as file:
            file.writelines(file_store.chunks(storage.path_of(report.sha256)))
        if is_only_here():
            words = f"The report names {settings.URL}, which opens on this machine alone."
            self.stderr.write(f"{words} Set ATTEST_URL.")
        if report.unprinted:
            count = sum(report.unprinted.values())
            self.stderr.write(f"Characters that no font could print: {count}.")
        self.stdout.write(
            f"{output}: {report.pages} pages, SHA-256 {report.sha256}, content hash {report.content_hash}"
        )
