"""Keys that are replaced while the process is killed, and what stands afterwards.

``python -m tests.load.replacing checkpoints 4`` kills before every fourth touch of
the disk by a new key for checkpoints; ``... secret 1`` of a start after the secret key was
moved aside. It prints what no longer counts or is neither old nor new.
"""

import json
import os
import sys
from functools import partial
from pathlib import Path
from unittest import mock

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "compliance.settings"
django.setup()

from django.conf import settings  # noqa: E402
from django.db import transaction  # noqa: E402

from compliance.ground.web.secret import kept_secret, retired_secrets  # noqa: E402
from compliance.models import Organisation, User  # noqa: E402
from compliance.proof.audit import checkpoints, trail, verification  # noqa: E402
from tests.load import jobs  # noqa: E402
from tests.support.event_types import THING_DONE  # noqa: E402


class World:
    """A chain, and what is signed of it."""

    def __init__(self):
        self.ada = User.objects.get(email="ada@example.org")
        self.acme = Organisation.objects.get(slug="acme")

    def sign(self):
        """Something happens, and it is signed how far the chain is."""
        with transaction.atomic():
            trail.record(
                by=self.ada,
                organisation_id=self.acme.pk,
                action=THING_DONE,
                subject=self.acme,
            )
        checkpoints.checkpoint(self.acme.pk)

    def replace(self):
        """A new key, just before which another process signs."""

        def made(make=checkpoints._made):
            with mock.patch.object(jobs.Moments, "pass_one"):
                self.sign()
            return make()

        with mock.patch.object(checkpoints, "_made", made):
            checkpoints.replace_key()


def replaced(step):
    """Killed at moment after moment, until the key is another."""
    world, at, kills, faults, is_ended = World(), 0, 0, [], False
    world.sign()
    while not is_ended:
        before = checkpoints.public_key()
        is_ended = jobs.ended(jobs.begun(world.replace, at))
        kills += not is_ended
        for _ in range(2):
            found = map(verification.verify, verification.chains())
            faults += [f"killed at {at}: {fault}" for fault in found if fault]
            world.sign()
        if is_ended and checkpoints.public_key() == before:
            faults.append("the key is the old one")
        at += step
    return {"kills": kills, "faults": faults}


def started(step):
    """Killed at moment after moment of a start without its secret key."""
    path = Path(settings.DATA_DIR) / "moved" / "secret.key"
    retired = path.with_name("secret.key.retired")
    old, at, kills, faults, is_ended = kept_secret(path), 0, 0, [], False
    path.rename(retired)
    while not is_ended:
        path.unlink(missing_ok=True)
        is_ended = jobs.ended(jobs.begun(partial(kept_secret, path), at))
        kills += not is_ended
        there = path.read_text() if path.exists() else ""
        new = kept_secret(path)
        if len(new) < 50 or (there or new) != new or kept_secret(path) != new:
            faults.append(f"killed at {at}: {new} after {there}")
        if new == old or retired_secrets(retired) != [old]:
            faults.append(f"killed at {at}: the old one is lost")
        at += step
    return {"kills": kills, "faults": faults}


if __name__ == "__main__":
    command, every = sys.argv[1:]
    act = {"checkpoints": replaced, "secret": started}[command]
    json.dump(act(int(every)), sys.stdout)
