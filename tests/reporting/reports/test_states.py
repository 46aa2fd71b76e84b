"""Reports of states other than today's: signed revisions, and earlier moments."""

import re
from datetime import timedelta
from html import unescape
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from compliance.content.evidence.actions import describe
from compliance.models import Event, Evidence, Report
from compliance.proof.audit import trail
from compliance.reporting.history.looking_back import ZONED
from compliance.reporting.reports import actions
from compliance.reporting.reports.choices import ReportKind
from compliance.reporting.reports.html import html_of
from compliance.reporting.reports.kinds import NOW, ReportOptions, State
from compliance.reporting.reports.queries import read
from compliance.work.assessments import actions as doing
from compliance.work.assessments.models import Assessment
from compliance.work.assessments.versions import Known
from compliance.work.snapshots.snapshot import content_of, to_read
from tests.assurance.bundles.making import brought_in, bundle_of, publish
from tests.proof.audit.tampering import Guardless
from tests.support.factories import make_assessment
from tests.support.page_text import flat
from tests.support.signing import answer, link, make_signed, reopen


def save(cast, assessment, note):
    answer = assessment.answers.order_by("pk").first()
    doing.save_answer(
        by=cast.con,
        organisation=assessment.organisation,
        assessment_id=assessment.pk,
        answer_id=answer.pk,
        changes={"note": note, "verdict": "partly"},
        base=Known(answer.version),
    )
    return trail.head_of(assessment.organisation_id)[0]


@pytest.fixture
def assessment(cast):
    """Started by its action, so that the trail begins with it."""
    draft = make_assessment(cast.acme, cast.ada)
    return doing.start(
        by=cast.ada,
        organisation=cast.acme,
        edition=draft.edition,
        subject="The shop",
        period_from=draft.period_from,
        period_to=draft.period_to,
        facts={},
    )


def test_report_looks_back_at_a_moment(cast, assessment):
    first = save(cast, assessment, "First words")
    then = content_of(to_read(assessment.pk))
    save(cast, assessment, "Other words")
    paper = read(assessment.pk, 7, as_of_seq=first)
    assert paper.content == then
    assert (paper.head_seq, paper.is_past) == (first, True)
    assert max(entry.seq for entry in paper.trail) == first
    html = html_of(paper)
    assert "First words" in html
    assert "Other words" not in html
    assert 'data-mark="Confidential · DRAFT, not signed · Looking back"' in html


def test_moment_that_never_was_is_refused(cast, assessment):
    before = Report.objects.count()
    newest = save(cast, assessment, "Words")
    for seq in (newest + 1, 0):
        with pytest.raises(ValidationError, match="did not exist"):
            actions.ask_report(by=cast.ada, assessment=assessment, state=State(as_of_seq=seq))
    assert Report.objects.count() == before


def test_page_shows_what_stood_then_and_offers_no_change(cast, sign_in, assessment):
    first = save(cast, assessment, "First words")
    save(cast, assessment, "Other words")
    address = reverse("history:as_of", args=["acme", assessment.pk])
    html = sign_in(cast.rob).get(address, {"seq": first}).content.decode()
    assert "First words" in html
    assert "Other words" not in html
    assert 'method="post"' not in html.partition("<main")[2].partition("</main")[0]


def test_page_compares_two_moments_word_by_word(cast, sign_in, assessment):
    first = save(cast, assessment, "First words")
    save(cast, assessment, "Other words")
    address = reverse("history:as_of", args=["acme", assessment.pk])
    sent = {"seq": first, "until": "2999-01-01T00:00"}
    html = sign_in(cast.rob).get(address, sent).content.decode()
    assert re.search(r"<del[^>]*>First</del>", html)
    assert re.search(r"<ins[^>]*>Other</ins>", html)


@pytest.fixture
def two_minutes(cast, assessment, monkeypatch):
    """Words of the last instant of one minute, and of the next; both as a page sends."""
    late = timezone.now().replace(second=59, microsecond=999_999) + timedelta(hours=1)
    later = late + timedelta(minutes=1)
    for at, note in ((late, "First words"), (later, "Other words")):
        monkeypatch.setattr(timezone, "now", lambda at=at: at)
        save(cast, assessment, note)
    return [timezone.localtime(at).strftime(ZONED) for at in (late, later)]


def test_a_minute_is_meant_to_its_last_instant(cast, sign_in, assessment, two_minutes):
    address = reverse("history:as_of", args=["acme", assessment.pk])
    text = sign_in(cast.rob).get(address, {"at": two_minutes[0]}).text
    assert "First words" in text


def test_two_moments_are_compared_forward_in_whatever_order(cast, sign_in, assessment, two_minutes):
    address = reverse("history:as_of", args=["acme", assessment.pk])
    sent = {"at": two_minutes[1], "until": two_minutes[0]}
    text = sign_in(cast.rob).get(address, sent).text
    assert re.search(r"<del[^>]*>First</del>", text)
    assert re.search(r"<ins[^>]*>Other</ins>", text)


def test_moment_to_compare_with_that_is_none_is_said(cast, sign_in, assessment):
    first = save(cast, assessment, "First words")
    address = reverse("history:as_of", args=["acme", assessment.pk])
    sent = {"seq": first, "until": "2000-01-01T00:00"}
    text = flat(sign_in(cast.rob).get(address, sent).text)
    assert "There is nothing to compare with" in text
    assert "First words" in text


@pytest.mark.parametrize(
    "sent",
    [
        {"at": "yesterday"},
        {"at": "0001-01-01T00:00"},
        {"at": "9999-99-99T99:99"},
        {"seq": "-1"},
        {"seq": "9" * 30},
        {"seq": "²"},
        {"at": "\x00"},
        {"at": "2026-01-01T00:00", "until": "<script>"},
    ],
)
def test_moment_that_is_none_is_said_in_words(cast, sign_in, assessment, sent):
    address = reverse("history:as_of", args=["acme", assessment.pk])
    response = sign_in(cast.rob).get(address, sent)
    assert response.status_code == 200
    words = "did not exist at that moment|is not a moment|is not an entry of this trail"
    assert re.search(words, flat(response.content.decode()))


def test_page_costs_the_same_with_few_and_many_events(
    cast, sign_in, assessment, django_assert_max_num_queries
):
    seqs = [save(cast, assessment, f"Words {n}") for n in range(12)]
    client = sign_in(cast.rob)
    address = reverse("history:as_of", args=["acme", assessment.pk])
    for seq in (seqs[0], seqs[-1]):
        with django_assert_max_num_queries(24):
            client.get(address, {"seq": seq})


def test_report_of_a_signed_assessment_shows_what_was_signed(cast):
    assessment = make_signed(cast)
    signed = assessment.signoffs.get()
    report = actions.ask_report(by=cast.ada, assessment=assessment)
    assert report.signoff == signed
    paper = read(assessment.pk, 1, revision=report.signoff.revision)
    assert paper.content.content_hash == signed.snapshot_id
    html = html_of(paper)
    assert signed.statement in html
    assert "Nobody has signed this state." not in html


def test_report_says_that_a_signature_is_void_and_still_shows_what_was_signed(cast):
    assessment = make_signed(cast)
    proof = Evidence.objects.get(attachments__answer__assessment=assessment)
    describe(by=cast.ada, evidence=proof, title="Another title")
    paper = read(assessment.pk, 1, revision=assessment.revision)
    html = " ".join(html_of(paper).split())
    assert "<strong>Void.</strong>" in html
    assert "Another title" not in html


def test_changes_of_a_new_revision_are_those_since_the_signature(cast):
    signed = make_signed(cast)
    kind = ReportOptions(kind=ReportKind.CHANGES)
    nothing = "there is nothing to compare"
    assert nothing in flat(html_of(read(signed.pk, 1, kind)))
    again = reopen(cast.otto, cast.ada, signed)
    answer(cast.con, again, "Q2", note="A better figure.")
    html = flat(html_of(read(again.pk, 2, kind)))
    assert nothing not in html
    sentence = "Opening revision 1 again was asked for by Otto Weber and approved by Ada"
    assert sentence in html
    assert "Revision 1 was signed by Rev Iewer" in html
    assert "Q2 note" in flat(re.sub(r"<[^>]+>", " ", html))
    german = ReportOptions(kind=ReportKind.CHANGES, language="de")
    text = re.sub(r"<[^>]+>", " ", html_of(read(again.pk, 2, german)))
    assert "Q2 Anmerkung" in flat(text)


@pytest.mark.slow
def test_page_of_a_moment_shows_state_facts_owner_comments_and_actions(cast, sign_in):
    signed = make_signed(cast, is_begun=True)
    event = Event.objects.get(action="assessment.signed")
    reopen(cast.otto, cast.ada, signed)
    page = reverse("history:as_of", args=["acme", signed.pk])
    ada = sign_in(cast.ada)
    text = flat(re.sub(r"<[^>]+>", " ", ada.get(page, {"seq": event.seq}).text))
    for words in (
        "Signed, revision 1",
        "Rev Iewer , Data protection officer",
        "AC-1",
        "Write it",
        "Con Tributor : It is in the binder.",
    ):
        assert words in text
    before = ada.get(page, {"seq": event.seq - 1}).text
    text = flat(re.sub(r"<[^>]+>", " ", before))
    assert "In review, revision 1" in text
    assert "Data protection officer" not in text
    newest = Event.objects.latest("seq").seq
    text = flat(re.sub(r"<[^>]+>", " ", ada.get(page, {"seq": newest}).text))
    assert "Running, revision 2" in text


def test_unsigned_report_says_so(cast, assessment):
    html = html_of(read(assessment.pk, 1))
    assert "Nobody has signed this state." in html
    assert "None: nobody has signed this state" in html


def test_state_is_chosen_on_the_page(cast, sign_in):
    assessment = make_signed(cast)
    address = reverse("reports:ask", args=["acme", assessment.pk])
    client = sign_in(cast.rob)
    assert "(revision 1)" in flat(client.get(address).content.decode())
    client.post(address, {"state": "1"})
    assert Report.objects.get().signoff.revision == 1
    assert client.post(address, {"state": "2"}).status_code == 422


def test_moment_is_chosen_on_the_page(cast, sign_in, assessment):
    first = save(cast, assessment, "First words")
    address = reverse("reports:ask", args=["acme", assessment.pk])
    client = sign_in(cast.rob)
    assert f"after entry {first}" in flat(client.get(address, {"seq": first}).content.decode())
    client.post(address, {"seq": first})
    assert Report.objects.get().as_of_seq == first
    assert client.post(address, {"seq": "999999"}).status_code == 422


def test_no_state_is_the_state_of_the_day(cast, assessment):
    report = actions.ask_report(by=cast.ada, assessment=assessment, state=NOW)
    assert (report.signoff, report.as_of_seq) == (None, None)
    assert Assessment.objects.get(pk=assessment.pk).is_open


def test_hostile_moment_of_text_stays_text(cast, sign_in, assessment):
    doing.attach(by=cast.con, answer=assessment.answers.first(), evidence=link(cast, "<b>x</b>"))
    seq = save(cast, assessment, "<script>alert(1)</script>")
    address = reverse("history:as_of", args=["acme", assessment.pk])
    html = sign_in(cast.rob).get(address, {"seq": seq}).content.decode()
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)" in html


def test_report_of_a_signed_assessment_keeps_its_bytes_whatever_follows(cast, sign_in, quick_files):
    assessment = make_signed(cast)
    report = actions.make_report(actions.ask_report(by=cast.ada, assessment=assessment).pk)
    address = reverse("reports:download", args=["acme", report.pk])
    client = sign_in(cast.rob)
    before = client.get(address).getvalue()
    proof = Evidence.objects.get(attachments__answer__assessment=assessment)
    describe(by=cast.ada, evidence=proof, title="Another title")
    reopen(cast.otto, cast.ada, assessment)
    save(cast, assessment, "Words of the next revision")
    assert client.get(address).getvalue() == before
    again = read(assessment.pk, report.number, revision=1)
    assert again.content.content_hash == report.content_hash


@pytest.mark.slow
def test_report_says_that_a_signature_was_given_in_another_installation(cast, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    edition = publish("Q1", "Q2", "Q3", organisation=cast.acme)
    came = brought_in(bundle_of(make_signed(cast, edition)), cast.other)
    html = " ".join(html_of(read(came.pk, 1, revision=1)).split())
    assert "This assessment came from another installation" in html
    own = " ".join(html_of(read(make_signed(cast).pk, 1, revision=1)).split())
    assert "This assessment came from another installation" not in own


def asked_again(client, report):
    """Sends the form of a report that was not made, as the page gives it."""
    Report.objects.filter(pk=report.pk).update(status="failed", problem="No.")
    html = client.get(report.get_absolute_url()).content.decode()
    form = html.partition("Ask for it again")[0].rpartition("<form")[2]
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    fields.pop("csrfmiddlewaretoken", None)
    client.post(re.search(r'action="([^"]+)"', form)[1], fields)
    return Report.objects.exclude(pk=report.pk).get()


def test_report_asked_for_again_shows_the_same_moment(cast, sign_in, assessment):
    state = State(as_of_seq=save(cast, assessment, "First words"))
    save(cast, assessment, "Other words")
    report = actions.ask_report(by=cast.rob, assessment=assessment, state=state)
    again = asked_again(sign_in(cast.rob), report)
    assert (again.as_of_seq, again.signoff) == (report.as_of_seq, None)


def test_report_asked_for_again_shows_the_same_revision(cast, sign_in):
    assessment = make_signed(cast)
    report = actions.ask_report(by=cast.rob, assessment=assessment)
    reopen(cast.otto, cast.ada, assessment)
    again = asked_again(sign_in(cast.rob), report)
    assert again.signoff == report.signoff


def test_report_of_the_day_asked_for_again_is_one_of_the_day(cast, sign_in, assessment):
    report = actions.ask_report(by=cast.rob, assessment=assessment)
    again = asked_again(sign_in(cast.rob), report)
    assert (again.as_of_seq, again.signoff) == (None, None)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"at": "garbage"}, "“garbage” is not a moment. Give a day and a time"),
        (
            {"at": "0001-01-01T00:00"},
            "did not exist at that moment. Choose a later one",
        ),
        ({"at": "9999-12-31T23:59"}, "9999-12-31T23:59 is in the future"),
        ({"at": "2999-01-01T00:00", "until": "x"}, "“x” is not a moment."),
        ({"seq": "abc"}, "“abc” is not an entry of this trail."),
    ],
)
def test_what_is_no_moment_is_said(cast, sign_in, assessment, asked, said):
    address = reverse("history:as_of", args=["acme", assessment.pk])
    page = unescape(sign_in(cast.otto).get(address, asked).text)
    assert said in page
    is_early = asked.get("at", "").startswith("0001")
    assert ("Choose a later one" in page) == is_early


@pytest.fixture
def torn(cast, assessment):
    """An answer with evidence, and the trail without events of some types; its newest."""
    proof = link(cast)
    first = assessment.answers.order_by("pk").first()
    doing.attach(by=cast.con, answer=first, evidence=proof)
    newest = save(cast, assessment, "Words")

    def tear(action):
        with Guardless():
            Event.objects.filter(action=action).delete()
        attached = Event.objects.filter(action="evidence.attached").first()
        return SimpleNamespace(newest=newest, proof=proof, answer=first, attached=attached)

    return tear


LACKING = {
    "evidence.added": "event {0.attached.seq} names the evidence {0.proof.pk}",
    "assessment.started": "event {0.newest} names the answer {0.answer.pk}",
}


@pytest.mark.parametrize("action", LACKING)
def test_moment_whose_trail_lacks_a_row_is_refused_with_row_and_event(
    cast, sign_in, assessment, torn, action
):
    gap = torn(action)
    words = LACKING[action].format(gap)
    address = reverse("history:as_of", args=["acme", assessment.pk])
    for sent in ({"seq": gap.newest}, {"seq": gap.newest, "until": "2999-01-01T00:00"}):
        page = sign_in(cast.rob).get(address, sent)
        assert page.status_code == 200
        assert f"The trail lacks a row: {words}" in flat(page.text)
        assert "did not exist at" not in page.text


def test_report_of_a_moment_whose_trail_lacks_a_row_fails_with_words(cast, assessment, torn):
    gap = torn("evidence.added")
    report = actions.ask_report(by=cast.ada, assessment=assessment, state=State(as_of_seq=gap.newest))
    made = actions.make_report(report.pk)
    assert made.status == "failed"
    assert str(gap.proof.pk) in made.problem
