"""Each way in which one person alone might answer, walk around four eyes, and sign."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from compliance.assurance.reviews import actions
from compliance.assurance.reviews.queries import desk_of
from compliance.content.evidence.actions import describe
from compliance.models import Event, Membership
from compliance.work.assessments import actions as answering
from compliance.work.assessments.versions import Known
from compliance.work.bulk.actions import Bulk, filling, set_many, undo_many
from compliance.work.edition_moves import actions as edition_moves
from compliance.work.edition_moves import undo
from compliance.work.workspace import actions as workspace
from tests.assurance.answer_sheets import making as sheets
from tests.support import factories, signing

pytestmark = pytest.mark.slow
HEALTH, NONE = {"data": ["health"]}, {"data": []}
YEAR = {"period_from": date(2026, 1, 1), "period_to": date(2026, 12, 31)}
OWN = ("You prepared", "You set facts so")


def edition_of(*keys, number="2026.1", checklist=None):
    """Q1 always applies, every other question only to health data."""
    draft = factories.make_draft(0, number=number, checklist=checklist)
    section = draft.sections.get()
    for at, key in enumerate(keys, 1):
        rule = None if key == "Q1" else HEALTH
        factories.make_question(draft, section, at, key=key, rule=rule).save()
    return factories.publish(draft)


def start(by, cast, edition, facts=HEALTH, **more):
    return answering.start(
        by=by,
        organisation=cast.acme,
        edition=edition,
        subject="Acme",
        facts=facts,
        **YEAR,
        **more,
    )


def all_of(assessment):
    return {a.pk: Known(a.version) for a in assessment.answers.all()}


def set_all(by, assessment, **changes):
    return set_many(
        by=by,
        organisation=assessment.organisation,
        assessment_id=assessment.pk,
        targets=all_of(assessment),
        bulk=Bulk(changes),
    )


def take_over(by, answer, source):
    workspace.take_over(
        by=by,
        organisation=source.assessment.organisation,
        assessment_id=answer.assessment_id,
        answer_id=answer.pk,
        seen=Known(answer.version),
        source_id=source.pk,
        source_version=source.version,
    )


def by_hand(cast):
    assessment = start(cast.ada, cast, edition_of("Q1", "Q2"))
    for key in ("Q1", "Q2"):
        signing.answer(cast.otto, assessment, key, verdict="met")
    return assessment


def in_bulk(cast):
    assessment = start(cast.ada, cast, edition_of("Q1", "Q2"))
    set_all(cast.otto, assessment, verdict="met")
    return assessment


def filled_down(cast):
    """Con answers one, Otto hands it down to the other."""
    assessment = start(cast.ada, cast, edition_of("Q1", "Q2"))
    signing.answer(cast.con, assessment, "Q1", verdict="met")
    targets = all_of(assessment)
    _, bulk = filling(by=cast.otto, assessment=assessment, targets=targets)
    set_many(
        by=cast.otto,
        organisation=cast.acme,
        assessment_id=assessment.pk,
        targets=targets,
        bulk=bulk,
    )
    return assessment


def undone(cast):
    """Con changes Otto's mind; Otto takes that back."""
    assessment = start(cast.ada, cast, edition_of("Q1"))
    signing.answer(cast.con, assessment, "Q1", verdict="met")
    signing.answer(cast.con, assessment, "Q1", verdict="partly")
    seq = Event.objects.filter(action="answer.saved").latest("seq").seq
    answering.undo(by=cast.otto, assessment=assessment, seq=seq)
    return assessment


def undone_in_bulk(cast):
    assessment = start(cast.ada, cast, edition_of("Q1", "Q2"))
    set_all(cast.con, assessment, verdict="met")
    done = set_all(cast.con, assessment, verdict="partly")
    undo_many(by=cast.otto, assessment=assessment, seq=done.seq)
    return assessment


def taken_over_from_own(cast):
    edition, other = edition_of("Q1"), edition_of("Q1")
    factories.make_relation(edition, "Q1", other, "Q1")
    there = start(cast.ada, cast, other)
    signing.answer(cast.otto, there, "Q1", verdict="met")
    here = start(cast.ada, cast, edition)
    take_over(cast.otto, here.answers.get(), there.answers.get())
    return here


def carried_forward(cast):
    edition = edition_of("Q1", "Q2")
    earlier = start(cast.ada, cast, edition)
    set_all(cast.con, earlier, verdict="met")
    assessment = start(cast.otto, cast, edition, earlier=earlier)
    for answer in assessment.answers.all():
        workspace.confirm_again(
            by=cast.otto,
            organisation=cast.acme,
            assessment_id=assessment.pk,
            answer_id=answer.pk,
            seen=Known(answer.version),
        )
    return assessment


def moved_and_back(cast):
    first = edition_of("Q1", "Q2")
    assessment = start(cast.ada, cast, first)
    set_all(cast.otto, assessment, verdict="met")
    second = edition_of("Q1", "Q2", "Q3", number="2026.2", checklist=first.checklist)
    done = edition_moves.upgrade(by=cast.ada, assessment=assessment, to=second, decisions={})
    undo.undo_upgrade(by=cast.ada, upgrade=done)
    return assessment


def moved_on(cast):
    first = edition_of("Q1", "Q2")
    assessment = start(cast.ada, cast, first)
    set_all(cast.otto, assessment, verdict="met")
    second = edition_of("Q1", "Q2", number="2026.2", checklist=first.checklist)
    edition_moves.upgrade(by=cast.ada, assessment=assessment, to=second, decisions={})
    return assessment


def typed_in_a_move(cast):
    """Con says "met", Otto how many days in the new form, and Con nods it through."""
    first = edition_of("Q1")
    assessment = start(cast.ada, cast, first)
    signing.answer(cast.con, assessment, "Q1", verdict="met")
    draft = factories.make_draft(0, number="2026.2", checklist=first.checklist)
    number = {"unit": "days", "at_most": 31}
    factories.make_question(draft, draft.sections.get(), 1, key="Q1", kind="number", number=number).save()
    edition_moves.upgrade(
        by=cast.otto,
        assessment=assessment,
        to=factories.publish(draft),
        decisions={"Q1": "anew"},
        typed={"Q1": ["9"]},
    )
    answer = assessment.answers.get()
    workspace.confirm_again(
        by=cast.con,
        organisation=cast.acme,
        assessment_id=assessment.pk,
        answer_id=answer.pk,
        seen=Known(answer.version),
    )
    return assessment


def na_of_ones_own(cast):
    """Somebody else may confirm it; to sign it takes a reviewer's yes, too."""
    assessment = start(cast.ada, cast, edition_of("Q1"))
    signing.answer(cast.otto, assessment, "Q1", verdict="na", reason="No such thing.")
    answering.confirm_na(by=cast.rev, organisation=cast.acme, seen=all_of(assessment))
    return assessment


def with_evidence(cast):
    """Con says "met", Otto says by what."""
    assessment = start(cast.ada, cast, edition_of("Q1"))
    signing.answer(cast.con, assessment, "Q1", verdict="met")
    proof = factories.make_link(cast.acme, cast.con)
    answering.attach(by=cast.otto, answer=assessment.answers.get(), evidence=proof)
    return assessment


def with_evidence_described(cast):
    assessment = start(cast.ada, cast, edition_of("Q1"))
    signing.answer(cast.con, assessment, "Q1", verdict="met")
    proof = factories.make_link(cast.acme, cast.con)
    answering.attach(by=cast.con, answer=assessment.answers.get(), evidence=proof)
    describe(by=cast.otto, evidence=proof, title="Another policy")
    return assessment


def started_with_facts_that_rule_out(cast):
    assessment = start(cast.otto, cast, edition_of("Q1", "Q2"), facts=NONE)
    signing.answer(cast.con, assessment, "Q1", verdict="met")
    return assessment


def facts_changed_so_that_it_is_not_asked(cast):
    """Con says "not met", Otto says that the question does not apply to them."""
    assessment = start(cast.ada, cast, edition_of("Q1", "Q2"))
    signing.answer(cast.con, assessment, "Q1", verdict="met")
    signing.answer(cast.con, assessment, "Q2", verdict="not_met")
    answering.change_facts(by=cast.otto, assessment=assessment, facts=NONE)
    return assessment


def moved_to_an_edition_that_rules_out(cast):
    first = edition_of("Q1")
    assessment = start(cast.ada, cast, first, facts=NONE)
    signing.answer(cast.con, assessment, "Q1", verdict="met")
    second = edition_of("Q1", "Q2", number="2026.2", checklist=first.checklist)
    edition_moves.upgrade(by=cast.otto, assessment=assessment, to=second, decisions={})
    return assessment


def after_leaving_and_coming_back(cast):
    assessment = by_hand(cast)
    member = Membership.objects.get(organisation=cast.acme, user=cast.otto)
    member.delete()
    Membership.objects.create(organisation=cast.acme, user=cast.otto, role=member.role)
    return assessment


WAYS = [
    by_hand,
    in_bulk,
    filled_down,
    undone,
    undone_in_bulk,
    taken_over_from_own,
    carried_forward,
    moved_and_back,
    moved_on,
    typed_in_a_move,
    na_of_ones_own,
    with_evidence,
    with_evidence_described,
    started_with_facts_that_rule_out,
    facts_changed_so_that_it_is_not_asked,
    moved_to_an_edition_that_rules_out,
    after_leaving_and_coming_back,
]


def refuse_alone(otto, assessment):
    actions.send(by=otto, assessment=assessment)
    with pytest.raises(ValidationError) as refused:
        signing.sign(otto, assessment)
    assert all(said.startswith(OWN) for said in refused.value.messages)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_nobody_signs_alone(way, cast):
    refuse_alone(cast.otto, way(cast))


def test_nobody_signs_alone_what_they_typed_into_a_sheet(cast, sign_in, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    assessment = start(cast.ada, cast, edition_of("Q1", "Q2"))
    client = sign_in(cast.otto)
    content = sheets.download(client, assessment)
    cells = {(key, "verdict"): "Met" for key in ("Q1", "Q2")}
    shown = sheets.preview(client, assessment, sheets.changed(content, cells))
    sheets.take(client, assessment, shown)
    refuse_alone(cast.otto, assessment)


def test_all_that_facts_rule_out_is_accepted_together(cast, sign_in):
    assessment = start(cast.otto, cast, edition_of("Q1", "Q2", "Q3"), facts=NONE)
    signing.answer(cast.con, assessment, "Q1", verdict="met")
    actions.send(by=cast.otto, assessment=assessment)
    url = f"/o/acme/assessments/{assessment.pk}/review/"
    page = sign_in(cast.otto).get(url)
    assert "You set facts so that 2 questions do not apply" in page.text
    assert "Accept that they do not apply" not in page.text
    client = sign_in(cast.rev)
    page = client.get(url)
    assert "2 questions do not apply" in " ".join(page.text.split())
    walk = client.get(f"{url}check/?why=ruled-out")
    assert "Does not apply, by the facts" in walk.text
    form = page.context["ruled_out"]
    client.post(f"{url}check/ruled-out/", {"seen": form["seen"]})
    desk = desk_of(assessment)
    assert [look.by for key in ("Q2", "Q3") for look in desk.checks[key]] == ["Rev Iewer"] * 2
    said = client.post(f"{url}check/ruled-out/", {"seen": form["seen"]}, follow=True)
    assert "not apply have changed since you looked" in said.text
    assert signing.sign(cast.otto, assessment).signed_by == cast.otto


def test_another_fact_asks_for_another_yes(cast):
    assessment = start(cast.ada, cast, edition_of("Q1", "Q2"), facts=NONE)
    signing.answer(cast.con, assessment, "Q1", verdict="met")
    actions.send(by=cast.otto, assessment=assessment)
    signing.look(cast.rev, assessment, "Q2", "returned", "We do have health data.")
    with pytest.raises(ValidationError, match="One answer is returned"):
        signing.sign(cast.otto, assessment)
    actions.return_for_changes(by=cast.rev, assessment=assessment, said="See Q2.")
    answering.change_facts(by=cast.otto, assessment=assessment, facts=HEALTH)
    assert desk_of(assessment).prepared(cast.otto.pk) == ["Q2"]
