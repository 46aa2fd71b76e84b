"""The workspace over HTTP: with htmx and without, for members and for nobody else."""

import re

import pytest
from django.urls import reverse

from compliance.models import Answer
from compliance.proof.audit.models import Event
from tests.support.factories import attach, make_assessment, make_edition, make_link
from tests.support.page_text import flat

HTMX = {"HX-Request": "true"}


@pytest.fixture
def assessment(cast):
    return make_assessment(cast.acme, cast.ada, make_edition(questions=6, sections=2))


@pytest.fixture
def answers(assessment):
    return list(assessment.answers.order_by("question__position"))


def url(name, assessment, *args):
    return reverse(f"workspace:{name}", args=["acme", assessment.pk, *args])


def post(client, answer, headers=HTMX, **fields):
    address = url("answer_save", answer.assessment, answer.pk)
    return client.post(address, {"base": 0} | fields, headers=headers)


def fresh(answer):
    return Answer.objects.get(pk=answer.pk)


def test_page_shows_the_questions_and_their_sections(cast, sign_in, assessment):
    page = sign_in(cast.con).get(assessment.get_absolute_url()).content.decode()
    assert "0</strong> of 6 answered" in page
    page = flat(page)
    assert re.findall(r'class="qid">(Q\d)<', page) == [f"Q{n}" for n in range(1, 7)]
    assert re.findall(r"<h2 id=[^>]+>(\d Section \d)<", page) == [
        "1 Section 1",
        "2 Section 2",
    ]


def test_reader_sees_answers_but_no_way_to_change_them(cast, sign_in, assessment, answers):
    page = sign_in(cast.rob).get(f"{assessment.get_absolute_url()}?open={answers[0].pk}")
    text = page.content.decode()
    assert not re.search(r'hx-post="[^"]+/save/"', text)
    assert re.search(r'name="verdict" value="met"[^>]* disabled', flat(text))
    assert post(sign_in(cast.rob), answers[0], verdict="met").status_code == 403
    assert fresh(answers[0]).version == 0


def test_saved_reply_brings_the_new_version_and_touches_no_field(cast, sign_in, answers):
    reply = post(sign_in(cast.con), answers[0], verdict="met", note="Kept.")
    text = reply.content.decode()
    assert reply.status_code == 200
    assert re.search(r'name="base" value="1" id="base-\d+" hx-swap-oob="true"', text)
    assert re.search(r"1\s+of \d answered", text)
    assert "<textarea" not in text
    assert 'type="radio"' not in text


def test_reply_to_a_note_leaves_marks_and_counts_alone(cast, sign_in, answers):
    text = post(sign_in(cast.con), answers[0], note="Kept.").content.decode()
    assert "saved." in flat(text)
    assert not re.search('id="marks-|#tree-|data-section', text)


def test_reply_to_a_note_brings_marks_that_someone_else_changed(cast, sign_in, answers):
    post(sign_in(cast.ada), answers[0], owner=cast.con.pk)
    text = post(sign_in(cast.con), answers[0], note="Kept.").content.decode()
    assert "Owner Con Tributor" in flat(text)
    assert re.search('id="marks-', text)


def test_numbers_of_the_whole_follow_with_the_filters(cast, sign_in, assessment, answers):
    con = sign_in(cast.con)
    post(con, answers[0], verdict="met")
    text = con.get(f"{assessment.get_absolute_url()}progress/", headers=HTMX).content
    assert "<strong>1</strong>of 6 answered" in flat(text.decode())


def test_save_without_htmx_returns_to_the_row(cast, sign_in, assessment, answers):
    reply = post(sign_in(cast.con), answers[0], headers={}, verdict="partly")
    assert reply.url == f"{assessment.get_absolute_url()}?open={answers[0].pk}"
    assert fresh(answers[0]).verdict == "partly"


def test_conflict_shows_both_texts_and_three_ways_out(cast, sign_in, answers):
    post(sign_in(cast.ada), answers[0], note="Ada's <b>text</b>")
    reply = post(sign_in(cast.con), answers[0], note="Con's text", verdict="met")
    text = reply.content.decode()
    assert reply.status_code == 409
    assert "Ada&#x27;s" in text
    assert "Con&#x27;s" in text
    assert "<b>text" not in text
    assert re.findall(r"<button[^>]*>(Keep [^<]+)<", flat(text)) == [
        "Keep mine",
        "Keep theirs",
        "Keep both, one after the other",
    ]


def test_conflict_without_htmx_is_a_page_with_both_texts(cast, sign_in, answers):
    post(sign_in(cast.ada), answers[0], note="Ada")
    reply = post(sign_in(cast.con), answers[0], headers={}, note="Con")
    text = reply.content.decode()
    assert reply.status_code == 409
    assert "<title>" in text
    assert "Keep mine" in text
    assert 'name="note" value="Con"' in text


def test_keeping_both_saves_one_text_after_the_other(cast, sign_in, answers):
    client = sign_in(cast.con)
    post(sign_in(cast.ada), answers[0], note="Ada")
    text = post(client, answers[0], note="Con").content.decode()
    form = re.search(r'<form\s+id="both-.*?</form>', text, re.DOTALL).group()
    fields = dict(re.findall(r'name="(\w+)"\s+value="([^"]*)"', form))
    reply = post(client, answers[0], **{k: v for k, v in fields.items() if "csrf" not in k})
    assert reply.status_code == 200
    assert fresh(answers[0]).note == "Ada\n\nCon"
    assert f'<li id="answer-{answers[0].pk}" hx-swap-oob="true">' in reply.content.decode()


def test_not_applicable_without_reason_is_refused_and_nothing_is_lost(cast, sign_in, answers):
    reply = post(sign_in(cast.con), answers[0], headers={}, verdict="na", note="Typed")
    text = reply.content.decode()
    assert reply.status_code == 422
    assert "Give a reason why Q1 does not apply." in text
    assert "Typed</textarea>" in text
    assert fresh(answers[0]).version == 0


@pytest.mark.parametrize("bad", ["\x00", "\x1b[31m", "\x07"])
def test_control_characters_are_refused_with_words(cast, sign_in, answers, bad):
    reply = post(sign_in(cast.con), answers[0], note=f"a{bad}b")
    assert reply.status_code == 422
    assert "control character" in reply.content.decode() or bad == "\x00"
    assert fresh(answers[0]).note == ""


@pytest.mark.parametrize(
    "text",
    [
        "line\nbreak\ttab",
        "🙂 👩‍👩‍👧 é é",
        "مرحبا \u202eabc",
        "<script>alert(1)</script>{{ 7*7 }}{% now 'Y' %}",
        "x" * 100_000,
        "  leading and trailing  ",
    ],
)
def test_any_other_text_is_kept_and_shown_whole(cast, sign_in, assessment, answers, text):
    client = sign_in(cast.con)
    assert post(client, answers[0], note=text).status_code == 200
    assert fresh(answers[0]).note == text
    page = client.get(f"{assessment.get_absolute_url()}?open={answers[0].pk}")
    shown = re.search(r'name="note"[^>]*>\n(.*?)</textarea>', page.content.decode(), re.S)
    escaped = shown.group(1)
    for raw, html in (("&lt;", "<"), ("&gt;", ">"), ("&#x27;", "'"), ("&amp;", "&")):
        escaped = escaped.replace(raw, html)
    assert escaped == text


def test_text_that_is_too_long_is_refused_with_its_length(cast, sign_in, answers):
    reply = post(sign_in(cast.con), answers[0], note="x" * 100_001)
    assert reply.status_code == 422
    assert "100001 characters" in reply.content.decode()


def test_toast_names_the_verdict_only_where_it_changed(cast, sign_in, answers):
    client = sign_in(cast.con)
    assert "Q1: Met, saved." in flat(post(client, answers[0], verdict="met").text)
    assert "Q1, saved." in flat(post(client, answers[0], base=1, note="Why").text)


def test_undo_brings_the_row_back(cast, sign_in, assessment, answers):
    client = sign_in(cast.con)
    post(client, answers[0], verdict="met")
    seq = Event.objects.get().seq
    reply = client.post(url("undo", assessment, seq), headers=HTMX)
    assert "Undone." in reply.content.decode()
    assert fresh(answers[0]).verdict == "unanswered"
    again = client.post(url("undo", assessment, seq), headers=HTMX)
    assert "Undone." in again.content.decode()
    post(client, fresh(answers[0]), verdict="partly")
    late = client.post(url("undo", assessment, seq), headers=HTMX)
    assert "changed again since" in late.content.decode()


@pytest.mark.slow
def test_filters_and_search_narrow_the_list(cast, sign_in, assessment, answers):
    client = sign_in(cast.con)
    post(client, answers[0], verdict="not_met")
    post(client, answers[1], verdict="met", owner=cast.con.pk)

    def keys(query):
        page = client.get(f"{assessment.get_absolute_url()}?{query}").content.decode()
        return re.findall(r'class="qid">(Q\d)<', page)

    assert keys("show=unanswered") == ["Q3", "Q4", "Q5", "Q6"]
    assert keys("show=not-met") == ["Q1"]
    assert keys("show=mine") == ["Q2"]
    assert keys("show=no-evidence") == ["Q2"]
    assert keys("q=duty 4") == ["Q4"]
    unknown = client.get(assessment.get_absolute_url(), {"show": "nonsense"}).text
    assert "There is no filter “<bdi>nonsense</bdi>”, so you see all" in unknown
    assert keys("q=%00") == keys("show=nonsense") == [f"Q{n}" for n in range(1, 7)]
    attach(answers[1], make_link(cast.acme, cast.con))
    assert keys("show=no-evidence") == []


SHORT = {
    "because": "A small firm begins here.",
    "when": {"data": "health"},
    "questions": ["Q2", "Q5"],
}


def test_short_path_shows_what_to_begin_with_and_hides_nothing(cast, sign_in):
    edition = make_edition(questions=6, essentials=SHORT)
    assessment = make_assessment(cast.acme, cast.ada, edition, facts={"data": ["health"]})
    client = sign_in(cast.con)
    every = client.get(assessment.get_absolute_url()).text
    assert re.findall(r'class="qid">(Q\d)<', every) == [f"Q{n}" for n in range(1, 7)]
    said = "Begin with 2 essentials. 4 more questions apply to you too"
    assert said in " ".join(flat(every).split())
    first = client.get(f"{assessment.get_absolute_url()}?show=essentials").text
    assert re.findall(r'class="qid">(Q\d)<', first) == ["Q2", "Q5"]
    assert said in " ".join(flat(first).split())


@pytest.mark.parametrize("facts", [{}, {"data": None}, {"data": ["children"]}])
def test_no_short_path_while_its_facts_are_open_or_others(cast, sign_in, facts):
    edition = make_edition(questions=6, essentials=SHORT)
    assessment = make_assessment(cast.acme, cast.ada, edition, facts=facts)
    client = sign_in(cast.con)
    assert "ssentials" not in client.get(assessment.get_absolute_url()).text
    asked = client.get(f"{assessment.get_absolute_url()}?show=essentials").text
    assert "Begin with" not in asked


def test_panel_shows_guidance_law_history_and_comments(cast, sign_in, assessment, answers):
    client = sign_in(cast.con)
    post(client, answers[0], verdict="met", note="One two")
    post(client, answers[0], base=1, note="One three")
    tabs = {
        tab: client.get(url("panel", assessment, answers[0].pk, tab)).content.decode()
        for tab in ("guidance", "law", "history", "comments")
    }
    assert "A list is kept." in tabs["guidance"]
    assert "not legal advice" in flat(tabs["law"])
    past = flat(tabs["history"])
    assert '<del class="whole">two</del><ins class="whole">three</ins>' in past
    assert "No comments yet." in tabs["comments"]
    assert client.get(url("panel", assessment, answers[0].pk, "secrets")).status_code == 404


def test_comment_is_written_and_shown_as_it_is(cast, sign_in, assessment, answers):
    client = sign_in(cast.rev)
    address = url("comment_add", assessment, answers[0].pk)
    client.post(address, {"text": "<i>Why?</i>"}, headers=HTMX)
    reply = client.post(address, {"text": "  "}, headers=HTMX)
    text = reply.content.decode()
    assert reply.status_code == 422
    assert "&lt;i&gt;Why?&lt;/i&gt;" in text
    assert "Write something first." in text
    assert Event.objects.get().action == "comment.written"


def test_evidence_is_used_once_and_taken_out_again(cast, sign_in, assessment, answers):
    client = sign_in(cast.con)
    evidence = make_link(cast.acme, cast.ada)
    use = url("proof_use", assessment, answers[0].pk, evidence.pk)
    client.post(use)
    client.post(use)
    assert answers[0].attachments.count() == 1
    client.post(url("proof_drop", assessment, answers[0].pk, evidence.pk))
    assert answers[0].attachments.count() == 0
    actions = list(Event.objects.order_by("seq").values_list("action", flat=True))
    assert actions == ["evidence.attached", "evidence.detached"]


def test_evidence_of_another_organisation_cannot_be_used(cast, sign_in, assessment, answers):
    evidence = make_link(cast.other, cast.zoe)
    use = url("proof_use", assessment, answers[0].pk, evidence.pk)
    assert sign_in(cast.con).post(use).status_code == 404
    assert answers[0].attachments.count() == 0


def test_expired_session_gets_an_event_and_no_sign_in_page(client, answers, db):
    reply = post(client, answers[0], verdict="met")
    assert (reply.status_code, reply.content) == (401, b"")
    assert reply.headers["HX-Trigger"] == "attest:signed-out"


def test_stranger_finds_nothing(cast, sign_in, assessment, answers):
    zoe = sign_in(cast.zoe)
    assert zoe.get(assessment.get_absolute_url()).status_code == 404
    assert post(zoe, answers[0], verdict="met").status_code == 404
    other = make_assessment(cast.other, cast.zoe)
    foreign = reverse("workspace:answer_save", args=["other", other.pk, answers[0].pk])
    assert zoe.post(foreign, {"base": 0, "verdict": "met"}).status_code == 404
    assert fresh(answers[0]).version == 0
