"""Write an edition of a checklist to a file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from compliance.content.checklist_files import actions
from compliance.content.checklist_files.writing import FORMATS
from compliance.content.checklists.models import Checklist, Edition


class Command(BaseCommand):
    """``export_checklist KEY --format F --output FILE [--edition N] ...``."""

    help = "Write a checklist as Attest YAML, JSON, XLSX or CSV, or as an OSCAL catalog."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("key")
        parser.add_argument("--format", choices=sorted(FORMATS), default="yaml")
        parser.add_argument("--output", type=Path, required=True)
        parser.add_argument("--edition", default="", help="number; default: the newest")
        parser.add_argument("--organisation", default="", help="slug; default: of the library")

    def handle(self, *args: Any, **options: Any) -> None:
        edition = _edition(options["key"], options["edition"], options["organisation"])
        organisation = edition.checklist.organisation
        content = actions.write(by=None, organisation=organisation, edition=edition, form=options["format"])
        path: Path = options["output"]
        try:
            path.write_bytes(content)
        except OSError as error:
            msg = f"{path} cannot be written: {error.strerror}"
            raise CommandError(msg) from None
        self.stdout.write(f"{edition}: {len(content):,} bytes to {path}")


def _edition(key: str, number: str, slug: str) -> Edition:
    """The edition that is asked for; the newest is published where one is."""
    owned = {"organisation__slug": slug} if slug else {"organisation": None}
    checklist = Checklist.objects.filter(key=key, **owned).first()
    if checklist is None:
        msg = f"No checklist is called {key}."
        raise CommandError(msg)
    editions = checklist.editions.select_related("checklist__theme")
    found = (
        editions.filter(number=number).first()
        if number
        else editions.published().first() or editions.order_by("-pk").first()
    )
    if found is None:
        msg = f"{key} has no edition {number}".rstrip() + "."
        raise CommandError(msg)
    return found
