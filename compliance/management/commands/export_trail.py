"""``manage.py export_trail``: a chain as a file that is checked without Attest."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from compliance.audit import checkpoints, exporting
from compliance.organisations.models import Organisation


class Command(BaseCommand):
    """Writes FILE, FILE.checkpoints and, beside them, the checker."""

    help = "Write the trail of an organisation as JSON Lines, with its checkpoints."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("organisation", help="its name in addresses")
        parser.add_argument("--output", type=Path, required=True)
        parser.add_argument(
            "--checker", type=Path, help="a folder to put check_trail.py into, too"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        here = Organisation.objects.filter(slug=options["organisation"]).first()
        if here is None:
            msg = f"There is no organisation {options['organisation']}."
            raise CommandError(msg)
        checkpoints.checkpoint_safely(here.pk)
        output: Path = options["output"]
        fresh = output.with_name(f".{output.name}.part")
        try:
            with fresh.open("w", encoding="utf-8", newline="\n") as file:
                file.writelines(exporting.whole(here.pk, here.name))
            fresh.replace(output)
        finally:
            fresh.unlink(missing_ok=True)
        kept = checkpoints.path_of(here.pk)
        if kept.is_file():
            beside = output.with_name(output.name + ".checkpoints")
            beside.write_bytes(kept.read_bytes())
        if options["checker"]:
            for name, data in exporting.checker().items():
                place = options["checker"] / name
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(data)
        self.stdout.write(f"{output}, key {checkpoints.verifier(here.pk)}")
