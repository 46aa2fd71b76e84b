"""``manage.py verify_trail``: verifies the trail, and rows and files against it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection

from compliance.content.checklists.models import Checklist
from compliance.ground.web import triggers
from compliance.ground.web.bucket import AwayError
from compliance.identity.organisations.models import Organisation, User
from compliance.operations.closing import asked, integrity
from compliance.proof.audit import checkpoints, receipts, verification
from compliance.proof.audit.chain_check import Checked, Fault, Kind
from compliance.proof.audit.last_verified import verify
from compliance.proof.audit.models import LIBRARY, PEOPLE
from compliance.reporting.reports import against_disk as reports


def _expected() -> Iterator[UUID]:
    """Chains that rows of others name: each began with the row, and never ends."""
    yield from Organisation.objects.values_list("pk", flat=True)
    if Checklist.objects.filter(organisation=None).exists():
        yield LIBRARY
    if User.objects.exists():
        yield PEOPLE


class Command(BaseCommand):
    """Names the first bad event of each chain, what is wrong and what was done."""

    help = "Verify the trail of every organisation; exit 1 at a fault."
    requires_system_checks = ()
    """They read every page's code, a quarter of the memory, and say nothing of the trail."""

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument(
            "--quick",
            action="store_true",
            help="only what is newer than the last verified checkpoint, chains only",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._verify(is_quick=options["quick"])
        except AwayError as error:
            msg = f"{error} So not all files were compared with the trail."
            raise CommandError(msg) from error

    def _verify(self, *, is_quick: bool) -> None:
        is_free = not connection.in_atomic_block  # where these may not change
        if connection.vendor == "sqlite" and is_free:
            with connection.cursor() as cursor:  # all of a large file is read once
                cursor.execute("PRAGMA mmap_size = 0")
                cursor.execute("PRAGMA cache_size = -4000")
                cursor.execute("PRAGMA temp_store = FILE")  # sorted tables, too
        names = {LIBRARY: "Library", PEOPLE: "People"} | dict(Organisation.objects.values_list("pk", "name"))
        bad = 0
        for organisation_id in sorted({*verification.chains(), *_expected()}):
            name = names.get(organisation_id, str(organisation_id))
            try:
                bad += self._look(name, organisation_id, is_quick=is_quick)
            except (AwayError, DatabaseError):
                raise
            except Exception as error:  # of rows that may hold anything: others go on
                words = integrity.unread("trail", error)
                self.stdout.write(f"{name}: {words}.")
                bad += 1
        if altered := triggers.unlike():
            self.stdout.write(triggers.in_words(altered))
        if bad:
            msg = f"{bad} of the chains are not as written."
            raise CommandError(msg)
        if altered:
            msg = "The triggers of the database are not as declared."
            raise CommandError(msg)

    def _look(self, name: str, organisation_id: UUID, *, is_quick: bool) -> bool:
        """Whether there is a fault in a chain or beyond it; prints what was found."""
        found = verify(organisation_id, is_quick=is_quick)
        if self._is_over(name, organisation_id, found):
            return False
        beyond = self._ended(organisation_id)
        is_going = asked.is_ended(organisation_id) and not beyond
        goes_on = not is_quick and self._is_comparable(name, found, is_going=is_going)
        if goes_on:
            beyond += integrity.beyond(organisation_id)
        self._print(name, found, beyond)
        self._print_signed(organisation_id, found)
        if goes_on:
            self._print_gone(reports.gone(organisation_id))
        return bool(found.fault or beyond)

    def _ended(self, organisation_id: UUID) -> list[Fault]:
        """The fault of a trail that ended although nobody may delete its organisation."""
        if not asked.is_ended(organisation_id):
            return []
        why = asked.why_not_ending(organisation_id)
        return [Fault(0, why, Kind.ENDED)] if why else []

    def _is_comparable(self, name: str, found: Checked, *, is_going: bool) -> bool:
        """Whether rows can be compared with the chain; prints a line while they are being deleted."""
        if is_going:
            self.stdout.write(f"{name} is being deleted: its rows are not compared with the trail.")
            return False
        return found.fault is None or found.fault.kind != Kind.NEWER

    def _is_over(self, name: str, organisation_id: UUID, found: Checked) -> bool:
        """Whether the chain was deleted, with a receipt that fits; prints a line if so."""
        receipt = receipts.find(organisation_id)
        if found.fault or receipt is None or verification.organisation_exists(organisation_id):
            return False
        self.stdout.write(
            f"{name}: {receipt.size} events were deleted with their organisation on"
            f" {receipt.ended_at:%Y-%m-%d %H:%M} UTC; the receipt is signed."
        )
        return True

    def _print(self, name: str, found: Checked, beyond: list[Fault]) -> None:
        fault = found.fault
        if fault and fault.kind == Kind.ROLLED_BACK and beyond:
            # Rows that are newer than the trail: the database is not an older one.
            fault = replace(fault, kind=Kind.CUT)
        for each in [fault, *beyond] if fault else beyond:
            is_named = each.kind == Kind.ROW or not each.seq
            event = "" if is_named else f"event {each.seq} "
            self.stdout.write(f"{name}: {event}{each.what} ({each.kind}).")
        if fault is None and not beyond:
            self.stdout.write(f"{name}: {found.size} events are as written, head {found.head}.")
        for seq, places in found.erased.items():
            named = ", ".join(f"{place} of event {at}" for at, place in places)
            self.stdout.write(f"  Event {seq} erased {named}.")

    def _print_gone(self, names: list[str]) -> None:
        if names:
            count = len(names)
            first = ", ".join(names[: verification.MOST])
            self.stdout.write(f"  {count} report files are no longer there: {first}.")

    def _print_signed(self, organisation_id: UUID, found: Checked) -> None:
        """How far signed checkpoints reach, and what nobody sees without them."""
        last = checkpoints.latest(organisation_id)
        _, torn = checkpoints.kept(organisation_id)
        if last is None:
            self.stdout.write(
                "  There is no checkpoint: an end cut off with its head, a tail with"
                " new hashes and an older database would not be seen."
            )
            if not checkpoints.passing().filter(pk=organisation_id).exists():
                self.stdout.write(
                    "  Run manage.py checkpoint. After a restore of a backup, also where"
                    " that came from, before the next backup."
                )
        elif found.fault is None:
            self.stdout.write(
                f"  Signed up to event {last.size},"
                f" {last.at:%Y-%m-%d %H:%M} UTC; what is newer rests on the chain alone."
            )
        if torn:
            self.stdout.write(f"  {torn} pieces of its file are not checkpoints.")
