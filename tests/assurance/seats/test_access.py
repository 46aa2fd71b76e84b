"""Rights in a seat: everybody against every page."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from compliance.assurance.seats import actions
from compliance.identity.organisations.access import ALLOWED, Permission
from compliance.identity.organisations.actions import change_role
from compliance.models import Event, Evidence, Membership, Seat
from compliance.reporting.reports.actions import ask_report
from compliance.work.assessments.actions import Refused
from compliance.work.discussion.actions import comment, resolve
from compliance.work.snapshots.snapshot import content_of, to_read
from tests.support import factories
from tests.support.auditor_seats import ask, give, make_proof, make_report
from tests.work.assessments.test_saving import save

TOMORROW = timedelta(days=1)


@pytest.fixture
def place(cast):
    """An assessment of Acme with a file, a report and a seat of Aud."""
    assessment = factories.make_assessment(cast.acme, cast.ada)
    answer = assessment.answers.order_by("question__position").first()
    proof = make_proof(cast.acme, cast.ada)
    factories.attach(answer, proof)
    seat = give(cast, assessment)
    asked = ask(cast.aud, seat)
    report = make_report(assessment, cast.ada)
    return assessment, answer, proof, seat, asked, report


def pages(place, seat=None):
    """Every page and file of a seat, by name."""
    _, answer, proof, own, asked, report = place
    pk = (seat or own).pk
    section = answer.question.section_id

    def at(name, *args):
        return reverse(name, args=["acme", pk, *args])

    return {
        "seat": at("seats:seat"),
        "section": at("seats:section", section),
        "question": at("seats:question", answer.pk),
        "evidence": at("seats:evidence_file", proof.pk),
        "sample": at("seats:sample"),
        "requests": at("seats:asked_list"),
        "request": at("seats:asked", asked.pk),
        "report": at("reports:audited", report.pk),
    }


def statuses(client, paths):
    found = {}
    for name, path in paths.items():
        reply = client.get(path)
        reply.getvalue()  # reads a file to its end, which closes it
        found[name] = reply.status_code
    return found


def all_of(paths, status):
    return dict.fromkeys(paths, status)


def test_auditor_with_a_seat_reads_everything_of_it(cast, sign_in, place):
    paths = pages(place)
    assert statuses(sign_in(cast.aud), paths) == all_of(paths, 200)


def test_sections_say_their_answers_in_the_order_of_the_bar(cast, sign_in, place):
    answer = place[1]
    save(cast.ada, answer, verdict="partly")
    page = sign_in(cast.aud).get(pages(place)["seat"]).text
    said = " ".join(re.sub(r"<[^>]+>", "", page).split())
    assert "1 Partly, 2 Unanswered" in said


@pytest.mark.parametrize(
    ("person", "status"),
    [*((name, 403) for name in ("ada", "otto", "con", "rev", "rob")), ("zoe", 404)],
)
def test_nobody_else_reads_through_the_seat(cast, sign_in, place, person, status):
    paths = pages(place)
    assert statuses(sign_in(getattr(cast, person)), paths) == all_of(paths, status)


def test_nobody_is_sent_to_sign_in(client, place):
    paths = pages(place)
    assert statuses(client, paths) == all_of(paths, 302)


def test_second_auditor_finds_nothing_through_the_first_ones_seat(cast, sign_in, place):
    other = factories.make_member(cast.acme, "auditor", "Bea", "bea@example.org")
    elsewhere = factories.make_assessment(cast.acme, cast.ada)
    give(cast, elsewhere, email=other.email)
    paths = pages(place)
    assert statuses(sign_in(other), paths) == all_of(paths, 404)


def test_seat_of_one_assessment_opens_no_other(cast, sign_in, place):
    other = factories.make_assessment(cast.acme, cast.ada)
    seat = give(cast, other)
    found = statuses(sign_in(cast.aud), pages(place, seat))
    assert found == {
        "seat": 200,
        "section": 404,
        "question": 404,
        "evidence": 404,
        "sample": 200,
        "requests": 200,
        "request": 404,
        "report": 404,
    }


def test_file_that_is_used_nowhere_in_it_is_not_found(cast, sign_in, place):
    proof = make_proof(cast.acme, cast.ada, b"unused")
    path = reverse("seats:evidence_file", args=["acme", place[3].pk, proof.pk])
    assert sign_in(cast.aud).get(path).status_code == 404


def test_file_of_another_organisation_is_not_found(cast, sign_in, place):
    proof = make_proof(cast.other, cast.zoe)
    path = reverse("seats:evidence_file", args=["acme", place[3].pk, proof.pk])
    assert sign_in(cast.aud).get(path).status_code == 404


def test_ended_seat_is_gone_at_the_next_click(cast, sign_in, place):
    client, paths = sign_in(cast.aud), pages(place)
    assert client.get(paths["seat"]).status_code == 200
    actions.end_seat(by=cast.otto, seat=place[3])
    assert statuses(client, paths) == all_of(paths, 404)
    assert "No seat is open" in client.get(reverse("seats:home", args=["acme"])).text


def test_seat_runs_out_in_an_open_session(cast, sign_in, place):
    client, paths = sign_in(cast.aud), pages(place)
    last = timezone.now() + timedelta(days=10)
    Seat.objects.update(until_on=timezone.localdate(last))
    with time_machine.travel(last, tick=False):
        assert sign_in(cast.aud).get(paths["seat"]).status_code == 200
    client = sign_in(cast.aud)
    assert client.get(paths["seat"]).status_code == 200
    Seat.objects.update(
        from_on=timezone.localdate() - 3 * TOMORROW,
        until_on=timezone.localdate() - TOMORROW,
    )
    assert statuses(client, paths) == all_of(paths, 404)


def test_seat_that_has_not_begun_is_not_found(cast, sign_in, place):
    Seat.objects.update(from_on=timezone.localdate() + TOMORROW)
    paths = pages(place)
    assert statuses(sign_in(cast.aud), paths) == all_of(paths, 404)


def test_auditor_of_another_role_now_is_refused(cast, sign_in, place):
    client, paths = sign_in(cast.aud), pages(place)
    row = Membership.objects.get(user=cast.aud)
    change_role(by=cast.ada, membership=row, role="reader")
    assert statuses(client, paths) == all_of(paths, 403)


def test_ended_seat_takes_no_words(cast, sign_in, place):
    client, paths = sign_in(cast.aud), pages(place)
    actions.end_seat(by=cast.otto, seat=place[3])
    before = Event.objects.count()
    for path, data in (
        (paths["sample"], {"how": "risk", "count": 1}),
        (paths["question"] + "mark/", {"result": "accepted"}),
        (paths["requests"], {"title": "More", "due_on": "2099-01-01"}),
        (paths["request"], {"text": "Hello"}),
        (paths["request"] + "close/", {}),
    ):
        assert client.post(path, data).status_code == 404
    assert Event.objects.count() == before


def test_auditor_may_do_nothing_else(cast, sign_in, place):
    """The organisation itself is closed: every page asks for another permission."""
    assert ALLOWED["auditor"] == {Permission.AUDIT, Permission.LEAVE}
    client = sign_in(cast.aud)
    for name in ("home:home", "workspace:list", "evidence:list", "reports:list"):
        assert client.get(reverse(name, args=["acme"])).status_code == 403
    assert client.get(place[0].get_absolute_url()).status_code == 403
    assert client.get(place[2].get_absolute_url() + "file/").status_code == 403


def test_front_door_leads_to_the_seats_and_shows_no_other_way(cast, sign_in, place):
    client = sign_in(cast.aud)
    page = client.get("/", follow=True)
    assert page.redirect_chain == [("/o/acme/audit/", 302)]
    for link in ("/o/acme/assessments/", "/o/acme/evidence/", "/o/acme/search/"):
        assert f'href="{link}"' not in page.text
    assert 'id="find"' not in page.text
    assert f'href="/o/acme/audit/{place[3].pk}/"' in page.text


def test_auditor_reads_the_comments_that_a_report_prints(cast, sign_in, place):
    said = comment(by=cast.con, answer=place[1], text="Ask @Rev Iewer <b>first</b>.")
    resolve(by=cast.rev, answer=place[1], comment=said)
    comment(by=cast.rev, answer=place[1], text="Done.")
    page = sign_in(cast.aud).get(pages(place)["question"]).text
    content = content_of(to_read(place[0].pk))
    [line] = [one for one in content.lines if one.remarks]
    assert [one.text for one in line.remarks] == [
        "Ask @Rev Iewer <b>first</b>.",
        "Done.",
    ]
    comments = page.split('id="talk-h"')[1].split('id="past-h"')[0]
    assert "&lt;b&gt;first&lt;/b&gt;" in comments
    assert "Done." in comments
    assert "<textarea" not in comments
    assert "/resolve/" not in comments


def test_auditor_never_sees_what_was_not_saved(cast, sign_in, place):
    save(cast.con, place[1], base=0, note="Saved.")
    assert isinstance(save(cast.rev, place[1], base=0, note="Lost."), Refused)
    page = sign_in(cast.aud).get(pages(place)["question"]).text
    assert "Saved." in page
    assert "Lost." not in page


def test_hostile_text_stays_text(cast, sign_in, place):
    attack = '"><script>alert(1)</script>'
    place[1].note = attack
    place[1].save()
    Evidence.objects.update(title=attack)
    Seat.objects.update(purpose=attack)
    actions.mark(by=cast.aud, seat=place[3], answer_id=place[1].pk, result="flagged", note=attack)
    ask(cast.aud, place[3], attack, text=attack, answer_id=place[1].pk)
    aud, ada = sign_in(cast.aud), sign_in(cast.ada)
    paths = pages(place)
    seen = [aud.get(p).text for n, p in paths.items() if n not in {"evidence", "report"}]
    seen += [
        ada.get(f"/o/acme/assessments/{place[0].pk}/auditors/").text,
        ada.get(f"/o/acme/auditors/{place[3].pk}/looked/").text,
        ada.get("/o/acme/requests/").text,
        ada.get("/o/acme/requests/?show=all").text,
    ]
    assert not [page for page in seen if "<script>alert" in page]
    assert sum("&lt;script&gt;alert(1)" in page for page in seen) >= 6


def test_file_comes_inert_and_whole(cast, sign_in, place):
    reply = sign_in(cast.aud).get(pages(place)["evidence"])
    assert reply.getvalue() == b"proof"
    headers = {
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-store",
    }
    assert {header: reply[header] for header in headers} == headers


def test_damaged_file_is_refused_and_not_noted(cast, sign_in, place):
    Evidence.objects.update(sha256="0" * 64)
    reply = sign_in(cast.aud).get(pages(place)["evidence"])
    assert reply.status_code == 503
    assert not Event.objects.filter(action="seat.downloaded")


def test_report_that_is_not_ready_is_not_found(cast, sign_in, place):
    waiting = ask_report(by=cast.ada, assessment=place[0])
    path = pages((*place[:5], waiting))["report"]
    assert sign_in(cast.aud).get(path).status_code == 404


def test_auditor_walks_from_section_to_section(cast, sign_in):
    edition = factories.make_edition(3, sections=3)
    seat = give(cast, factories.make_assessment(cast.acme, cast.ada, edition))
    first, second, third = (
        reverse("seats:section", args=["acme", seat.pk, section.pk])
        for section in edition.sections.order_by("position")
    )
    page = sign_in(cast.aud).get(second).text
    assert re.findall(r'rel="(prev|next)"\s+href="(\S+)"', page) == [
        ("prev", first),
        ("next", third),
    ]
