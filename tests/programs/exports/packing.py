"""``python -m tests.programs.exports.packing FILES BYTES``: an audit pack, and an archive, of that much evidence.

It prints the most memory they took, in bytes, and the size of the pack.
"""

import hashlib
import os
import sys

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "compliance.settings"
django.setup()

from django.core.management import call_command  # noqa: E402
from django.utils import timezone  # noqa: E402

from compliance.assurance.bundles.download_store import package_store  # noqa: E402
from compliance.content.evidence import storage  # noqa: E402
from compliance.models import Evidence, Report  # noqa: E402
from compliance.operations.closing import actions as closing  # noqa: E402
from compliance.programs.exports import actions as packages  # noqa: E402
from compliance.reporting.reports import storage as reports  # noqa: E402
from tests.assurance.bundles.making import hash_of, publish  # noqa: E402
from tests.support.factories import attach, make_assessment, make_cast  # noqa: E402
from tests.support.memory import most_kilobytes  # noqa: E402

PIECE = 1024 * 1024


def pieces(number, size_bytes):
    """Bytes that no other file has."""
    for at in range(size_bytes // PIECE):
        yield f"{number}-{at} ".encode().ljust(16) * (PIECE // 16)


def main(files, size_bytes):
    call_command("migrate", interactive=False, verbosity=0)
    cast = make_cast()
    edition = publish("Q1", "Q2", organisation=cast.acme)
    assessment = make_assessment(cast.acme, cast.ada, edition)
    answer = assessment.answers.first()
    for number in range(files):
        kept = storage.keep(cast.acme.pk, pieces(number, size_bytes))
        attach(
            answer,
            Evidence.objects.create(
                organisation=cast.acme,
                title=f"File {number}",
                file_name=f"file-{number}.txt",
                media_type="text/plain",
                added_by=cast.ada,
                sha256=kept.sha256,
                size_bytes=kept.size_bytes,
            ),
        )
    path = reports.folder() / "report"
    path.write_bytes(b"%PDF-1.7")
    sha256, size = hashlib.sha256(b"%PDF-1.7").hexdigest(), 8
    path.rename(reports.path_of(sha256))
    Report.objects.create(
        assessment=assessment,
        number=1,
        status="done",
        asked_by=cast.ada,
        finished_at=timezone.now(),
        content_hash=hash_of(assessment),
        sha256=sha256,
        size_bytes=size,
    )
    asked = packages.ask_package(by=cast.ada, assessment=assessment, kind="pack")
    made = packages.make_package(asked.pk)
    if made.status != "done":
        raise RuntimeError(made.problem)
    archived, _ = closing.ask_archive(by=cast.ada, organisation=cast.acme)
    closing.make_archive(archived.pk)
    archived.refresh_from_db()
    if archived.status != "done":
        raise RuntimeError(archived.problem)
    peak = most_kilobytes() * 1024
    print(peak, package_store.path_of(made.sha256).stat().st_size)  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
