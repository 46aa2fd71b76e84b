"""Assessments on their way to a signature, by the ordinary actions."""

from datetime import date

from compliance.assurance.reviews import actions
from compliance.assurance.reviews.checks import seen_of
from compliance.assurance.reviews.queries import desk_of
from compliance.content.evidence.actions import add_link
from compliance.work.assessments.actions import attach, save_answer, start
from compliance.work.assessments.models import Assessment
from compliance.work.discussion.actions import comment
from compliance.work.remediation.actions import create_action
from tests.support import factories

LATER = date(2099, 12, 31)


def answer(by, assessment, key, **changes):
    """Save an answer over what stands."""
    row = assessment.answers.get(question__key=key)
    return save_answer(
        by=by,
        organisation=assessment.organisation,
        assessment_id=assessment.pk,
        answer_id=row.pk,
        changes=changes,
        base=row.version,
    )


def begin(cast, edition, year=2026):
    """A running assessment whose rows the trail has, as in an installation."""
    return start(
        by=cast.ada,
        organisation=cast.acme,
        edition=edition,
        subject="Acme",
        period_from=date(year, 1, 1),
        period_to=date(year, 12, 31),
        facts={},
    )


def link(cast, title="Policy", **fields):
    """A link as evidence, from Con; the trail has it."""
    address = "https://intranet.example.org/policy"
    return add_link(by=cast.con, organisation=cast.acme, title=title, url=address, **fields)


def make_ready(cast, edition=None, *, is_begun=False):
    """Con answers everything: met with evidence, not met with an action, partly.

    ``is_begun``: every row of it is in the trail, for looking back.
    """
    if is_begun:
        assessment = begin(cast, edition or factories.make_edition())
        proof = link(cast, expires_on=LATER)
    else:
        assessment = factories.make_assessment(cast.acme, cast.ada, edition)
        proof = factories.make_link(cast.acme, cast.con, expires_on=LATER)
    for question in assessment.edition.questions.order_by("position")[3:]:
        answer(cast.con, assessment, question.key, verdict="met", note="Done.")
    answer(cast.con, assessment, "Q1", verdict="met", note="Kept since May.")
    answer(cast.con, assessment, "Q2", verdict="not_met")
    answer(cast.con, assessment, "Q3", verdict="partly", note="Half of it.")
    first, second, _ = assessment.answers.order_by("question__position")[:3]
    attach(by=cast.con, answer=first, evidence=proof)
    create_action(
        by=cast.otto,
        organisation=cast.acme,
        fields={"title": "Write it", "owner_id": cast.con.pk, "due_on": LATER},
        answer_ids=[second.pk],
    )
    comment(by=cast.con, answer=first, text="It is in the binder.")
    return assessment


def make_sent(cast, edition=None, *, is_begun=False):
    """In review, sent by Otto."""
    assessment = make_ready(cast, edition, is_begun=is_begun)
    actions.send(by=cast.otto, assessment=assessment)
    return fresh(assessment)


def make_signed(cast, edition=None, *, is_begun=False):
    """Signed by Rev."""
    assessment = make_sent(cast, edition, is_begun=is_begun)
    sign(cast.rev, assessment)
    return fresh(assessment)


def fresh(assessment):
    return Assessment.objects.for_page().get(pk=assessment.pk)


def seen(assessment):
    """The state that a page of now shows a signer."""
    return actions.PageState.of(desk_of(assessment))


def sign(by, assessment, **fields):
    values = {"seen": seen(assessment), "role": "Data protection officer"}
    return actions.sign(by=by, assessment=assessment, **(values | fields))


def look(by, assessment, key, result="accepted", reason=""):
    """A reviewer's word on one answer, as it stands."""
    line = next(o for o in desk_of(assessment).content.lines if o.key == key)
    return actions.check(
        by=by,
        assessment=assessment,
        answer_id=assessment.answers.get(question__key=key).pk,
        seen=seen_of(line),
        result=result,
        reason=reason,
    )


def reopen(by, second, assessment, reason="A figure was wrong."):
    actions.ask_reopening(by=by, assessment=assessment, reason=reason)
    actions.decide_reopening(by=second, assessment=assessment, decision="approved")
    return fresh(assessment)
