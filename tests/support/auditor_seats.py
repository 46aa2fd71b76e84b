"""Seats and what they show, for tests."""

import hashlib
from datetime import timedelta

from django.utils import timezone

from compliance.assurance.seats import actions
from compliance.content.evidence import storage
from compliance.ground.web import file_store
from compliance.models import Evidence, Report
from compliance.reporting.reports import storage as report_files


def give(cast, assessment, email=None, by=None, **fields):
    """A seat for Aud from today on, given by Otto."""
    today = timezone.localdate()
    values = {
        "name": "Somebody",
        "purpose": "",
        "from_on": today,
        "until_on": today + timedelta(days=21),
    }
    return actions.give_seat(
        by=by or cast.otto,
        assessment=assessment,
        email=email or cast.aud.email,
        **(values | fields),
    )


def ask(by, seat, title="The list", **fields):
    """A request, due today."""
    values = {"title": title, "text": "", "due_on": timezone.localdate()}
    return actions.ask(by=by, seat=seat, **(values | fields))


def _write(path, content):
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = path.with_name(".made")
    made.write_bytes(content)
    file_store.put(made, path, replaces=True)


def make_proof(organisation, by, content=b"proof"):
    """A file as evidence, with its bytes."""
    sha256 = hashlib.sha256(content).hexdigest()
    _write(storage.path_of(organisation.pk, sha256), content)
    return Evidence.objects.create(
        organisation=organisation,
        title="Policy",
        file_name="policy.txt",
        media_type="text/plain",
        sha256=sha256,
        size_bytes=len(content),
        added_by=by,
    )


def make_report(assessment, by):
    """A finished report with some bytes."""
    content = str(assessment.pk).encode()
    sha256 = hashlib.sha256(content).hexdigest()
    _write(report_files.path_of(sha256), content)
    return Report.objects.create(
        assessment=assessment,
        number=1,
        status="done",
        asked_by=by,
        finished_at=timezone.now(),
        sha256=sha256,
        size_bytes=len(content),
    )
