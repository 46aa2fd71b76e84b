"""Load the seeds into the library of checklists, or list their faults."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from compliance.content.checklist_schema.json_schema import schemas
from compliance.content.checklists.choices import UNPUBLISHED
from compliance.operations.seeds import actions
from compliance.operations.seeds.loader import BadSeeds, Seeds
from compliance.work.law_changes.actions import LawNotice


class Command(BaseCommand):
    """``load_seeds [folder] [--check] [--write-schema]``."""

    help = "Load checklists and the legal index from a folder of seeds."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, help="default: seeds")
        parser.add_argument("--check", action="store_true", help="read, change nothing")
        parser.add_argument("--write-schema", action="store_true", help="write schema/ and stop")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"] or settings.BASE_DIR / "seeds"
        if options["write_schema"]:
            self._write_schemas(folder / "schema")
            return
        try:
            if options["check"]:
                self._say_read(actions.read(folder))
            else:
                self._load(folder)
        except BadSeeds as bad:
            msg = f"Nothing was changed. Faults: {len(bad.faults)}\n{bad}"
            raise CommandError(msg) from None

    def _load(self, folder: Path) -> None:
        library = actions.load(by=None, folder=folder)
        for loaded in library.checklists:
            edition = loaded.edition
            done = "loaded" if loaded.is_changed else "unchanged"
            if edition.status in UNPUBLISHED:
                done = "a draft beside the edition that editors published"
            self.stdout.write(
                f"{edition.checklist.key} {edition.number}: {done},"
                f" {loaded.questions} questions, {edition.content_hash}"
            )
        self._say_law(library.law)
        for cite in library.held:
            self.stdout.write(f"law: {cite} stays as an editor changed it; the seeds say otherwise")

    def _say_law(self, notice: LawNotice) -> None:
        """Changes of the law; their reach in numbers only."""
        for line in notice.lines:
            self.stdout.write(f"law: {line}")
        if notice.lines:
            self.stdout.write(
                f"law: touches {notice.questions} questions in {notice.editions} editions,"
                f" {notice.assessments} running assessments of {notice.organisations}"
                f" organisations; {notice.mails} mails are queued"
            )

    def _say_read(self, seeds: Seeds) -> None:
        for files in seeds.checklists:
            head = files.head.content
            count = sum(len(source.content.questions) for source in files.sections)
            self.stdout.write(f"{head.key} {head.edition.number}: no faults, {count} questions")

    def _write_schemas(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        for name, schema in schemas().items():
            text = json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
            (folder / f"{name}.schema.json").write_text(text, encoding="utf-8")
            self.stdout.write(f"{name}.schema.json")
