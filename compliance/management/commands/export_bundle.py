"""Write a whole assessment to one file, for import elsewhere."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from compliance.assurance.bundles.download import write_bundle
from compliance.work.assessments.models import Assessment


class Command(BaseCommand):
    """``export_bundle ASSESSMENT --output FILE``."""

    help = "Write an assessment with its edition, trail and evidence files as a bundle."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("assessment", help="its id, as in the address of its page")
        parser.add_argument("--output", required=True, type=Path, help="file to write")

    def handle(self, *args: Any, **options: Any) -> None:
        name, path = options["assessment"], options["output"]
        try:
            assessment = Assessment.objects.get(pk=name)
        except (Assessment.DoesNotExist, ValidationError) as error:
            msg = f"No assessment has the id {name}."
            raise CommandError(msg) from error
        if not path.resolve().parent.is_dir():
            msg = f"The folder {path.resolve().parent} does not exist."
            raise CommandError(msg)
        try:
            written = write_bundle(by=None, assessment_id=assessment.pk, path=path)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except OSError as error:
            msg = f"{path} cannot be written: {error.strerror}"
            raise CommandError(msg) from error
        counts = ", ".join(f"{count} {name}" for name, count in written.counts.items())
        self.stdout.write(f"{path}: {path.stat().st_size:,} bytes. {counts}.")
        self.stdout.write(f"Content hash {written.content_hash}")
