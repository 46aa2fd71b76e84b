"""Import an assessment from a bundle, or show the outcome without importing."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any, BinaryIO

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from compliance.assurance.bundles.bundle_import import bring_in
from compliance.assurance.bundles.import_plan import Coming, plan
from compliance.assurance.bundles.process import UnreadableError, opened
from compliance.identity.organisations.access import Permission, who_may
from compliance.identity.organisations.models import Organisation, User

NOTHING = "Nothing was changed."


class Command(BaseCommand):
    """``import_bundle FILE --organisation SLUG --by EMAIL [--dry-run] [--map p1=EMAIL]``.

    The person named by ``--by`` counts as the preparer of every answer of the bundle,
    as on screen.
    """

    help = "Import an assessment from a bundle: whole, with an equal content hash."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--organisation", required=True, help="slug")
        parser.add_argument(
            "--by",
            required=True,
            metavar="EMAIL",
            help="the member who imports it: an owner or a compliance officer",
        )
        parser.add_argument("--dry-run", action="store_true", help="change nothing")
        parser.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="REF=EMAIL",
            help="a member to ask whether they are that person; again for each",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        found = Organisation.objects.filter(slug=options["organisation"]).first()
        if found is None:
            msg = f"No organisation is called {options['organisation']}."
            raise CommandError(msg)
        by = _member(found, options["by"])
        try:
            emails = dict(pair.split("=", 1) for pair in options["map"])
        except ValueError as error:
            msg = "--map takes REF=EMAIL, for example p1=ada@example.org."
            raise CommandError(msg) from error
        path: Path = options["file"]
        try:
            with path.open("rb") as file:
                self._bring(file, by, found, emails, options["dry_run"])
        except OSError as error:
            msg = f"{path} cannot be read: {error.strerror}"
            raise CommandError(msg) from error
        except UnreadableError as error:
            msg = f"{NOTHING} {error}"
            raise CommandError(msg) from error
        except ValidationError as error:
            msg = f"{NOTHING} " + "\n".join(error.messages)
            raise CommandError(msg) from error

    def _bring(
        self,
        file: BinaryIO,
        by: User,
        organisation: Organisation,
        emails: dict[str, str],
        is_dry: bool,
    ) -> None:
        with opened(file) as bundle:
            coming = plan(bundle, organisation, emails)
            self._print(coming)
            if coming.faults:
                faults = "\n".join(f"  {fault}" for fault in coming.faults)
                msg = f"{NOTHING} Faults: {len(coming.faults)}\n{faults}"
                raise CommandError(msg)
            if is_dry:
                self.stdout.write("Dry run: nothing was changed.")
                return
            assessment = bring_in(by=by, organisation=organisation, bundle=bundle, emails=emails)
        self.stdout.write(f"Imported: {assessment}, {assessment.get_absolute_url()}")

    def _print(self, coming: Coming) -> None:
        head = coming.bundle.head
        counts = ", ".join(f"{count} {name}" for name, count in head["counts"].items())
        self.stdout.write(
            f"{head['checklist']} {head['edition']}, {head['subject']}, of"
            f" {head['organisation']}\n{counts}\nContent hash {head['content_hash']}"
        )
        for fate in coming.fates:
            self.stdout.write(f"Edition {fate.title} {fate.number}: {fate.words}")
        for one in coming.people:
            here = one.user.email if one.user else "a name without an account"
            if one.user and not one.is_known:
                here = f"{here} is asked"
            self.stdout.write(f"{one.ref} {one.name}: {here}")
        for was, now in coming.renumbered:
            self.stdout.write(f"Action AC-{was} gets the number AC-{now} here")
        for other in coming.others:
            self.stdout.write(f"Here in another state: {other} ({other.pk})")


def _member(organisation: Organisation, email: str) -> User:
    """The member with that address who may import an assessment; ``CommandError``."""
    able = who_may(organisation, Permission.ASSESS)
    found = next((one for one in able if one.email == email.lower()), None)
    if found is None:
        msg = (
            f"{email} may not import an assessment into {organisation}: --by takes the"
            " address of an owner or a compliance officer there."
        )
        raise CommandError(msg)
    return found
