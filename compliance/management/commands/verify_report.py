"""``manage.py verify_report FILE``: checks a report, also against this installation."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from compliance.proof.press.api import SealError
from compliance.proof.verifier.checked import NoReportError
from compliance.proof.verifier.verify_events import proven_words
from compliance.reporting.reports.report_lookup import looked_at


class Command(BaseCommand):
    """Says what was looked at, and names what does not agree."""

    help = "Verify a report; exit 1 at a fault, 2 where the file is not a report."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--certificate",
            action="append",
            default=[],
            help="fingerprint to trust instead of this installation's own",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        pins = tuple(pin.replace(":", "").lower() for pin in options["certificate"])
        try:
            with options["file"].open("rb") as file:
                found = looked_at(file, pins)
        except OSError as error:
            msg = f"{options['file']} cannot be read: {error.strerror}"
            raise CommandError(msg, returncode=2) from None
        except (NoReportError, SealError) as error:
            raise CommandError(str(error), returncode=2) from None
        for check in found.checks:
            self.stdout.write(f"{check.state:6}{check.name}: {check.words}")
        if found.faults:
            names = ", ".join(fault.name for fault in found.faults)
            msg = f"The report does not agree: {names}."
            raise CommandError(msg)
        for words in proven_words(found.checks):
            self.stdout.write(words)
