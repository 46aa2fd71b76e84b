"""Import a checklist from a file, or show the outcome without importing."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from compliance.content.checklist_files import actions
from compliance.content.checklist_files.actions import Coming, Wish
from compliance.content.checklists.translations import language_tag
from compliance.identity.organisations.models import Organisation


class Command(BaseCommand):
    """``import_checklist FILE [--dry-run] [--theme KEY] [--publish] ...``."""

    help = "Import a checklist: Attest, OSCAL, CISO Assistant, CNIL PIA, OWASP ASVS."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="change nothing")
        parser.add_argument("--theme", default="", help="key of the theme")
        parser.add_argument("--publish", action="store_true", help="and publish it")
        parser.add_argument("--organisation", default="", help="slug; default: into the library")
        parser.add_argument("--number", default="", help="of the edition, where the file says none")
        parser.add_argument("--language", default="", help="such as de, where the file says none")
        parser.add_argument("--replace", action="store_true", help="a draft of the same number")

    def handle(self, *args: Any, **options: Any) -> None:
        wish = Wish(
            options["theme"],
            _organisation(options["organisation"]),
            options["replace"],
            number=options["number"][:20].strip(),
            language=_language(options["language"]),
        )
        path: Path = options["file"]
        try:
            content = path.read_bytes()
        except OSError as error:
            msg = f"{path} cannot be read: {error.strerror}"
            raise CommandError(msg) from None
        found = actions.read([content], path.name)
        coming = actions.preview(found, wish)
        self._print(coming)
        if coming.faults:
            faults = "\n".join(f"  {fault}" for fault in coming.faults)
            msg = f"Nothing was changed. Faults: {len(coming.faults)}\n{faults}"
            raise CommandError(msg)
        if options["dry_run"]:
            self.stdout.write("Dry run: nothing was changed.")
            return
        try:
            taken = actions.take_in(by=None, found=found, wish=wish, publish=options["publish"])
        except actions.FaultyError as faulty:
            msg = f"Nothing was changed.\n{faulty}"
            raise CommandError(msg) from None
        self._print_taken(taken)

    def _print(self, coming: Coming) -> None:
        found = coming.found
        counts = ", ".join(f"{number} {what}" for what, number in coming.counts.items())
        self.stdout.write(f"{found.kind}: {found.title}".rstrip(": "))
        self.stdout.write(f"{coming.fate}: {counts}")
        change = coming.change
        for word in ("added", "removed", "changed"):
            if keys := getattr(change, word):
                shown = ", ".join(keys[:20]) + (", …" if len(keys) > 20 else "")
                self.stdout.write(f"{len(keys)} {word}: {shown}")
        remarks = (
            ("Not acted on", found.idle),
            ("Kept", found.kept),
            ("Lost", coming.lost),
        )
        for word, notes in remarks:
            for note in notes:
                self.stdout.write(f"{word}: {note}")
                for which in note.which:
                    self.stdout.write(f"  {which}")
                if note.which and note.unnamed:
                    self.stdout.write(f"  and {note.unnamed:,} more")

    def _print_taken(self, taken: actions.Taken) -> None:
        if taken.edition:
            edition = taken.edition
            done = "imported" if taken.is_changed else "unchanged"
            status = edition.get_status_display().lower()
            self.stdout.write(f"{edition.checklist.key} {edition.number}: {done}, {status}")
        if taken.relations:
            self.stdout.write(f"Relations added: {taken.relations}")


def _language(said: str) -> str:
    if said and not language_tag(said):
        msg = f"{said} is not a language such as en, de or pt-BR."
        raise CommandError(msg)
    return language_tag(said)


def _organisation(slug: str) -> Organisation | None:
    if not slug:
        return None
    found = Organisation.objects.filter(slug=slug).first()
    if found is None:
        msg = f"No organisation is called {slug}."
        raise CommandError(msg)
    return found
