"""``manage.py export_trail``: a chain as a file that is checked without Attest."""

from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from compliance.identity.organisations.models import Organisation
from compliance.proof.audit import checkpoints, export
from compliance.proof.audit.models import PEOPLE


class Command(BaseCommand):
    """Writes FILE, FILE.checkpoints and, beside them, the checker."""

    help = "Write a chain of the trail as JSON Lines, with its checkpoints."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("organisation", nargs="?", help="its name in addresses")
        parser.add_argument("--people", action="store_true", help="the chain of accounts instead")
        parser.add_argument("--output", type=Path, required=True)
        parser.add_argument("--checker", type=Path, help="a folder to put check_trail.py into, too")

    def handle(self, *args: Any, **options: Any) -> None:
        chain, name = self._chain(options)
        checkpoints.checkpoint_safely(chain)
        output: Path = options["output"]
        fresh = output.with_name(f".{output.name}.part")
        try:
            with fresh.open("w", encoding="utf-8", newline="\n") as file:
                file.writelines(export.whole(chain, name))
            fresh.replace(output)
        finally:
            fresh.unlink(missing_ok=True)
        kept = checkpoints.path_of(chain)
        if kept.is_file():
            beside = output.with_name(output.name + ".checkpoints")
            beside.write_bytes(kept.read_bytes())
        if options["checker"]:
            for name, data in export.checker().items():
                place = options["checker"] / name
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(data)
        self.stdout.write(f"{output}, key {checkpoints.verifier(chain)}")
        for key in checkpoints.retired_verifiers(chain):
            self.stdout.write(f"  retired key {key}")

    def _chain(self, options: dict[str, Any]) -> tuple[UUID, str]:
        """The id of the chain that is asked for, and its name."""
        if options["people"]:
            return PEOPLE, "People"
        here = Organisation.objects.filter(slug=options["organisation"]).first()
        if here is None:
            msg = f"There is no organisation {options['organisation']}."
            raise CommandError(msg)
        return here.pk, here.name
