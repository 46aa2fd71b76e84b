"""People decide about proposals: beside the row they use one as theirs, or set it aside."""

import re

import pytest
from django.urls import reverse

from compliance.assurance.reviews.preparers import preparers_of
from compliance.models import Answer, Attachment, Evidence, Proposal
from compliance.proof.audit import trail
from compliance.proof.audit.models import Event
from compliance.work.edition_moves.actions import upgrade
from compliance.work.workspace.history import history
from tests.support import factories

HTMX = {"HX-Request": "true", "HX-Target": "undo"}
NOTE = "Two of three."


@pytest.fixture
def here(cast):
    """A running assessment with a proposal of the contributor's token for its first answer."""
    assessment = factories.make_assessment(cast.acme, cast.ada)
    cast.assessment, cast.answer = assessment, assessment.answers.first()
    cast.piece = Evidence.objects.create(
        organisation=cast.acme, title="Policy", url="https://e.eu/p", added_by=cast.ada
    )
    cast.proposal = factories.make_proposal(
        cast.answer,
        cast.con,
        {"verdict": "partly", "note": NOTE},
        why="The register.",
        evidence=[cast.piece],
    )
    return cast


def address(here, name, *more):
    args = [here.acme.slug, here.assessment.pk, *more]
    return reverse(f"workspace:{name}", args=args)


def page(browser, here, query=""):
    return browser.get(address(here, "detail") + query).content.decode()


def use(browser, here, headers=None, **more):
    """Press Use, as the form of the page sends it."""
    fields = {"base": "0", "want": "row", "proposal": here.proposal.pk}
    fields |= {"verdict": "partly", "note": NOTE, "grounds": here.piece.pk} | more
    save = address(here, "answer_save", here.answer.pk)
    return browser.post(save, fields, headers=headers or HTMX)


def aside(browser, here, headers=HTMX, **fields):
    args = here.answer.pk, here.proposal.pk
    return browser.post(address(here, "proposal_aside", *args), fields, headers=headers)


def saved(here):
    here.answer.refresh_from_db()
    here.proposal.refresh_from_db()
    return here.answer


def last(action):
    event = Event.objects.filter(action=action).order_by("-seq").first()
    return event, trail.changes(event)[1]


def test_row_shows_the_proposal_beside_the_answer(here, sign_in):
    shown = page(sign_in(here.ada), here)
    assert "Proposed by <bdi>Assistant</bdi>" in shown
    assert f"\n{NOTE}</textarea>" in shown
    assert "The register." in shown
    assert "Set aside" in shown
    assert "The answer changed since" not in shown


def test_use_saves_it_as_the_persons_answer_and_the_trail_says_both(here, sign_in):
    reply = use(sign_in(here.ada), here)
    assert reply.status_code == 200
    answer = saved(here)
    assert (answer.verdict, answer.note) == ("partly", NOTE)
    assert (answer.answered_by, here.proposal.state) == (here.ada, "used")
    assert [one.evidence for one in answer.attachments.all()] == [here.piece]
    event, after = last("answer.saved")
    assert event.actor == here.ada
    assert after["proposal"]["title"] == "Assistant"
    assert after["proposal"]["person"] == here.con.pk
    entries = [(one.what, [c.label for c in one.changes]) for one in history(answer)]
    assert entries[0][1][:2] == ["Proposed by", "Evidence added"]
    assert entries[1][0] == "Answer proposed"
    assert "proposed-" not in reply.content.decode()


def test_text_may_be_changed_and_evidence_left_out(here, sign_in):
    use(sign_in(here.ada), here, note="Two of four.", grounds="")
    assert saved(here).note == "Two of four."
    assert not Attachment.objects.exists()
    assert last("answer.saved")[1]["proposal"]["proposal"] == here.proposal.pk


def test_use_works_without_javascript(here, sign_in):
    reply = use(sign_in(here.ada), here, headers={"Accept": "text/html"})
    assert reply.status_code == 302
    assert saved(here).verdict == "partly"


def test_change_by_someone_else_meanwhile_is_a_conflict_and_keeping_mine_uses_it(here, sign_in):
    browser = sign_in(here.ada)
    fields = {"base": "0", "note": "Otto was here."}
    sign_in(here.otto).post(address(here, "answer_save", here.answer.pk), fields)
    assert "The answer changed since" in page(browser, here)
    refused = use(browser, here)
    assert refused.status_code == 409
    assert refused.headers["HX-Retarget"] == f"#said-of-{here.proposal.pk}"
    assert (saved(here).note, here.proposal.state) == ("Otto was here.", "open")
    sent = refused.context["conflict"]
    assert ("proposal", str(here.proposal.pk)) in sent.keep_mine
    kept = dict(sent.keep_mine) | {"base": str(refused.context["known"]), "want": "row"}
    browser.post(address(here, "answer_save", here.answer.pk), kept, headers=HTMX)
    assert (saved(here).note, here.proposal.state) == (NOTE, "used")


def test_keeping_theirs_alone_leaves_the_proposal_open(here, sign_in):
    browser = sign_in(here.ada)
    fields = {"base": "0", "note": "Otto was here."}
    sign_in(here.otto).post(address(here, "answer_save", here.answer.pk), fields)
    refused = use(browser, here, verdict="")
    assert refused.context["conflict"].keep_theirs == []


def test_undo_takes_the_answer_back_and_opens_the_proposal_again(here, sign_in):
    browser = sign_in(here.ada)
    use(browser, here)
    event, _ = last("answer.saved")
    reply = browser.post(address(here, "undo", event.seq), headers=HTMX)
    assert (saved(here).verdict, here.answer.note) == ("unanswered", "")
    assert (here.proposal.state, here.proposal.settled_by) == ("open", None)
    assert not Attachment.objects.exists()
    assert f"proposed-{here.proposal.pk}" in reply.content.decode()


def test_undo_leaves_it_used_where_a_newer_one_is_open(here, sign_in):
    browser = sign_in(here.ada)
    use(browser, here)
    event, _ = last("answer.saved")
    token = here.proposal.token
    factories.make_proposal(saved(here), here.con, {"note": "Three."}, token=token)
    browser.post(address(here, "undo", event.seq), headers=HTMX)
    assert (saved(here).note, here.proposal.state) == ("", "used")


def test_use_sent_twice_is_one_use(here, sign_in):
    browser = sign_in(here.ada)
    replies = [use(browser, here).status_code for _ in range(2)]
    assert replies == [200, 200]
    assert Event.objects.filter(action="answer.saved").count() == 1


def test_proposal_that_is_open_no_more_is_refused_with_the_text_kept(here, sign_in):
    here.newer = factories.make_proposal(here.answer, here.con, {"note": "Three."}, token=here.proposal.token)
    reply = use(sign_in(here.ada), here)
    assert reply.status_code == 422
    assert "was replaced meanwhile" in reply.content.decode()
    assert saved(here).verdict == "unanswered"
    plain = use(sign_in(here.ada), here, headers={"Accept": "text/html"})
    assert (plain.status_code, NOTE in plain.content.decode()) == (422, True)


def test_second_person_who_uses_it_is_refused(here, sign_in):
    use(sign_in(here.otto), here)
    reply = use(sign_in(here.ada), here)
    assert reply.status_code == 422
    assert "was used meanwhile" in reply.content.decode()
    assert saved(here).answered_by == here.otto


def test_proposal_that_somebody_used_meanwhile_is_not_said_to_be_set_aside(here, sign_in):
    use(sign_in(here.otto), here)
    reply = aside(sign_in(here.ada), here, reason="There are four.")
    assert reply.status_code == 422
    assert "was used meanwhile" in reply.content.decode()
    assert not Event.objects.filter(action="answer.proposal_set_aside").exists()


def test_set_aside_with_a_reason(here, sign_in):
    browser = sign_in(here.ada)
    reply = aside(browser, here, reason="There are four.")
    assert reply.status_code == 200
    assert "set aside" in reply.content.decode()
    assert (saved(here).version, here.proposal.state) == (0, "set-aside")
    event, after = last("answer.proposal_set_aside")
    assert (event.actor, after["text"]) == (here.ada, "There are four.")
    aside(browser, here)
    assert Event.objects.filter(action="answer.proposal_set_aside").count() == 1
    assert "proposed-" not in page(browser, here)


def test_another_reason_of_a_second_person_is_refused_and_stays_on_the_page(here, sign_in):
    aside(sign_in(here.ada), here, reason="There are four.")
    plain, reason = {"Accept": "text/html"}, "Payroll is missing."
    reply = aside(sign_in(here.otto), here, headers=plain, reason=reason)
    assert reply.status_code == 422
    assert "was set aside meanwhile" in reply.content.decode()
    assert reason in reply.content.decode()
    event, after = last("answer.proposal_set_aside")
    assert (event.actor, after["text"]) == (here.ada, "There are four.")
    assert aside(sign_in(here.otto), here, reason="There are four.").status_code == 200


def again(browser, here, seq, headers=HTMX):
    return browser.post(address(here, "proposal_again", seq), headers=headers)


def test_setting_aside_is_undone_by_its_toast(here, sign_in):
    browser = sign_in(here.ada)
    reply = aside(browser, here, reason="There are four.")
    event, _ = last("answer.proposal_set_aside")
    url = address(here, "proposal_again", event.seq)
    assert f'hx-post="{url}"' in reply.content.decode()
    back = browser.post(url, headers=HTMX).content.decode()
    assert "The proposal is open again." in back
    assert f"proposed-{here.proposal.pk}" in back
    saved(here)
    state = (here.proposal.state, here.proposal.reason, here.proposal.settled_by)
    assert state == ("open", "", None)
    assert last("answer.proposal_opened_again")[0].actor == here.ada
    for _ in range(2):
        assert "Nothing was undone" in again(browser, here, event.seq).content.decode()
    assert Event.objects.filter(action="answer.proposal_opened_again").count() == 1


def test_undo_works_without_javascript_and_says_so(here, sign_in):
    browser, plain = sign_in(here.ada), {"Accept": "text/html"}
    there = aside(browser, here, headers=plain).url
    event, _ = last("answer.proposal_set_aside")
    assert there.endswith(f"&aside={event.seq}#answer-{here.answer.pk}")
    action = f'action="{address(here, "proposal_again", event.seq)}"'
    assert action in browser.get(there).content.decode()
    assert again(browser, here, event.seq, headers=plain).status_code == 302
    assert "The proposal is open again." in page(browser, here)
    assert action not in page(browser, here)


def test_undo_that_is_refused_without_javascript_says_why_on_a_page(here, sign_in):
    browser, plain = sign_in(here.con), {"Accept": "text/html"}
    aside(browser, here)
    event, _ = last("answer.proposal_set_aside")
    type(here.assessment).objects.update(status="archived")
    url = address(here, "proposal_again", event.seq)
    for want, end in (("", "/"), ("mine", "/mine/")):
        reply = browser.post(url, {"want": want}, headers=plain)
        assert reply.url == here.assessment.get_absolute_url()[:-1] + end
        assert "its answers stay as they are" in browser.get(reply.url).text
    refused = again(browser, here, event.seq).text
    assert "Nothing was undone." in refused
    assert "Not saved yet" not in refused


def test_undo_of_the_first_leaves_what_was_set_aside_again(here, sign_in):
    browser = sign_in(here.ada)
    aside(browser, here)
    first, _ = last("answer.proposal_set_aside")
    again(browser, here, first.seq)
    aside(sign_in(here.otto), here, reason="No.")
    assert "Nothing was undone" in again(browser, here, first.seq).content.decode()
    saved(here)
    assert (here.proposal.state, here.proposal.reason) == ("set-aside", "No.")


def test_undo_leaves_it_aside_where_the_program_proposed_anew(here, sign_in):
    browser = sign_in(here.ada)
    aside(browser, here)
    event, _ = last("answer.proposal_set_aside")
    token = here.proposal.token
    factories.make_proposal(saved(here), here.con, {"note": "Three."}, token=token)
    assert "a newer one is open" in again(browser, here, event.seq).content.decode()
    saved(here)
    assert here.proposal.state == "set-aside"


def test_undo_of_setting_aside_has_the_walls_of_the_row(here, sign_in):
    browser = sign_in(here.ada)
    aside(browser, here)
    event, _ = last("answer.proposal_set_aside")
    assert again(sign_in(here.rev), here, event.seq).status_code == 403
    assert again(sign_in(here.zoe), here, event.seq).status_code == 404
    assert again(browser, here, event.seq - 1).status_code == 404
    type(here.assessment).objects.update(status="archived")
    assert again(browser, here, event.seq).status_code == 422
    plain = again(browser, here, event.seq, headers={"Accept": "text/html"})
    assert plain["Location"] == here.assessment.get_absolute_url()
    assert "its answers stay as they are" in page(browser, here)
    saved(here)
    assert here.proposal.state == "set-aside"


def test_person_of_the_program_reads_why_they_do_not_confirm_na(here, sign_in):
    save = address(here, "answer_save", here.answer.pk)
    na = {"base": "0", "verdict": "na", "reason": "No customers."}
    sign_in(here.otto).post(save, na)
    here.proposal = factories.make_proposal(saved(here), here.ada)
    row, panel = (
        address(here, "row", here.answer.pk),
        address(here, "panel", here.answer.pk, "guidance"),
    )
    for url in (row, panel):
        own = sign_in(here.ada).get(url).content.decode()
        assert "Confirm N/A" not in own
        assert "A program of yours proposed an answer here" in own
        other = sign_in(here.rev).get(url).content.decode()
        assert "Confirm N/A" in other
        assert "A program of yours" not in other
    confirm = address(here, "na_confirm", here.answer.pk)
    reply = sign_in(here.ada).post(confirm, {"base": "1"}, headers=HTMX)
    assert (reply.status_code, saved(here).na_confirmed_by) == (409, None)


def test_reason_that_is_too_long_is_refused_and_stays(here, sign_in):
    browser, long = sign_in(here.ada), "x" * 2_001
    reply = aside(browser, here, headers={"Accept": "text/html"}, reason=long)
    assert (reply.status_code, long in reply.content.decode()) == (422, True)
    assert aside(browser, here, reason=long).status_code == 422
    saved(here)
    assert here.proposal.state == "open"


def test_reviewer_and_reader_see_it_and_decide_nothing(here, sign_in):
    for person in (here.rev, here.rob):
        browser = sign_in(person)
        shown = page(browser, here)
        assert NOTE in shown
        assert 'name="proposal"' not in shown
        assert use(browser, here).status_code == 403
        assert aside(browser, here).status_code == 403
    saved(here)
    assert here.proposal.state == "open"


def test_foreign_ids_are_not_found(here, sign_in):
    other = factories.make_assessment(here.other, here.zoe).answers.first()
    theirs = factories.make_proposal(other, here.zoe)
    browser = sign_in(here.ada)
    assert use(browser, here, proposal=theirs.pk).status_code == 404
    args = here.answer.pk, theirs.pk
    reply = browser.post(address(here, "proposal_aside", *args), headers=HTMX)
    assert reply.status_code == 404
    assert use(sign_in(here.zoe), here).status_code == 404
    assert saved(here).verdict == "unanswered"


def test_closed_assessment_refuses_both_and_shows_none(here, sign_in):
    type(here.assessment).objects.update(status="archived")
    browser = sign_in(here.ada)
    assert "proposed-" not in page(browser, here)
    assert use(browser, here).status_code == 422
    assert aside(browser, here).status_code == 422
    saved(here)
    assert here.proposal.state == "open"


def test_filter_counts_the_questions_with_a_proposal(here, sign_in):
    browser = sign_in(here.ada)
    shown = page(browser, here, "?show=proposed")
    assert 'id="show-proposed"' in shown
    assert "Proposed <b>1</b>" in shown
    assert shown.count('<form\n    class="q') == 1
    use(browser, here)
    progress = browser.get(address(here, "progress"), headers=HTMX).content.decode()
    assert "show-proposed" not in progress


def test_whoever_lets_a_program_propose_prepares_used_or_not(here, sign_in):
    assert preparers_of(here.assessment, here.answer) == {here.con.pk}
    use(sign_in(here.ada), here)
    both = {here.con.pk, here.ada.pk}
    assert preparers_of(here.assessment, here.answer) == both
    second = here.assessment.answers.order_by("pk")[1]
    here.answer, here.proposal = second, factories.make_proposal(second, here.otto)
    aside(sign_in(here.ada), here)
    assert preparers_of(here.assessment, second) == {here.otto.pk}


def test_proposed_value_shows_the_verdict_that_follows(here, sign_in):
    edition = factories.make_scaled_edition()
    here.assessment = factories.make_assessment(here.acme, here.ada, edition)
    here.answer = answer = here.assessment.answers.first()
    here.proposal = factories.make_proposal(answer, here.con, {"value": ["c1"]})
    shown = page(sign_in(here.ada), here)
    assert re.findall(r"(\w+) proposed</p>\s*<p[^>]*>([^<]+)<", shown) == [
        ("Answer", "Met"),
        ("Value", "Answer 1"),
    ]
    sent = {"verdict": "", "value": "c1", "grounds": ""}
    assert here.proposal.fields == {"value": "c1"}
    use(sign_in(here.ada), here, **sent, note="")
    assert (saved(here).value, answer.verdict) == ("c1", "met")


def test_proposed_number_of_three_places_is_used_as_it_is(here, sign_in):
    edition = factories.make_draft()
    edition.questions.update(kind="number", number={"unit": "hours", "at_most": 72})
    here.assessment = factories.make_assessment(here.acme, here.ada, factories.publish(edition))
    here.answer = answer = here.assessment.answers.first()
    here.proposal = factories.make_proposal(answer, here.con, {"value": ["1.2340"]})
    sent = {"verdict": "", "value": here.proposal.fields["value"], "grounds": ""}
    use(sign_in(here.ada), here, **sent, note="")
    assert (saved(here).value, answer.verdict) == ("1.2340", "met")


def test_proposal_for_a_question_that_changed_its_form_is_shown_and_refused(here, sign_in):
    edition = factories.make_scaled_edition()
    here.assessment = factories.make_assessment(here.acme, here.ada, edition)
    here.answer = answer = here.assessment.answers.first()
    here.proposal = factories.make_proposal(answer, here.con, {"value": ["c1"]})
    draft = factories.make_draft(1, number="2027.1")
    draft.questions.update(kind="number")
    Answer.objects.filter(pk=answer.pk).update(question=draft.questions.get())
    assert "Value proposed" in page(sign_in(here.ada), here)
    sent = {"verdict": "", "value": "c1", "grounds": "", "note": ""}
    reply = use(sign_in(here.ada), here, **sent)
    assert (reply.status_code, saved(here).value) == (422, None)


def moved_to_an_edition(here, words=None):
    """The assessment in another edition, where the first question has those words."""
    draft = factories.make_draft(3, number="2027.1", checklist=checklist(here))
    if words:
        draft.questions.filter(key=here.answer.question.key).update(**words)
    upgrade(
        by=here.otto,
        assessment=here.assessment,
        to=factories.publish(draft),
        decisions={},
    )
    here.answer.refresh_from_db()
    assert here.answer.question.edition == draft


def checklist(here):
    return here.assessment.edition.checklist


def test_proposal_says_that_its_question_asks_something_else_by_now(here, sign_in):
    moved_to_an_edition(here, {"text": "Do you keep no list?"})
    assert here.answer.version == here.proposal.version + 1  # the move raises it
    shown = page(sign_in(here.ada), here)
    assert "The question changed since" in shown
    token = here.proposal.token
    same = {"verdict": "partly", "note": NOTE}
    newer = factories.make_proposal(
        here.answer,
        here.con,
        same,
        token=token,
        why="The register.",
        evidence=[here.piece],
    )
    saved(here)
    assert (here.proposal.state, newer.question) == ("replaced", here.answer.question)
    assert "The question changed since" not in page(sign_in(here.ada), here)


def test_proposal_moves_on_unmarked_where_its_question_stays_the_same(here, sign_in):
    moved_to_an_edition(here)
    assert "The question changed since" not in page(sign_in(here.ada), here)


def test_hostile_text_is_shown_as_text(here, sign_in):
    said = "<script>alert(1)</script></textarea>{{ 7 }}"
    factories.make_proposal(here.answer, here.ada, {"note": said}, name="<b>bot</b>", why=said)
    shown = page(sign_in(here.ada), here)
    assert "<script>alert(1)" not in shown
    assert "<bdi>&lt;b&gt;bot&lt;/b&gt;</bdi>" in shown


def test_list_costs_no_more_queries_for_many_proposals(here, sign_in, django_assert_max_num_queries):
    browser = sign_in(here.ada)
    with django_assert_max_num_queries(60) as few:
        page(browser, here)
    for answer in here.assessment.answers.exclude(pk=here.answer.pk):
        factories.make_proposal(answer, here.otto, {"note": "Here."})
    with django_assert_max_num_queries(len(few.captured_queries)):
        page(browser, here)


def test_it_is_no_part_of_the_content(here, sign_in):
    browser = sign_in(here.ada)
    assert Proposal.objects.open().count() == 1
    answer = Answer.objects.get(pk=here.answer.pk)
    assert (answer.verdict, answer.version, answer.answered_by) == (
        "unanswered",
        0,
        None,
    )
    assert "0 of 3" in page(browser, here)
