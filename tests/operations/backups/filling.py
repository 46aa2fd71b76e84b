"""``python -m tests.operations.backups.filling ANSWERS FILES BYTES``: an installation of a size.

Every answer has a note and an event; files lie in the evidence of the one organisation.
"""

import os
import sys

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "compliance.settings"
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from compliance.content.evidence import storage  # noqa: E402
from compliance.models import Answer, Evidence  # noqa: E402
from compliance.proof.audit import trail  # noqa: E402
from tests.support.factories import (  # noqa: E402
    begin_chains,
    make_assessment,
    make_cast,
    make_edition,
)

EACH = 2000
NOTE = "The list of processing was looked through in May, row by row. " * 3


def answered(cast, edition, number):
    here = make_assessment(cast.acme, cast.ada, edition, subject=f"Site {number}")
    rows = list(here.answers.order_by("pk"))
    for row in rows:
        row.verdict, row.note, row.version = "met", f"{row.pk}. {NOTE}", 1
        row.changed_by, row.changed_at = cast.con, timezone.now()
    Answer.objects.bulk_update(
        rows,
        ["verdict", "note", "version", "changed_by", "changed_at"],
        batch_size=1000,
    )
    entries = [
        trail.Entry(
            row,
            "answer.imported",
            {"verdict": "unanswered", "note": ""},
            {"verdict": "met", "note": row.note},
        )
        for row in rows
    ]
    trail.record_together(by=cast.con, organisation_id=cast.acme.pk, scope_id=here.pk, entries=entries)


def proof(cast, size):
    """A file of random bytes, as they come out of a camera."""
    mega = 1024 * 1024
    kept = storage.keep(
        cast.acme.pk,
        (os.urandom(min(mega, size - at)) for at in range(0, size, mega)),
    )
    Evidence.objects.create(
        organisation=cast.acme,
        title="Proof",
        file_name="proof.bin",
        media_type="application/octet-stream",
        sha256=kept.sha256,
        size_bytes=kept.size_bytes,
        added_by=cast.con,
    )


def main(answers, files, size):
    call_command("migrate", interactive=False, verbosity=0)
    cast, edition = make_cast(), make_edition(min(EACH, answers))
    for number in range(answers // min(EACH, answers)):
        with transaction.atomic():
            answered(cast, edition, number)
    for _ in range(files):
        proof(cast, size)
    begin_chains()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
