"""``manage.py checkpoint``: signs how far each chain of the trail is."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from compliance.proof.audit import checkpoints, verification


class Command(BaseCommand):
    """Made by itself every hour; by hand before a backup or for a copy elsewhere."""

    help = "Sign how far each chain is, outside of the database; exit 1 if one does not go on."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument(
            "--lost",
            action="store_true",
            help="start again where the file of a chain was lost: how far it had been"
            " signed is no longer proven",
        )

        parser.add_argument(
            "--new-key",
            action="store_true",
            help="sign with a new key from now on; what the one before signed still counts",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self._sign(is_lost=options["lost"])
        if options["new_key"]:
            checkpoints.replace_key()
            self.stdout.write("A new key signs from now on:")
            self._sign(is_lost=False)

    def _sign(self, *, is_lost: bool) -> None:
        refused = 0
        for organisation_id in verification.chains():
            try:
                made = checkpoints.checkpoint(organisation_id, is_lost=is_lost)
            except (checkpoints.CheckpointError, OSError) as error:
                refused += 1
                self.stdout.write(f"{organisation_id}: none: {error}.")
                continue
            last = made or checkpoints.latest(organisation_id)
            if last:
                what = "signed now" if made else "signed before"
                self.stdout.write(
                    f"{organisation_id}: {last.size} events, {what}, {checkpoints.path_of(organisation_id)}"
                )
                self.stdout.write(f"  key {checkpoints.verifier(organisation_id)}")
                for key in checkpoints.retired_verifiers(organisation_id):
                    self.stdout.write(f"  retired key {key}")
        if refused:
            msg = f"{refused} of the chains got no checkpoint. Run verify_trail."
            raise CommandError(msg)
