"""A finished report on the screen: its pages, what changed since the last one, and sending it."""

import re
from html import unescape
from uuid import uuid4

import pytest
from django.conf import settings
from django.urls import reverse

from compliance.ground.pictures import drawing
from compliance.models import Report
from compliance.proof.audit import trail
from compliance.proof.audit.models import Event
from compliance.reporting.reports import actions
from compliance.work.assessments import actions as answers
from tests.reporting.reports import conftest
from tests.support import auditor_seats, factories, picture_files, resting_assessments
from tests.support.mail_queue import send_queued

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(cast, quick_files, monkeypatch):
    """Makes a report of one assessment, with a file of three pages."""
    assessment = resting_assessments.started(cast.acme, cast.ada, factories.make_edition())
    monkeypatch.setattr(conftest, "FILE", picture_files.pdf("", "1 Summary", "2 Law", title=str(uuid4())))

    def make():
        asked = actions.ask_report(by=cast.rob, assessment=assessment)
        actions.make_report(asked.pk)
        Report.objects.filter(pk=asked.pk).update(pages=3)
        return Report.objects.get(pk=asked.pk)

    make.assessment = assessment
    return make


def at(name, report, *more, org="acme"):
    return reverse(f"reports:{name}", args=[org, report.pk, *more])


def answer(cast, assessment, place=0, **changes):
    row = assessment.answers.order_by("question__position")[place]
    answers.save_answer(
        by=cast.ada,
        organisation=cast.acme,
        assessment_id=assessment.pk,
        answer_id=row.pk,
        changes=changes,
        base=row.version,
    )


def test_pages_are_pictures_that_lead_to_a_page_to_read(cast, sign_in, made):
    report, client = made(), sign_in(cast.rob)
    detail = client.get(at("detail", report)).text
    assert f'href="{at("pages", report)}"' in " ".join(detail.split())  # without script
    text = client.get(at("pages", report)).text
    assert "1 Summary" in text
    for number in (1, 2, 3):
        assert at("picture", report, number, "small") in text
    picture = client.get(at("picture", report, 2, "small"))
    assert picture["Content-Type"] == "image/webp"
    assert picture["Cache-Control"] == "no-store"
    assert picture_files.opened(picture.content).width == 320
    assert picture_files.opened(client.get(at("picture", report, 2, "large")).content).width == 1200
    page = client.get(at("page", report, 2)).text
    assert "Page 2 of 3" in page
    assert at("page", report, 1) in page
    assert at("page", report, 3) in page
    # once drawn they come with the page
    assert at("picture", report, 3, "small") in client.get(at("detail", report)).text


def test_page_that_is_not_there_is_not_found(cast, sign_in, made):
    report, client = made(), sign_in(cast.rob)
    for number in (0, 4, 999_999):
        assert client.get(at("page", report, number)).status_code == 404
        assert client.get(at("picture", report, number, "small")).status_code == 404


def test_report_that_is_not_over_has_no_pages(cast, sign_in, made):
    report = actions.ask_report(by=cast.rob, assessment=made.assessment)
    client = sign_in(cast.rob)
    for name, more in (("pages", ()), ("page", (1,)), ("picture", (1, "small"))):
        assert client.get(at(name, report, *more)).status_code == 404
    assert client.get(at("changes", report)).status_code == 404


def test_working_paper_is_shown_to_those_who_deal_with_auditors(cast, sign_in, made):
    report = made()
    seat = auditor_seats.give(cast, made.assessment)
    Report.objects.filter(pk=report.pk).update(kind="working", seat=seat)
    for who, status in ((cast.rob, 404), (cast.ada, 200), (cast.zoe, 404)):
        assert sign_in(who).get(at("picture", report, 1, "small")).status_code == status


def test_broken_file_says_so(cast, sign_in, made, monkeypatch):
    monkeypatch.setattr(conftest, "FILE", b"%PDF-1.7 a report")
    text = sign_in(cast.rob).get(at("pages", made())).text
    assert "Attest cannot draw the pages of this file." in " ".join(text.split())


def test_kept_pages_that_a_power_cut_left_by_half_do_not_matter(cast, sign_in, made):
    report, client = made(), sign_in(cast.rob)
    for text in ("", "1 Summary"):
        for path in drawing.of_file(report.sha256):
            path.write_bytes(path.read_bytes()[:100])
        assert client.get(at("detail", report)).status_code == 200
        assert text in client.get(at("pages", report)).text
        assert client.get(at("picture", report, 1, "small")).status_code == 200


def test_picture_that_has_no_turn_yet_comes_later(cast, sign_in, made):
    report, client = made(), sign_in(cast.rob)
    with drawing.AT_ONCE, drawing.AT_ONCE:
        assert "Try again in a moment" in client.get(at("pages", report)).text
        reply = client.get(at("picture", report, 1, "large"))
        assert (reply.status_code, reply["Retry-After"]) == (503, "2")
    assert client.get(at("picture", report, 1, "large")).status_code == 200


def test_changes_name_what_is_not_as_in_the_report_before(cast, sign_in, made):
    first = made()
    answer(cast, made.assessment, verdict="met", note="Kept in the vault.")
    second, client = made(), sign_in(cast.rob)
    assert at("changes", second) in client.get(at("detail", second)).text
    assert at("changes", first) not in client.get(at("detail", first)).text
    text = " ".join(client.get(at("changes", second)).text.split())
    assert "Changed since report 1" in text
    assert "<strong>Q1</strong>" in text
    assert "Met</dt> <dd>0 → 1</dd>" in text
    assert "There is no earlier report" in client.get(at("changes", first)).text


@pytest.fixture
def saved_meanwhile(cast, made, monkeypatch):
    """Makes a report; someone answers the first question while it is laid out."""

    def make():
        with monkeypatch.context() as patch:

            def render(*args, **named):
                patch.undo()
                answer(cast, made.assessment, verdict="met", note="Saved meanwhile.")
                return actions.render(*args, **named)

            patch.setattr(actions, "render", render)
            return made()

    return make


def test_change_while_the_report_before_was_laid_out_is_named(cast, sign_in, made, saved_meanwhile):
    saved_meanwhile()
    answer(cast, made.assessment, 1, verdict="partly")
    text = sign_in(cast.rob).get(at("changes", made())).text
    assert "<strong>Q1</strong>" in text
    assert "<strong>Q2</strong>" in text


def test_change_while_a_report_was_laid_out_is_not_yet_named(cast, sign_in, made, saved_meanwhile):
    made()
    answer(cast, made.assessment, 1, verdict="partly")
    client = sign_in(cast.rob)
    text = client.get(at("changes", saved_meanwhile())).text
    assert "<strong>Q1</strong>" not in text
    assert "<strong>Q2</strong>" in text
    [way] = re.findall(r'href="([^"]*as-of[^"]*)"', text)
    words = client.get(unescape(way)).text
    assert "partly" in words.partition("between-h")[2].lower()
    assert "Saved meanwhile." not in words
    assert "is not a moment" not in words


def test_older_report_that_does_not_say_what_it_read_ends_with_its_event(cast, sign_in, made, monkeypatch):
    end = actions._end

    def older(report, action, after):
        end(report, action, {k: v for k, v in after.items() if k != "head_seq"})

    with monkeypatch.context() as patch:
        patch.setattr(actions, "_end", older)
        made()
    answer(cast, made.assessment, verdict="met")
    text = sign_in(cast.rob).get(at("changes", made())).text
    assert "<strong>Q1</strong>" in text


def test_nothing_changed_is_said_without_reading_the_trail(
    cast, sign_in, made, django_assert_max_num_queries
):
    made()
    second, client = made(), sign_in(cast.rob)
    client.get(at("detail", second))
    with django_assert_max_num_queries(16):
        text = client.get(at("changes", second)).text
    assert "the answers are the same in both reports" in text


def test_report_before_is_one_that_the_person_sees(cast, sign_in, made):
    first = made()
    seat = auditor_seats.give(cast, made.assessment)
    Report.objects.filter(pk=first.pk).update(kind="working", seat=seat)
    second = made()
    assert "no earlier report" in sign_in(cast.rob).get(at("changes", second)).text
    assert "since report 1" in sign_in(cast.ada).get(at("changes", second)).text


def test_report_is_sent_to_members(cast, sign_in, made):
    report, client = made(), sign_in(cast.rob)
    people = [cast.ada.pk, cast.otto.pk]
    reply = client.post(at("send", report), {"to": people, "text": "Look at <page 2>."})
    assert reply.status_code == 302
    mails = send_queued()
    assert {mail.to[0] for mail in mails} == {cast.ada.email, cast.otto.email}
    assert at("detail", report) in mails[0].body
    assert "Look at <page 2>." in mails[0].body
    assert report.sha256 in mails[0].body
    event = Event.objects.get(action="report.sent")
    assert trail.content_of(event)["after"] == {"number": report.number, "to": people}


def test_report_goes_to_nobody_who_does_not_see_it(cast, sign_in, made):
    report = made()
    client = sign_in(cast.rob)
    for to in ([], [cast.zoe.pk], ["x"], [cast.ada.pk, cast.zoe.pk]):
        reply = client.post(at("send", report), {"to": to, "text": "Kept words"})
        assert reply.status_code == 422
        assert "Kept words" in reply.text
    assert send_queued() == []
    assert not Event.objects.filter(action="report.sent").exists()


def test_nothing_is_sent_without_a_mail_server(cast, sign_in, made, monkeypatch):
    backend = "django.core.mail.backends.console.EmailBackend"
    monkeypatch.setitem(settings.MAILERS["default"], "BACKEND", backend)
    report, client = made(), sign_in(cast.rob)
    assert "Send to colleagues" not in client.get(at("detail", report)).text
    reply = client.post(at("send", report), {"to": [cast.ada.pk]})
    assert reply.status_code == 404


def test_report_without_a_file_is_not_sent(cast, sign_in, made):
    report = actions.ask_report(by=cast.rob, assessment=made.assessment)
    reply = sign_in(cast.rob).post(at("send", report), {"to": [cast.ada.pk]})
    assert reply.status_code == 422
    assert send_queued() == []
