"""``manage.py erase_person EMAIL``: name and e-mail of a person go, for good."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from compliance.assessments import indexing
from compliance.organisations.models import User
from compliance.reports.erasing import Erased, erase_person


class Command(BaseCommand):
    """Tells first what it would do; then asks for the e-mail once more."""

    help = "Erase a person's name and e-mail. What they did and what was signed stays."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("email")
        parser.add_argument("--dry-run", action="store_true", help="change nothing")
        parser.add_argument(
            "--confirm", metavar="EMAIL", help="the e-mail once more, instead of typing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        email = options["email"].strip().lower()
        person = User.objects.filter(email=email).first()
        if person is None:
            msg = "Nobody here has this e-mail."
            raise CommandError(msg)
        self._tell(self._erase(person, is_dry=True), "would be")
        if options["dry_run"]:
            return
        again = options["confirm"]
        if again is None:
            again = input("This cannot be undone. Type the e-mail once more: ")
        if again.strip().lower() != email:
            msg = "That is another e-mail. Nothing was changed."
            raise CommandError(msg)
        self._tell(self._erase(person, is_dry=False), "were")
        if connection.vendor == "sqlite":
            # Else the old words stay in the file, in its free pages and its index.
            indexing.drop()
            indexing.keep()
            with connection.cursor() as cursor:
                cursor.execute("VACUUM")
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _erase(self, person: User, *, is_dry: bool) -> Erased:
        try:
            return erase_person(by=None, person=person, is_dry=is_dry)
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error

    def _tell(self, done: Erased, verb: str) -> None:
        rows = ", ".join(f"{n} {table}" for table, n in sorted(done.rows.items()))
        self.stdout.write(
            f"{done.memberships} memberships ended, {done.sessions} sessions closed,"
            f" {done.events} events and these rows {verb} cleaned: {rows or 'none'}."
        )
        if done.kept:
            kept = ", ".join(f"{n} {table}" for table, n in sorted(done.kept.items()))
            self.stdout.write(f"Stays, signed or published: {kept}.")
        if done.is_name_shared:
            self.stdout.write(
                "The name stays in texts: it is very short, or somebody else's, too."
            )
        self.stdout.write(f"The account is “{done.name}” from then on.")
