"""The review page and what is done on it, as people see it."""

import html
import re

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from compliance.assurance.reviews.forms import shown
from compliance.assurance.reviews.queries import desk_of
from compliance.content.evidence.actions import describe
from compliance.content.legal_index.choices import Force
from compliance.identity.organisations.actions import set_policy
from compliance.models import Check, Citation, Reopening, SignOff, Visit
from compliance.proof.audit.models import Event
from compliance.work.remediation.actions import change_action
from tests.support import factories, signing
from tests.support.legal_indexes import amend

pytestmark = pytest.mark.slow


def flat(reply):
    """The words of a page, without its tags."""
    words = html.unescape(re.sub(r"<[^>]+>", " ", reply.content.decode()))
    return re.sub(r" ([.,:])", r"\1", re.sub(r"\s+", " ", words))


def url(assessment, name="review", *args):
    return reverse(f"reviews:{name}", args=["acme", assessment.pk, *args])


@pytest.fixture
def enter(sign_in):
    cache.clear()
    return sign_in


@pytest.fixture
def sent(cast):
    return signing.make_sent(cast)


def page(client, assessment):
    return flat(client.get(url(assessment)))


def form_of(client, assessment, **fields):
    """The fields that the form on the page would send."""
    seen = client.get(url(assessment)).context["seen"]
    values = {"seen": seen, "role": "DPO", "password": factories.PASSWORD}
    return values | {"reservations": ""} | fields


def test_running_assessment_is_sent_from_its_page(cast, enter):
    assessment = signing.make_ready(cast)
    ada = enter(cast.ada)
    assert "Send for review" in page(ada, assessment)
    reply = ada.post(url(assessment, "send"), follow=True)
    assert "Sent for review. Its answers cannot change" in flat(reply)
    assert signing.fresh(assessment).status == "review"


def test_page_says_what_keeps_from_review_and_leads_there(cast, enter):
    assessment = factories.make_assessment(cast.acme, cast.ada)
    ada = enter(cast.ada)
    reply = ada.get(url(assessment))
    assert "3 questions are unanswered Q1, Q2, Q3." in flat(reply)
    assert f"{assessment.get_absolute_url()}?show=unanswered".encode() in reply.content
    reply = ada.post(url(assessment, "send"), follow=True)
    assert "3 questions are unanswered" in flat(reply)
    assert signing.fresh(assessment).status == "running"


def test_contributor_reads_and_does_not_send(cast, enter):
    assessment = signing.make_ready(cast)
    con = enter(cast.con)
    assert "Owners and officers can send it." in page(con, assessment)
    assert con.post(url(assessment, "send")).status_code == 403


def test_page_of_a_review_shows_samples_statement_hash_and_eyes(cast, enter, sent):
    text = page(enter(cast.rev), sent)
    for said in (
        "Sent for review Otto Weber",
        "0 of 3 of the sample checked",
        "Check these first All 3",
        "Not met 1 1 0",
        "One requirement is stated as not met.",
        "Prepared 3 answers. Cannot sign.",
        "Rev Iewer you Prepared nothing. May sign.",
        "Every “not met” has an action with an owner and a date",
        "One answer says “met” or “partly” without evidence",
    ):
        assert said in text
    digest = signing.seen(sent).content_hash
    assert digest[:8] in text
    assert digest[56:] in text


def test_reader_sees_the_review_without_its_forms(cast, enter, sent):
    text = page(enter(cast.rob), sent)
    assert "Points to solve" in text
    assert "Your password" not in text
    assert "Go through them" not in text


def test_signing_with_the_password_signs_what_was_shown(cast, enter, sent):
    rev = enter(cast.rev)
    form = form_of(rev, sent, reservations="Not the annex.")
    reply = rev.post(url(sent, "sign"), form, follow=True)
    text = flat(reply)
    assert "Signed. Nothing in this assessment changes" in text
    assert "Not the annex." in text
    done = SignOff.objects.get()
    assert (done.signed_by, done.role, done.method) == (cast.rev, "DPO", "password")
    assert done.statement in text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"password": "wrong"}, "This is not your password."),
        ({"password": ""}, "Type your password"),
        ({"role": ""}, "State the role in which you sign"),
        ({"seen": "made-up"}, "This page is out of date."),
        ({"seen": ""}, "This field is required."),
        ({"role": "a\nb"}, "line"),
    ],
)
def test_refused_signature_keeps_what_was_typed(fields, said, cast, enter, sent):
    rev = enter(cast.rev)
    form = form_of(rev, sent, reservations="Not the annex.") | fields
    reply = rev.post(url(sent, "sign"), form)
    text = flat(reply)
    assert (reply.status_code, said in text) == (422, True)
    assert b"Not the annex." in reply.content
    assert factories.PASSWORD.encode() not in reply.content
    assert SignOff.objects.count() == 0


def test_tries_of_the_password_are_counted_before_it_is_hashed(cast, enter, sent):
    rev = enter(cast.rev)
    form = form_of(rev, sent)
    for _ in range(10):
        rev.post(url(sent, "sign"), form | {"password": "wrong"})
    reply = rev.post(url(sent, "sign"), form)
    assert (reply.status_code, SignOff.objects.count()) == (429, 0)
    assert "Too many tries. Wait 15 minutes" in flat(reply)


def test_right_password_is_no_try(cast, enter, sent):
    """Whoever signs a dozen assessments in a row, or corrects their form, goes on."""
    rev = enter(cast.rev)
    form = form_of(rev, sent)
    for _ in range(12):
        assert rev.post(url(sent, "sign"), form | {"role": ""}).status_code == 422
    assert rev.post(url(sent, "sign"), form).status_code == 302
    assert SignOff.objects.count() == 1


def test_long_password_signs(cast, enter, sent):
    """As long as the form takes in which an invited person chooses one."""
    chosen = "seven wild geese " * 20
    cast.rev.set_password(chosen)
    cast.rev.save()
    rev = enter(cast.rev)
    form = form_of(rev, sent) | {"password": chosen}
    assert rev.post(url(sent, "sign"), form).status_code == 302


def test_signature_over_an_old_page_shows_what_stands_now(cast, enter, sent):
    rev = enter(cast.rev)
    form = form_of(rev, sent, reservations="Not the annex.")
    action = cast.acme.actions.get()
    change_action(
        by=cast.otto,
        organisation=cast.acme,
        number=action.number,
        changes={"title": "Write it soon"},
        base=0,
    )
    reply = rev.post(url(sent, "sign"), form)
    text = flat(reply)
    assert (reply.status_code, SignOff.objects.count()) == (409, 0)
    assert "has changed since you opened this page" in text
    assert "Not the annex." in text
    assert rev.post(url(sent, "sign"), form_of(rev, sent)).status_code == 302


def test_page_of_an_earlier_review_signs_nothing(cast, enter, sent):
    rev = enter(cast.rev)
    form = form_of(rev, sent)
    rev.post(url(sent, "give_back"), {"said": "Once more."})
    enter(cast.ada).post(url(sent, "send"))
    reply = rev.post(url(sent, "sign"), form)
    assert (reply.status_code, SignOff.objects.count()) == (422, 0)
    assert "This page is out of date." in flat(reply)


def test_signature_over_another_statement_shows_that_of_now(cast, enter):
    """A source gets another force while the page is open: nobody signs words unseen."""
    draft = factories.make_draft()
    question = draft.questions.get(key="Q2")
    law = factories.make_provision()
    Citation.objects.create(question=question, provision=law, position=1)
    sent = signing.make_sent(cast, factories.publish(draft))
    rev = enter(cast.rev)
    form = form_of(rev, sent, reservations="Not the annex.")
    amend({}, force=Force.GUIDANCE)
    reply = rev.post(url(sent, "sign"), form)
    text = flat(reply)
    assert (reply.status_code, SignOff.objects.count()) == (409, 0)
    assert "The statement has changed since you opened this page" in text
    assert "No requirements are stated as not met. One rating is below" in text
    assert "Not the annex." in text
    assert rev.post(url(sent, "sign"), form_of(rev, sent)).status_code == 302
    assert "One rating is below" in SignOff.objects.get().statement


def test_page_of_another_assessment_signs_nothing(cast, enter, sent):
    other = signing.make_sent(cast)
    rev = enter(cast.rev)
    seen = shown(other.reviews.get(), signing.seen(other))
    reply = rev.post(url(sent, "sign"), form_of(rev, sent) | {"seen": seen})
    assert (reply.status_code, SignOff.objects.count()) == (422, 0)


def test_blocked_signature_says_why_and_refuses(cast, enter):
    assessment = signing.make_ready(cast)
    signing.answer(cast.con, assessment, "Q3", verdict="na", reason="None.")
    enter(cast.otto).post(url(assessment, "send"))
    rev = enter(cast.rev)
    assert "You can sign when the point in the way is solved." in page(rev, assessment)
    reply = rev.post(url(assessment, "sign"), form_of(rev, assessment))
    assert (reply.status_code, SignOff.objects.count()) == (409, 0)
    assert "has no second approval" in flat(reply)


def test_signature_waits_for_the_share_that_the_policy_asks_for(cast, enter, sent):
    """The card beside the list says so, and so does the refusal of a form that was open."""
    rev = enter(cast.rev)
    was_open = form_of(rev, sent)
    set_policy(by=cast.ada, organisation=cast.acme, checked_percent=50)
    text = page(rev, sent)
    card = text.partition("Conditions")[2] or text
    assert "0 of 3 questions are checked, 2 must be In the way" in card
    assert "0 of 3 of the sample checked Open" in card
    assert "Every point is solved" not in card
    assert "Nothing that you prepared lacks a second reviewer Done" in card
    assert "The policy of the organisation asks for 2 (50 %) before a signature." in text
    reply = rev.post(url(sent, "sign"), was_open)
    assert (reply.status_code, SignOff.objects.count()) == (409, 0)
    assert "0 of 3 questions are checked, 2 must be" in flat(reply)
    for key in ("Q1", "Q2"):
        signing.look(cast.rev, sent, key)
    assert "2 of 3 questions are checked, and 2 are asked for Done" in page(rev, sent)
    assert rev.post(url(sent, "sign"), form_of(rev, sent)).status_code == 302
    assert SignOff.objects.count() == 1


def test_who_does_not_sign_reads_what_the_signature_waits_for(cast, enter, sent):
    text = page(enter(cast.con), sent)
    assert "0 of 3 of the sample checked Open" in text
    assert "Someone who may sign does so here" in text
    assert "Reservations" not in text


def test_nobody_is_led_where_only_reviewers_may_go(cast, enter, sent):
    set_policy(by=cast.ada, organisation=cast.acme, checked_percent=50)
    for person, leads in ((cast.rev, True), (cast.con, False), (cast.rob, False)):
        text = enter(person).get(url(sent)).text
        assert "2 must be" in text
        assert (url(sent, "check") in text) is leads


def test_answers_are_gone_through_one_by_one(cast, enter, sent):
    rev = enter(cast.rev)
    text = flat(rev.get(url(sent, "check")))
    assert "Q1 Duty 1" in text
    assert "Check these first: 1 of 3, 3 left" in text
    for key, result in (("Q1", "accepted"), ("Q2", "accepted"), ("Q3", "returned")):
        reply = rev.get(url(sent, "check"), {"at": key})
        reply = rev.post(
            url(sent, "check_save", reply.context["answer"].pk) + f"?at={key}",
            {"seen": reply.context["seen"], "result": result, "reason": "Where?"},
        )
    reply = rev.get(reply.headers["Location"], follow=True)
    assert "Check these first: all looked at." in flat(reply)
    rows = Check.objects.values_list("answer__question__key", "result", "reason")
    assert list(rows) == [
        ("Q1", "accepted", ""),
        ("Q2", "accepted", ""),
        ("Q3", "returned", "Where?"),
    ]
    text = page(rev, sent)
    assert "3 of 3 of the sample checked" in text
    assert "1 question goes back to its owner with your reason: Q3." in text
    reply = rev.post(url(sent, "give_back"), {"said": ""}, follow=True)
    assert "Returned with 1 question." in flat(reply)


def test_return_without_words_stays_on_the_question(cast, enter, sent):
    rev = enter(cast.rev)
    reply = rev.get(url(sent, "check"), {"at": "Q2"})
    reply = rev.post(
        url(sent, "check_save", reply.context["answer"].pk) + "?at=Q2",
        {"seen": reply.context["seen"], "result": "returned", "reason": ""},
    )
    assert (reply.status_code, Check.objects.count()) == (422, 0)
    assert "Say what has to change." in flat(reply)


def test_own_answers_are_shown_without_a_button(cast, enter):
    assessment = signing.make_ready(cast)
    signing.answer(cast.otto, assessment, "Q1", note="By me.")
    enter(cast.ada).post(url(assessment, "send"))
    otto = enter(cast.otto)
    text = flat(otto.get(url(assessment, "check"), {"by": cast.otto.pk}))
    assert "You prepared this answer. Another reviewer checks it." in text
    assert "Changes to make" not in text
    rev = flat(enter(cast.rev).get(url(assessment)))
    assert "1 needs another reviewer" in rev


def test_signed_page_names_the_preparers_and_asks_nobody_to_sign(cast, enter):
    assessment = signing.make_signed(cast)
    text = flat(enter(cast.rob).get(url(assessment)))
    assert "Prepared nothing." in text
    for words in ("May sign", "Cannot sign", "another reviewer"):
        assert words not in text


def test_reopening_without_a_reason_asks_for_one(cast, enter):
    assessment = signing.make_signed(cast)
    page = enter(cast.ada).post(url(assessment, "reopen"), {"reason": ""})
    assert page.status_code == 422
    assert "Give the reason for reopening." in page.text


def test_signed_page_names_what_voids_it(cast, enter):
    assessment = signing.make_signed(cast)
    rob = enter(cast.rob)
    assert "Nothing in this assessment changes" in page(rob, assessment)
    action = cast.acme.actions.get()
    enter(cast.con).post(
        reverse("remediation:action_move", args=["acme", action.number]),
        {"status": "doing", "base": action.version},
    )
    text = page(rob, assessment)
    assert "The signature is void since" in text
    assert "AC-1 Write it: status" in text


def test_reopening_on_the_page_takes_two(cast, enter):
    assessment = signing.make_signed(cast)
    otto, ada = enter(cast.otto), enter(cast.ada)
    assert otto.post(url(assessment, "reopen"), {"reason": ""}).status_code == 422
    reply = otto.post(url(assessment, "reopen"), {"reason": "A figure."}, follow=True)
    assert "A second person approves it here." in flat(reply)
    approve = {"decision": "approved", "password": factories.PASSWORD}
    reply = otto.post(url(assessment, "reopen_decide"), approve, follow=True)
    assert "You asked for it yourself" in flat(reply)
    home = flat(ada.get(reverse("home:home", args=["acme"])))
    assert "Otto Weber asks to reopen" in home
    for wrong, said in (("", "Type your password."), ("x", "not your password.")):
        reply = ada.post(url(assessment, "reopen_decide"), approve | {"password": wrong})
        assert (reply.status_code, said in flat(reply)) == (422, True)
        assert Reopening.objects.get().decided_by is None
    text = flat(ada.post(url(assessment, "reopen_decide"), approve, follow=True))
    assert "Reopened as revision 2." in text
    assert "Valid until it was reopened" in text
    assert Reopening.objects.get().decided_by == cast.ada


def test_review_waits_for_reviewers_but_not_for_its_sender(cast, enter, sent):
    home = reverse("home:home", args=["acme"])
    said = f"{sent} is in review"
    assert [said in flat(enter(one).get(home)) for one in (cast.rev, cast.ada, cast.otto, cast.con)] == [
        True,
        True,
        False,
        False,
    ]


def test_returned_question_is_marked_in_the_workspace(cast, enter, sent):
    seen = {"seen_seq": Event.objects.latest("seq").seq, "seen_at": timezone.now()}
    Visit.objects.create(assessment=sent, user=cast.con, **seen)
    signing.look(cast.rev, sent, "Q1", "returned", "Which binder?")
    enter(cast.rev).post(url(sent, "give_back"))
    con = enter(cast.con)
    text = flat(con.get(f"{sent.get_absolute_url()}?show=confirm-again"))
    assert "1 question" in text
    assert "Returned by a reviewer" in text
    assert "Rev Iewer returned this" in text


@pytest.mark.parametrize("status", ["review", "signed"])
def test_workspace_says_its_state_and_offers_no_answer(status, cast, enter):
    make = signing.make_sent if status == "review" else signing.make_signed
    assessment = make(cast)
    reply = enter(cast.ada).get(assessment.get_absolute_url())
    assert not reply.context["can_answer"]
    text = flat(reply)
    assert {"review": "In review", "signed": "Signed"}[status] in text
    assert "Archived" not in text


def test_hostile_text_stays_text(cast, enter, sent):
    bad = "<script>alert(1)</script>"
    rev = enter(cast.rev)
    signing.look(cast.rev, sent, "Q3", "returned", bad)
    form = form_of(rev, sent, reservations=bad, role=bad, password="wrong")
    reply = rev.post(url(sent, "sign"), form)
    assert b"<script>alert" not in reply.content
    reply = rev.get(url(sent, "check"), {"at": "Q3"})
    assert b"<script>alert" not in reply.content
    assert b"&lt;script&gt;alert(1)" in reply.content


def test_page_keeps_to_what_was_signed_when_something_moved_since(cast, enter, sent):
    signing.look(cast.rev, sent, "Q2")
    before = page(enter(cast.rob), sent)
    (steps,) = set(re.findall(r"\d+ of \d+ of the sample checked", before))
    done = signing.sign(cast.ada, sent)
    action = cast.acme.actions.get()
    change_action(
        by=cast.otto,
        organisation=cast.acme,
        number=action.number,
        changes={"title": "Write it soon"},
        base=0,
    )
    describe(by=cast.con, evidence=cast.acme.evidence.get(), title="Rules")
    desk = desk_of(signing.fresh(sent))
    assert desk.covered.content_hash == done.snapshot_id != desk.content.content_hash
    text = page(enter(cast.rob), sent)
    assert steps in text
    covers = text[text.index("Covered by the signature") :]
    assert f"SHA-256 {' '.join(desk.hash_groups)}" in covers.replace("  ", " ")
    assert f"what stands now {' '.join(desk.now_groups)}" in covers


def test_new_revision_names_what_changed_since_the_last_signature(cast, enter, sent):
    signing.sign(cast.rev, sent)
    again = signing.reopen(cast.otto, cast.ada, sent)
    assert "No change that matters" in page(enter(cast.rob), again)
    signing.answer(cast.con, again, "Q2", note="A better figure.")
    describe(by=cast.con, evidence=cast.acme.evidence.get(), title="Rules")
    text = page(enter(cast.rob), again)
    assert "Changed since the last signature 2" in text
    assert "Q2: note" in text
    assert "Policy: title" in text


def test_na_without_second_approval_is_approved_on_the_page(cast, enter):
    assessment = signing.make_ready(cast)
    signing.answer(cast.con, assessment, "Q3", verdict="na", reason="None.")
    enter(cast.otto).post(url(assessment, "send"))
    assert "Approve" not in page(enter(cast.rob), assessment)
    rev = enter(cast.rev)
    text = page(rev, assessment)
    assert "Approve Q3" in text
    assert "Reject Q3" in text
    row = assessment.answers.get(question__key="Q3")
    seen = rev.get(url(assessment)).context["na"]["seen"]
    save = url(assessment, "check_save", row.pk) + "?back=1"
    reply = rev.post(save, {"seen": seen, "result": "accepted"})
    assert (reply.status_code, reply.url) == (302, url(assessment))
    row.refresh_from_db()
    assert row.na_confirmed_by == cast.rev
    assert "Approve" not in page(rev, assessment)
