"""What holds of a detail that a copy of the code was given: ``test_new_detail.py`` runs this there."""

from datetime import date
from html import unescape

import pytest
from django.urls import reverse

from compliance.assurance.answer_sheets.queries import paper_of
from compliance.proof.audit import tables, trail
from compliance.proof.audit.event_types import texts_of
from compliance.proof.audit.models import Event
from compliance.reporting.reports.html import html_of
from compliance.reporting.reports.queries import read
from compliance.work.assessments.models import Assessment
from compliance.work.snapshots.changes import differences
from compliance.work.snapshots.snapshot import content_of, to_read
from tests.assurance.bundles.making import FACT, brought_in, bundle_of, hash_of, stored
from tests.support.api_programs import Program
from tests.support.documents import document, question

BOARD = "The board <b>& Sons"
PERIOD = {"period_from": "2026-01-01", "period_to": "2026-12-31"}


@pytest.fixture
def edition(cast):
    return stored(document([question("Q1")], facts=[FACT]), cast.acme)


@pytest.fixture
def assessment(cast, sign_in, edition):
    address = reverse("scoping:start", args=[cast.acme.slug, edition.pk])
    otto = sign_in(cast.otto)
    assert "Commissioned by" in otto.get(address).text
    reply = otto.post(address, PERIOD | {"subject": "The shop", "commissioned_by": BOARD})
    assert reply.status_code == 302
    return Assessment.objects.get()


def test_pages_say_it(cast, sign_in, assessment):
    assert BOARD in unescape(sign_in(cast.otto).get(assessment.get_absolute_url()).text)
    review = reverse("reviews:review", args=[cast.acme.slug, assessment.pk])
    assert BOARD in unescape(sign_in(cast.otto).get(review).text)


def test_program_sets_and_reads_it(cast, edition):
    program = Program(cast.otto, cast.acme)
    given = PERIOD | {"edition": edition.pk, "subject": "S", "commissioned_by": BOARD}
    made = program.post("/assessments", given).json()
    assert program.get(f"/assessments/{made['id']}").json()["commissioned_by"] == BOARD


def test_trail_says_it_and_knows_when_it_was_changed_below(cast, assessment):
    started = Event.objects.get(action="assessment.started")
    assert trail.changes(started)[1]["commissioned_by"] == BOARD
    assert "/after/commissioned_by" in texts_of("assessment.started")
    Assessment.objects.update(commissioned_by="Nobody")
    assert list(tables.faults(cast.acme.pk))


def test_signature_covers_it_and_a_change_is_named(assessment):
    signed = content_of(to_read(assessment.pk))
    assessment.commissioned_by = "Nobody"
    assert signed.value_of("commissioned_by") == BOARD
    now = content_of(Assessment.objects.select_related("edition").get())
    assert now.content_hash == signed.content_hash
    changed = to_read(assessment.pk)
    changed.commissioned_by = "Nobody"
    [change] = differences(signed, content_of(changed))
    assert str(change) == "Assessment: commissioned by"


def test_correction_changes_it_and_is_on_record(cast, sign_in, assessment):
    otto, address = sign_in(cast.otto), reverse("scoping:details", args=[cast.acme.slug, assessment.pk])
    page = otto.get(address)
    shown = {f"base-{name}": page.context["base"][name].value() for name in PERIOD}
    shown |= {"base-subject": "The shop", "base-commissioned_by": BOARD}
    typed = PERIOD | {"subject": "The shop", "commissioned_by": "Nobody", "reason": "Typed wrong."}
    assert otto.post(address, shown | typed).status_code == 302
    assessment.refresh_from_db()
    assert assessment.commissioned_by == "Nobody"
    event = Event.objects.get(action="assessment.details_corrected")
    assert trail.changes(event)[0] == {"commissioned_by": BOARD}


def test_report_and_sheet_say_it(cast, assessment):
    assert BOARD in unescape(html_of(read(assessment.pk, 1)).replace("\u200b", ""))
    assert ("Commissioned by", BOARD) in paper_of(assessment, cast.otto, assessment.started_at).about


def test_bundle_brings_it(cast, assessment):
    there = brought_in(bundle_of(to_read(assessment.pk)), cast.other, cast.zoe)
    assert there.commissioned_by == BOARD
    assert hash_of(there) == hash_of(assessment)


def test_next_assessment_begins_with_it(cast, sign_in, edition, assessment):
    address = reverse("scoping:start", args=[cast.acme.slug, edition.pk])
    page = sign_in(cast.otto).get(f"{address}?from={assessment.pk}")
    assert page.context["form"]["commissioned_by"].value() == BOARD
    assert page.context["form"]["period_from"].value() == date(2027, 1, 1)
