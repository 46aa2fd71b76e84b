"""``manage.py erase_person EMAIL``: name and e-mail of a person go, for good."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from compliance.identity.organisations.models import User
from compliance.operations.erasure.actions import Erased, erase_address, erase_person
from compliance.work.search import indexing


class Command(BaseCommand):
    """Shows first what it would do; then asks for the e-mail once more."""

    help = "Erase a person's name and e-mail. Their acts and signed content stay."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument(
            "email",
            help="or the name of a person without a mailbox; an address that was only invited is erased, too",
        )
        parser.add_argument("--dry-run", action="store_true", help="change nothing")
        parser.add_argument("--confirm", metavar="EMAIL", help="the e-mail once more, instead of typing")

    def handle(self, *args: Any, **options: Any) -> None:
        asked = options["email"].strip()
        person = self._person(asked)
        email = person.email if person else asked.lower()
        self._print(self._erase(person or email, is_dry=True), "would be")
        if options["dry_run"]:
            return
        again = options["confirm"]
        if again is None:
            again = input(f"This cannot be undone. To go on, type {email}: ")
        if again.strip().lower() != email:
            msg = "The e-mail address does not match. Nothing was changed."
            raise CommandError(msg)
        self._print(self._erase(person or email, is_dry=False), "were")
        if connection.vendor == "sqlite":
            # Else the old words stay in the file, in its free pages and its index.
            indexing.drop()
            indexing.keep()
            with connection.cursor() as cursor:
                cursor.execute("VACUUM")
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _person(self, asked: str) -> User | None:
        """Someone by e-mail, or by a name that came in a bundle and has no mailbox.

        None for an address without an account, which may have been invited.
        """
        named = {"email": asked.lower()} if "@" in asked else {"name__iexact": asked}
        found = list(User.objects.filter(**named).order_by("email"))
        if len(found) == 1:
            return found[0]
        if not found and "@" in asked:
            return None
        msg = "Nobody here has this e-mail or name."
        if found:
            emails = ", ".join(one.email for one in found)
            msg = f"Several people have this name. Say which: {emails}."
        raise CommandError(msg)

    def _erase(self, person: User | str, *, is_dry: bool) -> Erased:
        try:
            if isinstance(person, str):
                return erase_address(by=None, email=person, is_dry=is_dry)
            return erase_person(by=None, person=person, is_dry=is_dry)
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error

    def _print(self, done: Erased, verb: str) -> None:
        rows = ", ".join(f"{n} {table}" for table, n in sorted(done.rows.items()))
        self.stdout.write(
            f"{done.memberships} memberships ended, {done.sessions} sessions closed,"
            f" {done.events} events, {done.there} of imported trails and"
            f" these rows {verb} cleaned: {rows or 'none'}."
        )
        if done.kept:
            kept = ", ".join(f"{n} {table}" for table, n in sorted(done.kept.items()))
            self.stdout.write(f"Stays, signed or published: {kept}.")
        if done.is_name_shared:
            self.stdout.write("The name stays in texts: it is very short, or also someone else's.")
        if done.namesakes:
            others = ", ".join(done.namesakes)
            self.stdout.write(f"If they are the same person, also erase: {others}.")
        if done.signed:
            self.stdout.write(
                "Signed content keeps the name, and so does every report, bundle, audit"
                " pack and backup made of it, also later:"
            )
        for signed in done.signed:
            self.stdout.write(f"  {signed}")
        if done.files:
            self.stdout.write(
                "These files may print the name and stay as they are. Decide which of them to delete:"
            )
        for file in done.files:
            self.stdout.write(f"  {file}")
        self.stdout.write(
            "Backups made earlier keep all of it: delete those that you no longer need."
            " Files of the evidence were not opened: they may hold the name inside."
        )
        self.stdout.write(f"The account is “{done.name}” from then on.")
