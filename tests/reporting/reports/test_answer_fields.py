"""Each field that a person sets is seen wherever an answer is: one entry, all formats."""

from datetime import date
from html import unescape

import pytest
from django.urls import reverse

from compliance.assurance.answer_sheets.queries import paper_of
from compliance.assurance.answer_sheets.workbook import file_of
from compliance.assurance.bundles.answers import written
from compliance.content.checklists.actions import store_checklist
from compliance.content.checklists.models import Theme
from compliance.proof.audit import tables
from compliance.reporting.reports.html import html_of
from compliance.reporting.reports.queries import read
from compliance.work.assessments import actions
from compliance.work.assessments.answer_fields import TYPED, Kind
from compliance.work.assessments.models import Answer
from compliance.work.search.queries import answers_with
from compliance.work.snapshots.as_of import content_as_of
from compliance.work.snapshots.changes import differences
from compliance.work.snapshots.moments import first_event
from compliance.work.snapshots.snapshot import content_of, to_read
from compliance.work.workspace.history import history
from tests.assurance.answer_sheets.making import book_of
from tests.assurance.bundles.making import FACT, brought_in, bundle_of, hash_of
from tests.support.documents import document, question

pytestmark = pytest.mark.slow

DAY = date(2027, 3, 1)


@pytest.fixture(params=TYPED, ids=lambda field: field.column)
def field(request):
    return request.param


@pytest.fixture
def answer(cast):
    """An answer to a question with a value of its own, before anybody touched it."""
    Theme.objects.create(key="t", name="Themes", position=9)
    edition, _ = store_checklist(
        by=None,
        theme="t",
        title="Own",
        summary="",
        document=document([question("Q1", kind="text")], facts=[FACT]),
        organisation=cast.acme,
    )
    started = actions.start(
        by=cast.otto,
        organisation=cast.acme,
        edition=edition,
        subject="The shop",
        period_from=date(2026, 1, 1),
        period_to=date(2026, 12, 31),
        facts={},
    )
    return started.answers.get()


def typed(field, cast, words="Words"):
    """The form data for the field, with the verdict that goes with it."""
    kinds = {
        Kind.VERDICT: "partly",
        Kind.PERSON: str(cast.con.pk),
        Kind.DAY: DAY.isoformat(),
    }
    sent = {field.name: kinds.get(field.kind, words)}
    return sent | ({"verdict": field.needed_by.value} if field.needed_by else {})


def seen(field, cast, words="Words"):
    """The same as pages say it."""
    kinds = {
        Kind.VERDICT: "Partly",
        Kind.PERSON: str(cast.con),
        Kind.DAY: "1 Mar 2027",
    }
    return kinds.get(field.kind, words)


def post(client, answer, base, **sent):
    one = answer.assessment
    to = reverse("workspace:answer_save", args=["acme", one.pk, answer.pk])
    return client.post(to, {"base": base, "want": "row", **sent}, headers=HTMX)


HTMX = {"hx-request": "true"}


@pytest.fixture
def said(cast, sign_in, answer, field):
    """The answer after somebody typed into the field."""
    reply = post(sign_in(cast.otto), answer, 0, **typed(field, cast))
    assert reply.status_code == 200, reply.text
    return Answer.objects.get(pk=answer.pk)


def test_row_and_history_show_it_and_undo_puts_it_back(cast, sign_in, said, field):
    assert getattr(said, field.column) != field.blank
    page = sign_in(cast.otto).get(f"{said.assessment.get_absolute_url()}?open={said.pk}")
    sent = typed(field, cast)[field.name]
    assert f'name="{field.name}"' in page.text
    assert sent in page.text
    (entry,) = history(said)
    labels = [change.label for change in entry.changes]
    assert field.heading in labels or (entry.verdicts and field.kind == Kind.VERDICT)
    done = actions.undo(by=cast.otto, assessment=said.assessment, seq=entry.seq)
    assert getattr(done.answer, field.column) == field.blank


def test_search_finds_words_in_it(said, field):
    found = answers_with(said.assessment, "Words")
    assert found == ({said.pk} if field.erasable else set())


def test_two_at_once_are_compared(cast, sign_in, said, field):
    other = {Kind.VERDICT: "met", Kind.PERSON: str(cast.ada.pk), Kind.DAY: "2028-01-01"}
    sent = typed(field, cast) | {field.name: other.get(field.kind, "Other")}
    reply = post(sign_in(cast.ada), said, 0, **sent)
    assert reply.status_code == 409
    assert field.label in reply.text
    last = seen(field, cast).split()[-1]  # words that differ stand apart
    assert last in unescape(reply.text)


def test_report_table_and_sheet_say_it(cast, said, field):
    content = content_of(to_read(said.assessment_id))
    words = seen(field, cast)
    report = html_of(read(said.assessment_id, 1)).replace("\u200b", "")
    assert words in report.replace("\xa0", " ")
    (line,) = content.lines
    stands = line.value_of(field.name) or line.value_of(field.column)
    assert str(stands) in written(content).decode()
    paper = paper_of(said.assessment, cast.otto, said.changed_at)
    sheet = book_of(file_of(paper)).worksheets[1]
    heads, cells = [[cell.value for cell in row] for row in sheet.iter_rows(max_row=2)]
    cell = dict(zip(heads, cells, strict=True))[field.heading]
    assert words == (field.words(cell.date()) if field.kind == Kind.DAY else cell)


def test_bundle_brings_it_and_looking_back_does_not_know_it(cast, said, field):
    assessment = to_read(said.assessment_id)
    start = first_event(assessment).seq
    began, now = content_as_of(assessment, start), content_of(to_read(assessment.pk))
    assert began.content_hash != now.content_hash
    changed = [str(one) for one in differences(began, now)]
    assert bool(changed) == field.material
    assert not changed or field.label in changed[0]
    there = brought_in(bundle_of(assessment), cast.other, cast.zoe)
    assert hash_of(there) == now.content_hash


def test_trail_knows_it(cast, said, field):
    assert list(tables.faults(cast.acme.pk)) == []
    values = {Kind.PERSON: cast.ada.pk, Kind.DAY: date(2029, 1, 1), Kind.VERDICT: "met"}
    other = values.get(field.kind, "Other")
    tied = {one.column: None for one in TYPED if one.is_tied}
    more = tied if field.kind == Kind.VERDICT else {}
    Answer.objects.filter(pk=said.pk).update(**more | {field.column: other})
    (fault,) = tables.faults(cast.acme.pk)
    assert f"“{field.label}” was changed" in fault.what
