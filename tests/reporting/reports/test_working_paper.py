"""An auditor's working paper: real samples, flags and requests, for that auditor alone."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from compliance.assurance.seats import actions
from compliance.assurance.seats.choices import How, SampleResult
from compliance.models import Report
from compliance.reporting.reports.actions import ask_report
from compliance.reporting.reports.choices import ReportKind
from compliance.reporting.reports.html import html_of
from compliance.reporting.reports.kinds import ReportOptions
from compliance.reporting.reports.queries import read
from compliance.work.remediation.actions import create_action
from tests.support import factories
from tests.support.auditor_seats import ask, give, make_proof


def printed(paper):
    text = re.sub(r"<[^>]*>", " ", html_of(paper)).replace("\u200b", "")
    text = re.sub("[\u2066-\u2069]", "", unescape(text))
    return " ".join(text.split())


def paper_of(seat, language="en"):
    wanted = ReportOptions(ReportKind.WORKING, language, seat_id=seat.pk)
    return read(seat.assessment_id, 1, wanted)


@pytest.fixture
def place(cast):
    """Aud accepted Q1, flagged Q2, and asked about it; the officer answered with a file."""
    assessment = factories.make_assessment(cast.acme, cast.ada, factories.make_edition(4))
    rows = {one.question.key: one for one in assessment.answers.all()}
    proof = make_proof(cast.acme, cast.con)
    factories.attach(rows["Q1"], proof)
    seat = give(cast, assessment, purpose="Yearly audit")
    actions.draw(by=cast.aud, seat=seat, how=How.RANDOM, count=3, seed="5eed")
    for key, result, note in (
        ("Q1", SampleResult.ACCEPTED, "Read against the file."),
        ("Q2", SampleResult.FLAGGED, "No list of June."),
    ):
        actions.mark(
            by=cast.aud,
            seat=seat,
            answer_id=rows[key].pk,
            result=result,
            note=note,
        )
    actions.note_view(by=cast.aud, seat=seat, about="Q1")
    actions.note_download(by=cast.aud, seat=seat, about=proof.title, sha256=proof.sha256)
    asked = ask(cast.aud, seat, "List of June", answer_id=rows["Q2"].pk)
    actions.reply(by=cast.otto, request=asked, text="It follows.", evidence=proof)
    actions.say(by=cast.aud, seat=seat, request_id=asked.pk, text="I wait for it.")
    return assessment, rows, seat


def test_paper_has_sample_tests_exceptions_and_responses(place, cast):
    _, rows, seat = place
    create_action(
        by=cast.otto,
        organisation=cast.acme,
        fields={"title": "Make the list", "due_on": None, "owner_id": None},
        answer_ids=[rows["Q2"].pk],
    )
    paper = paper_of(seat)
    work = paper.work
    tests = {row.tested.key: row for row in work.rows(paper.content)}
    assert [one.code for one in tests["Q1"].inspected] == ["E-1"]
    assert tests["Q1"].tested.read_at
    assert [one.text for one in tests["Q2"].responses] == ["It follows."]
    words = printed(paper)
    for text in (
        "Auditor's working paper",
        "Yearly audit",
        "seed 5eed",
        "Accepted",
        "Inspected: E-1",
        "Read against the file.",
        "Exceptions and management's response",
        "No list of June.",
        "It follows.",
        "I wait for it.",
        "Make the list",
        "Handed over: Policy",
    ):
        assert text in words
    exceptions = words.split("Finding")[1].split("Sample and tests")[0]
    assert "I wait for it." not in exceptions


@pytest.mark.parametrize(("language", "word"), [("de", "Arbeitspapier"), ("fr", "Feuille de travail")])
def test_paper_is_in_the_language_that_was_asked(place, language, word):
    assert word in printed(paper_of(place[2], language))


def test_paper_of_a_question_that_is_asked_no_more(place):
    _, rows, seat = place
    type(rows["Q2"]).objects.filter(pk=rows["Q2"].pk).update(archived_at=timezone.now())
    assert "This question is asked no more." in printed(paper_of(seat))


def test_empty_seat_says_so(cast):
    assessment = factories.make_assessment(cast.acme, cast.ada)
    words = printed(paper_of(give(cast, assessment)))
    assert "Nothing is in the sample." in words
    assert "No answer of the sample is flagged." in words
    assert "The auditor has asked for nothing." in words


def test_queries_do_not_grow_with_the_sample(place, cast):
    _, rows, seat = place
    paper_of(seat)  # the edition is read once
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            paper_of(seat)
        counts.append(len(queries))
        actions.draw(by=cast.aud, seat=seat, how=How.HAND, answer_id=rows["Q4"].pk)
        other = ask(cast.aud, seat, "Another", answer_id=rows["Q3"].pk)
        actions.reply(by=cast.otto, request=other, text="Here.")
    assert counts[0] == counts[1]


def test_no_working_paper_without_a_seat_and_no_other_kind_with_one(place, cast):
    assessment, _, seat = place
    with pytest.raises(ValidationError, match="at the seat of its auditor"):
        ask_report(by=cast.ada, assessment=assessment, wanted=ReportOptions(ReportKind.WORKING))
    with pytest.raises(IntegrityError), transaction.atomic():
        Report.objects.create(assessment=assessment, number=7, seat=seat)


def made(seat, by):
    report = ask_report(
        by=by,
        assessment=seat.assessment,
        wanted=ReportOptions(ReportKind.WORKING, seat_id=seat.pk),
    )
    Report.objects.filter(pk=report.pk).update(
        status="done", finished_at=timezone.now(), sha256="ab" * 32, size_bytes=1
    )
    return report


def test_auditor_asks_once_and_finds_it_at_the_seat(place, cast, sign_in):
    seat = place[2]
    client = sign_in(cast.aud)
    page = reverse("seats:seat", args=["acme", seat.pk])
    assert "Make working paper" in client.get(page).content.decode()
    address = reverse("reports:ask_working_paper", args=["acme", seat.pk])
    for _ in range(2):
        assert client.post(address, {"language": "de"}).status_code == 302
    [report] = seat.reports.all()
    assert (report.kind, report.language, report.asked_by) == (
        "working",
        "de",
        cast.aud,
    )
    assert "auditor&#x27;s working paper" in client.get(page).content.decode()


def test_officer_asks_for_it_and_lands_on_its_page(place, cast, sign_in):
    seat = place[2]
    client = sign_in(cast.otto)
    address = reverse("reports:working_paper", args=["acme", seat.pk])
    reply = client.post(address)
    assert reply["Location"] == seat.reports.get().get_absolute_url()


def test_no_other_auditor_and_no_reader_gets_it(place, cast, sign_in):
    assessment, _, seat = place
    other = give(
        cast,
        assessment,
        email=factories.make_member(cast.acme, "auditor", "Second").email,
        until_on=timezone.localdate() + timedelta(days=3),
    )
    report = made(seat, cast.aud)
    theirs = sign_in(other.user)
    page = theirs.get(reverse("seats:seat", args=["acme", other.pk]))
    assert "working paper</a>" not in page.content.decode().lower()
    file = reverse("reports:audited", args=["acme", other.pk, report.pk])
    assert theirs.get(file).status_code == 404
    for person, status in ((cast.rob, 404), (cast.con, 404), (cast.ada, 200)):
        detail = sign_in(person).get(report.get_absolute_url())
        assert detail.status_code == status
