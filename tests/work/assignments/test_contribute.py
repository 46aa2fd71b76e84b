"""The page of somebody who was asked: only theirs, one at a time, nothing lost."""

from datetime import date

import pytest

from compliance.models import Answer, Choice
from compliance.work.assessments import actions
from compliance.work.assignments import actions as assignments
from compliance.work.assignments import mine
from compliance.work.assignments.mine import counted, share
from tests.support.factories import (
    make_assessment,
    make_draft,
    make_edition,
    make_link,
    make_proposal,
    make_question,
    publish,
)
from tests.support.mail_queue import send_queued


@pytest.fixture
def assessment(cast):
    return make_assessment(cast.acme, cast.ada, make_edition(questions=8, sections=2))


@pytest.fixture
def own(cast, assessment):
    """Six questions that Ada asked Con for, by position; Q3 and Q2 are due first."""
    rows = list(assessment.answers.order_by("question__position")[:6])
    assignments.assign(
        by=cast.ada,
        organisation=cast.acme,
        assessment_id=assessment.pk,
        answer_ids=[row.pk for row in rows],
        to=cast.con,
    )
    for row, day in ((rows[2], 12), (rows[1], 18)):
        Answer.objects.filter(pk=row.pk).update(due_on=date(2026, 12, day))
    send_queued()
    for row in rows:
        row.refresh_from_db()
    return rows


@pytest.fixture
def con(cast, sign_in):
    return sign_in(cast.con)


def url(assessment, answer=None):
    tail = f"{answer.pk}/" if answer else ""
    return f"/o/acme/assessments/{assessment.pk}/mine/{tail}"


def typed(answer, **fields):
    return {"base": answer.version, "note": "", "reason": "", **fields}


def opened(page):
    line = page.context["line"]
    return line.answer if line else None


def plain(page):
    return " ".join(page.text.split())


def test_page_shows_only_ones_own_and_opens_what_is_due_first(con, assessment, own):
    page = con.get(url(assessment))
    assert opened(page) == own[2]
    assert "Six questions for you, <bdi>Con</bdi>" in plain(page)
    assert "<bdi>Ada Lindqvist</bdi> asks for your help" in page.text
    assert "Next due on 12 December 2026." in page.text
    assert "Question 1 of 6" in page.text
    assert "The other five" in page.text
    assert ("Duty 6" in page.text, "Duty 7" in page.text) == (True, False)
    for word in ("Met", "Partly", "Not met", "Not applicable", "I don&#x27;t know"):
        assert f"</span> {word}</label>" in plain(page)


def test_save_goes_on_to_the_next_until_all_are_done(con, assessment, own):
    seen = []
    page = con.get(url(assessment))
    while answer := opened(page):
        seen.append(answer.question.key)
        data = typed(answer, verdict="met", note="Seen.", want="mine")
        page = con.post(url(assessment, answer), data, follow=True)
        assert page.status_code == 200
    assert seen == ["Q3", "Q2", "Q1", "Q4", "Q5", "Q6"]
    assert "All done, <bdi>Con</bdi>" in plain(page)
    assert "<bdi>Ada Lindqvist</bdi> sees your answers at once." in plain(page)
    assert set(
        Answer.objects.filter(pk__in=[a.pk for a in own]).values_list("verdict", "note", "changed_by__name")
    ) == {("met", "Seen.", "Con Tributor")}


def test_dont_know_is_an_answer_and_is_not_asked_again(con, assessment, own):
    data = typed(own[2], verdict="dont_know")
    page = con.post(url(assessment, own[2]), data, follow=True)
    assert opened(page) == own[1]
    own[2].refresh_from_db()
    assert own[2].verdict == "dont_know"


def test_na_asks_for_its_reason_and_keeps_what_was_typed(con, assessment, own):
    data = typed(own[2], verdict="na", note="We have none.")
    page = con.post(url(assessment, own[2]), data)
    assert page.status_code == 422
    assert "Give a reason why Q3 does not apply." in page.text
    assert "We have none.</textarea>" in page.text
    own[2].refresh_from_db()
    assert (own[2].verdict, own[2].version) == ("unanswered", 1)
    again = con.post(url(assessment, own[2]), data | {"reason": "No such system."})
    assert again.status_code == 302


def test_question_that_is_given_back_needs_no_reason(con, assessment, own):
    data = typed(own[2], verdict="na", note="Typed before.", then="hand-back")
    reply = con.post(url(assessment, own[2]), data)
    assert (reply.status_code, reply.url) == (
        302,
        f"{url(assessment, own[2])}hand-back/",
    )
    own[2].refresh_from_db()
    assert (own[2].verdict, own[2].note) == ("unanswered", "Typed before.")


def change(by, answer, **changes):
    actions.save_answer(
        by=by,
        organisation=answer.assessment.organisation,
        assessment_id=answer.assessment_id,
        answer_id=answer.pk,
        changes=changes,
        base=answer.version,
    )


def test_conflict_shows_both_texts_and_is_settled_without_script(cast, con, assessment, own):
    answer = own[2]
    change(cast.ada, answer, note="Ada's text")
    page = con.post(url(assessment, answer), typed(answer, note="My text"))
    assert page.status_code == 409
    for text in ("Ada&#x27;s", "My", "Keep mine", "Keep theirs"):
        assert text in page.text
    assert f'action="{url(assessment, answer)}"' in page.text
    base = page.context["known"]
    data = typed(answer, note="My text") | {"base": str(base), "want": "row"}
    done = con.post(url(assessment, answer), data)
    assert (done.status_code, done.url) == (302, f"{url(assessment)}?after={answer.pk}")
    answer.refresh_from_db()
    assert answer.note == "My text"


def test_change_of_another_field_is_merged(cast, con, assessment, own):
    change(cast.ada, own[2], note="Ada's text")
    data = typed(own[2], verdict="partly")
    assert con.post(url(assessment, own[2]), data).status_code == 302
    own[2].refresh_from_db()
    assert (own[2].verdict, own[2].note) == ("partly", "Ada's text")


def test_autosave_answers_with_the_new_version_only(con, assessment, own):
    address = f"/o/acme/assessments/{assessment.pk}/answers/{own[0].pk}/save/"
    data = typed(own[0], verdict="met", want="mine")
    reply = con.post(address, data, headers={"HX-Request": "true"})
    assert reply.status_code == 200
    assert f'value="2" id="base-{own[0].pk}"' in plain(reply)
    assert ('id="save"' in reply.text, "hx-swap-oob" in reply.text) == (True, True)
    assert ("tree-" in reply.text, "undo" in reply.text) == (False, False)


def test_evidence_is_added_and_leads_back_here(cast, con, assessment, own):
    answer = own[0]
    data = typed(answer, note="Typed before", then="evidence")
    reply = con.post(url(assessment, answer), data)
    page = con.get(reply.url)
    assert page.status_code == 200
    answer.refresh_from_db()
    assert answer.note == "Typed before"
    back = f"{url(assessment)}?open={answer.pk}"
    assert back in page.text
    proof = make_link(cast.acme, cast.ada)
    use = reply.url.split("?")[0] + f"{proof.pk}/use/"
    assert con.post(use, {"back": "mine"}).url == back
    new = {"title": "A link", "url": "https://intranet.example.org/x"}
    assert con.post(reply.url, new).url == back
    assert "A link" in con.get(back).text


def test_hand_back_page_gives_the_question_to_somebody_else(cast, con, assessment, own):
    page = con.get(f"{url(assessment, own[0])}hand-back/")
    names = [name for _, name in page.context["form"].fields["to"].choices]
    assert names == ["I do not know", "Ada Lindqvist", "Otto Weber"]
    data = {"reason": "Otto runs it.", "to": cast.otto.pk}
    done = con.post(f"{url(assessment, own[0])}hand-back/", data, follow=True)
    assert "Q1 is Otto Weber&#x27;s now" in done.text
    assert "Mail sent to: Otto Weber, Ada Lindqvist." in done.text
    assert "Five questions for you" in plain(done)
    own[0].refresh_from_db()
    assert own[0].owner == cast.otto
    again = con.post(f"{url(assessment, own[0])}hand-back/", data)
    assert (again.status_code, "no longer yours" in again.text) == (422, True)
    assert own[0].comments.count() == 1


def test_hand_back_wants_a_reason(con, assessment, own):
    page = con.post(f"{url(assessment, own[0])}hand-back/", {"reason": " "})
    assert (page.status_code, "Give the reason" in page.text) == (422, True)


def test_question_of_somebody_else_is_not_opened(con, assessment, own):
    other = assessment.answers.order_by("-question__position").first()
    page = con.get(f"{url(assessment)}?open={other.pk}")
    assert opened(page) == own[2]
    page = con.get(f"{url(assessment, other)}hand-back/", follow=True)
    assert (page.redirect_chain[-1][0], "Q8 is not yours." in page.text) == (
        url(assessment),
        True,
    )


@pytest.mark.parametrize("query", ["?open=x", "?after=999999", "?after=-1", "?open="])
def test_nonsense_in_the_address_opens_the_first(con, assessment, own, query):
    page = con.get(f"{url(assessment)}{query}", follow=True)
    assert (page.status_code, opened(page)) == (200, own[2])


def test_closed_assessment_is_shown_and_refuses(con, assessment, own):
    assessment.status = "archived"
    assessment.save()
    page = con.get(url(assessment))
    assert "This assessment is closed" in page.text
    assert ("Save and go on" in page.text, "hx-post" in page.text) == (False, False)
    reply = con.post(url(assessment, own[0]), typed(own[0], verdict="met"))
    assert (reply.status_code, "closed" in reply.text) == (422, True)


def test_person_without_questions_reads_so(cast, sign_in, assessment, own):
    page = sign_in(cast.otto).get(url(assessment))
    assert (page.status_code, "No question waits for you" in page.text) == (200, True)


def test_readers_have_no_such_page(cast, sign_in, assessment, own):
    for person in (cast.rob, cast.rev, cast.aud):
        assert sign_in(person).get(url(assessment)).status_code == 403
    assert sign_in(cast.zoe).get(url(assessment)).status_code == 404


def test_hostile_text_stays_text(cast, con, assessment, own):
    text = "</textarea><script>alert(1)</script>\u202e \n  x"
    change(cast.ada, own[2], note=text)
    page = con.get(url(assessment))
    assert "<script>alert(1)" not in page.text
    assert opened(page).note == text
    huge = con.post(url(assessment, own[0]), typed(own[0], note="x" * 100_001))
    assert (huge.status_code, "100,000 fit" in huge.text) == (422, True)


KINDS = {
    "number": ({"number": {"unit": "days", "at_most": 31}}, "30", "met"),
    "choice": ({}, "b", "partly"),
    "stage": ({}, "a", "met"),
    "choices": ({}, ["a", "b"], "partly"),
}


def make_valued(cast, kind, **fields):
    edition = make_draft(questions=1)
    question = make_question(edition, edition.sections.get(), 2, key="V1", kind=kind, **fields)
    question.save()
    if kind in {"choice", "choices", "stage"}:
        for at, (key, verdict) in enumerate([("a", "met"), ("b", "partly")], 1):
            Choice.objects.create(
                question=question,
                key=key,
                label=f"Label {key}",
                verdict=verdict,
                position=at,
            )
    assessment = make_assessment(cast.acme, cast.ada, publish(edition))
    assessment.answers.filter(question=question).update(owner=cast.con)
    return assessment, assessment.answers.get(question=question)


@pytest.mark.parametrize("kind", KINDS)
def test_value_decides_and_can_be_set_aside(cast, con, kind):
    fields, value, verdict = KINDS[kind]
    assessment, answer = make_valued(cast, kind, **fields)
    page = con.get(url(assessment))
    assert "Counts as:" in page.text
    data = typed(answer, value=value, verdict="unanswered")
    assert con.post(url(assessment, answer), data).status_code == 302
    answer.refresh_from_db()
    assert (answer.verdict, answer.value) == (verdict, value)
    data = typed(answer, value=value, verdict="dont_know")
    assert con.post(url(assessment, answer), data).status_code == 302
    answer.refresh_from_db()
    assert answer.verdict == "dont_know"


@pytest.mark.parametrize(("kind", "value"), [("date", "2026-12-31"), ("text", "So.")])
def test_date_and_text_stand_beside_the_answer(cast, con, kind, value):
    assessment, answer = make_valued(cast, kind)
    data = typed(answer, value=value, verdict="met")
    assert con.post(url(assessment, answer), data).status_code == 302
    answer.refresh_from_db()
    assert (answer.verdict, answer.value) == ("met", value)


@pytest.mark.parametrize("number", ["soon", "1,200"])
def test_wrong_number_is_refused_and_kept(cast, con, number):
    assessment, answer = make_valued(cast, "number", **KINDS["number"][0])
    data = typed(answer, value=number, verdict="unanswered", note="Long text")
    page = con.post(url(assessment, answer), data)
    assert page.status_code == 422
    assert (f'value="{number}"' in page.text, "Long text</textarea>" in page.text) == (
        True,
        True,
    )


def test_all_ones_questions_are_grouped_by_assessment(cast, con, assessment, own):
    assert con.get("/o/acme/assessments/mine/").url == url(assessment)
    other = make_assessment(cast.acme, cast.ada, subject="Second")
    other.answers.update(owner=cast.con)
    closed = make_assessment(cast.acme, cast.ada, subject="Third", status="archived")
    closed.answers.update(owner=cast.con)
    page = con.get("/o/acme/assessments/mine/")
    subjects = [str(s.assessment.subject) for s in page.context["shares"]]
    assert subjects == ["Acme", "Second"]
    assert "Six questions, 6 unanswered" in page.text


def test_contributor_lands_on_their_questions(cast, con, sign_in, assessment, own):
    assert con.get("/").url == "/o/acme/assessments/mine/"
    assert sign_in(cast.otto).get("/").url == "/o/acme/"
    assessment.answers.update(owner=None)
    assert con.get("/").url == "/o/acme/"


def test_home_leads_contributors_to_their_page(cast, con, sign_in, assessment, own):
    link = f"{url(assessment)}?open={own[2].pk}"
    assert link in con.get("/o/acme/").text
    assessment.answers.update(owner=cast.otto)
    assert link not in sign_in(cast.otto).get("/o/acme/").text


def test_numbers_are_words_up_to_twelve():
    words = [counted(number) for number in (0, 1, 6, 12, 13)]
    assert words == [
        "no questions",
        "one question",
        "six questions",
        "twelve questions",
        "13 questions",
    ]


def test_next_turns_round_at_the_end(cast, assessment, own):
    theirs = share(assessment, cast.con)
    last = theirs.answers[-1]
    assert theirs.after(last.pk) == theirs.answers[0]
    assert theirs.place_of(last) == 6


def test_of_very_many_the_next_ones_are_listed(cast, con, monkeypatch):
    monkeypatch.setattr(mine, "MOST_SHOWN", 3)
    assessment = make_assessment(cast.acme, cast.ada, make_edition(questions=8))
    assessment.answers.update(owner=cast.con)
    rows = list(assessment.answers.order_by("question__position"))
    theirs = share(assessment, cast.con)
    listed = [[a.question.key for a in theirs.others(row)] for row in (None, rows[6])]
    assert listed == [["Q1", "Q2", "Q3"], ["Q8", "Q1", "Q2"]]
    monkeypatch.undo()
    assert len(theirs.others(rows[6])) == 7


@pytest.mark.slow
def test_number_of_queries_does_not_grow(cast, con, django_assert_max_num_queries):
    for count in (2, 60):
        assessment = make_assessment(cast.acme, cast.ada, make_edition(questions=count))
        assessment.answers.update(owner=cast.con)
        with django_assert_max_num_queries(11):
            con.get(url(assessment))


def proposal_for(con_user, answer, **more):
    return make_proposal(answer, con_user, {"verdict": "partly", "note": "Two of three."}, **more)


def test_proposal_stands_below_the_question_and_is_used_from_there(cast, own, con):
    first = own[2]
    piece = make_link(cast.acme, cast.ada)
    made = proposal_for(cast.con, first, why="The register.", evidence=[piece])
    shown = con.get(f"{url(first.assessment)}?open={first.pk}").content.decode()
    assert "Proposed by <bdi>Assistant</bdi>" in shown
    assert "The register." in shown
    form = shown[shown.index(f'id="use-{made.pk}"') :].partition("</form>")[0]
    assert f'action="{url(first.assessment, first)}"' in form
    assert "hx-post" not in form
    sent = typed(first, verdict="partly", note="Two of four.", proposal=made.pk)
    del sent["reason"]
    reply = con.post(url(first.assessment, first), sent | {"grounds": piece.pk})
    assert reply["Location"] == f"{url(first.assessment)}?after={first.pk}"
    first.refresh_from_db()
    made.refresh_from_db()
    assert (first.verdict, first.note, made.state) == (
        "partly",
        "Two of four.",
        "used",
    )
    assert [one.evidence for one in first.attachments.all()] == [piece]


def test_proposal_is_set_aside_and_brought_back_on_ones_own_page(cast, own, con):
    first = own[2]
    made = proposal_for(cast.con, first)
    page, base = url(first.assessment), f"/o/acme/assessments/{first.assessment_id}/"
    aside = f"{base}answers/{first.pk}/proposals/{made.pk}/aside/"
    there = con.post(aside, {"want": "mine", "reason": "No."})["Location"]
    assert there.startswith(f"{page}?open={first.pk}&aside=")
    shown = con.get(there).content.decode()
    assert f"proposed-{made.pk}" not in shown
    seq = there.rpartition("=")[2]
    assert f'action="{base}proposals/undo/{seq}/"' in shown
    back = con.post(f"{base}proposals/undo/{seq}/", {"want": "mine"})
    assert back["Location"] == f"{page}?open={first.pk}"
    shown = con.get(back["Location"]).content.decode()
    assert f"proposed-{made.pk}" in shown
    assert "The proposal is open again." in shown


@pytest.mark.parametrize("aside", ["x", "-1", "9" * 30, "", "0"])
def test_nonsense_in_the_address_of_an_undo_is_no_fault(aside, own, con):
    reply = con.get(url(own[0].assessment), {"aside": aside})
    assert reply.status_code == 200


def test_change_by_another_meets_a_use_with_both_texts(cast, own, con):
    first = own[2]
    made = proposal_for(cast.con, first)
    sent = typed(first, verdict="partly", note="Two of three.", proposal=made.pk)
    actions.save_answer(
        by=cast.ada,
        organisation=cast.acme,
        assessment_id=first.assessment_id,
        answer_id=first.pk,
        changes={"note": "Ada was here."},
        base=0,
    )
    reply = con.post(url(first.assessment, first), sent)
    shown = reply.content.decode()
    assert (reply.status_code, "Ada was here." in shown) == (409, True)
    made.refresh_from_db()
    assert made.state == "open"
    keep = ("proposal", str(made.pk))
    assert keep in reply.context["conflict"].keep_mine


def test_foreign_proposal_is_not_found_on_ones_own_page(cast, own, con):
    other = make_assessment(cast.other, cast.zoe).answers.first()
    theirs = make_proposal(other, cast.zoe)
    first = own[2]
    sent = typed(first, verdict="partly", proposal=theirs.pk)
    assert con.post(url(first.assessment, first), sent).status_code == 404
    first.refresh_from_db()
    assert first.verdict == "unanswered"
