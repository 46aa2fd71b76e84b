"""Carrying an assessment forward: its answers come along, each to be confirmed again."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from compliance.models import Action, ActionLink, Assessment, Choice, Membership
from compliance.proof.audit import trail, verification
from compliance.proof.audit.models import Event
from compliance.work.assessments import actions
from compliance.work.assessments.earlier_assessments import different, following
from compliance.work.assessments.versions import Known
from compliance.work.workspace import actions as workspace_actions
from compliance.work.workspace.history import history
from tests.support import factories
from tests.support.page_text import flat

YEAR = {"period_from": date(2027, 1, 1), "period_to": date(2027, 12, 31)}


def carry(cast, earlier, edition=None, **fields):
    values = {
        "by": cast.otto,
        "organisation": cast.acme,
        "edition": edition or earlier.edition,
        "subject": earlier.subject,
        "facts": {},
        "earlier": earlier,
    }
    return actions.start(**(values | YEAR | fields))


def say(answer, **fields):
    for name, value in fields.items():
        setattr(answer, name, value)
    answer.save()
    return answer


def test_value_that_is_no_number_is_carried_without_a_verdict(cast):
    """Moves to other editions once left such values."""
    edition = factories.make_draft(questions=0)
    section = edition.sections.get()
    factories.make_question(edition, section, 1, kind="number").save()
    factories.publish(edition)
    assessment = factories.make_assessment(cast.acme, cast.ada, edition)
    say(assessment.answers.get(), verdict="met", value=["a", "b"])
    carried = carry(cast, assessment).answers.get()
    assert (carried.verdict, carried.value) == ("unanswered", ["a", "b"])


@pytest.fixture
def earlier(cast):
    """Q1 met with a note and evidence, Q2 N/A, Q3 untouched."""
    assessment = factories.make_assessment(cast.acme, cast.ada)
    one, two, _ = assessment.answers.order_by("question__position")
    say(one, verdict="met", note="Kept in the vault.", owner=cast.con, version=4)
    say(two, verdict="na", reason="No such system.", na_by=cast.con)
    factories.attach(one, factories.make_link(cast.acme, cast.con))
    return assessment


def by_key(assessment):
    return {a.question.key: a for a in assessment.answers.select_related("question")}


def test_answers_come_along_each_to_be_confirmed_again(cast, earlier):
    new = by_key(carry(cast, earlier))
    assert (new["Q1"].verdict, new["Q1"].note) == ("met", "Kept in the vault.")
    assert new["Q1"].owner == cast.con
    assert [a.evidence.title for a in new["Q1"].attachments.all()] == ["Policy"]
    assert (new["Q1"].again, new["Q2"].again, new["Q3"].again) == (
        "carried",
        "carried",
        "",
    )
    assert {a.version for a in new.values()} == {0}


def test_not_applicable_comes_along_and_waits_for_a_second_person(cast, earlier):
    two = earlier.answers.get(question__key="Q2")
    say(two, na_confirmed_by=cast.rev, na_confirmed_at=two.assessment.started_at)
    found = by_key(carry(cast, earlier))["Q2"]
    assert (found.verdict, found.reason) == ("na", "No such system.")
    assert found.na_waits
    assert found.na_by == cast.con


def test_the_earlier_assessment_stays_as_it_is(cast, earlier):
    before = list(earlier.answers.order_by("pk").values())
    new = carry(cast, earlier)
    assert list(earlier.answers.order_by("pk").values()) == before
    assert new.carried_from == earlier


def test_the_trail_keeps_every_answer_as_it_came_along(cast, earlier):
    new = carry(cast, earlier)
    event = Event.objects.get(action="assessment.started")
    carried = trail.changes(event)[1]["carried"]
    one = by_key(new)["Q1"]
    assert carried["earlier"] == str(earlier.pk)
    assert carried["answers"][str(one.pk)]["note"] == "Kept in the vault."
    assert len(carried["answers"]) == 2
    assert verification.verify(cast.acme.pk) is None


def test_owner_who_has_left_stays_behind(cast, earlier):
    Membership.objects.filter(user=cast.con).delete()
    assert by_key(carry(cast, earlier))["Q1"].owner is None


def test_question_of_another_kind_keeps_its_note_only(cast, earlier):
    draft = factories.make_draft(3, number="2027.1", checklist=earlier.edition.checklist)
    draft.questions.filter(key="Q1").update(kind="number", number={"at_most": 3})
    found = by_key(carry(cast, earlier, factories.publish(draft)))["Q1"]
    assert (found.verdict, found.value) == ("unanswered", None)
    assert (found.note, found.again) == ("Kept in the vault.", "carried")


def test_choice_that_is_no_longer_offered_is_not_carried(cast):
    first = factories.make_draft(2)
    first.questions.update(kind="choice")
    for question in first.questions.all():
        for place, key in enumerate(["all", "some"]):
            Choice.objects.create(question=question, key=key, label=key, verdict="met", position=place)
    assessment = factories.make_assessment(cast.acme, cast.ada, factories.publish(first))
    answers = assessment.answers.order_by("pk")
    for answer, value in zip(answers, ["all", "some"], strict=True):
        say(answer, value=value, verdict="met")
    second = factories.make_draft(2, number="2027.1", checklist=first.checklist)
    second.questions.update(kind="choice")
    for question in second.questions.all():
        Choice.objects.create(question=question, key="all", label="all", verdict="partly", position=1)
    new = by_key(carry(cast, assessment, factories.publish(second)))
    assert (new["Q1"].value, new["Q1"].verdict) == ("all", "partly")
    assert (new["Q2"].value, new["Q2"].verdict) == (None, "unanswered")


def test_open_actions_are_about_the_new_answers_too(cast, earlier):
    action = Action.objects.create(organisation=cast.acme, number=1, title="Do", created_by=cast.ada)
    one = earlier.answers.get(question__key="Q1")
    ActionLink.objects.create(action=action, answer=one)
    new = carry(cast, earlier)
    assert set(action.answers.all()) == {one, by_key(new)["Q1"]}


def test_evidence_and_actions_of_an_open_question_come_along(cast, earlier):
    three = earlier.answers.get(question__key="Q3")
    factories.attach(three, factories.make_link(cast.acme, cast.con))
    action = Action.objects.create(organisation=cast.acme, number=1, title="Buy a safe", created_by=cast.con)
    ActionLink.objects.create(action=action, answer=three)
    new = carry(cast, earlier)
    found = by_key(new)["Q3"]
    assert (found.verdict, found.again) == ("unanswered", "")
    assert [a.evidence.title for a in found.attachments.all()] == ["Policy"]
    assert [link.action for link in found.action_links.all()] == [action]
    event = Event.objects.get(action="assessment.started", scope_id=new.pk)
    _, after = trail.changes(event)
    assert set(after["carried"]["answers"][str(found.pk)]) == {"verdict", "evidence"}


def test_other_checklists_and_other_organisations_are_refused(cast, earlier):
    foreign = factories.make_assessment(cast.other, cast.zoe, earlier.edition)
    for wrong in (foreign, factories.make_assessment(cast.acme, cast.ada)):
        with pytest.raises(ValidationError, match="same checklist"):
            carry(cast, wrong, earlier.edition)
    assert not Event.objects.exists()


def test_saving_takes_the_mark_away(cast, earlier):
    new = by_key(carry(cast, earlier))["Q1"]
    actions.save_answer(
        by=cast.con,
        organisation=cast.acme,
        assessment_id=new.assessment_id,
        answer_id=new.pk,
        changes={"note": "Kept in the new vault."},
        base=0,
    )
    new.refresh_from_db()
    assert new.again == ""


def test_what_says_something_else_than_last_time_is_found_in_one_query(cast, earlier):
    new = carry(cast, earlier)
    assert not different(new)
    answers = by_key(new)
    say(answers["Q1"], verdict="partly")
    say(answers["Q3"], note="New.")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert set(different(new)) == {answers["Q1"], answers["Q3"]}
    assert len(queries) == 1
    assert not different(earlier)


def test_new_question_differs_once_it_is_answered(cast, earlier):
    draft = factories.make_draft(4, number="2027.1", checklist=earlier.edition.checklist)
    new = carry(cast, earlier, factories.publish(draft))
    answer = by_key(new)["Q4"]
    assert not different(new)
    say(answer, verdict="not_met")
    assert set(different(new)) == {answer}


def test_carrying_two_thousand_answers_takes_no_more_statements(cast):
    counts = []
    for number in (1, 2, 60):  # the first event of an organisation costs three more
        assessment = factories.make_assessment(cast.acme, cast.ada, factories.make_edition(number))
        assessment.answers.update(verdict="met", note="Yes.")
        for answer in assessment.answers.all():
            factories.attach(answer, factories.make_link(cast.acme, cast.ada))
        with CaptureQueriesContext(connection) as queries:
            carry(cast, assessment)
        counts.append(len(queries))
    assert counts[1] == counts[2] <= 28


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        ("2026-01-01", "2026-12-31", ("2027-01-01", "2027-12-31")),
        ("2027-01-01", "2027-12-31", ("2028-01-01", "2028-12-31")),
        ("2028-03-01", "2029-02-28", ("2029-03-01", "2030-02-28")),
        ("2026-01-01", "2026-03-31", ("2026-04-01", "2026-06-29")),
        ("2024-02-29", "2025-02-28", ("2025-03-01", "2026-02-28")),
    ],
)
def test_the_next_period_follows_the_last_one(first, last, found):
    ends = following(date.fromisoformat(first), date.fromisoformat(last))
    assert tuple(day.isoformat() for day in ends) == found


def test_page_carries_forward_with_subject_period_and_facts(cast, earlier, sign_in):
    earlier.facts = {"data": ["health"]}
    earlier.save()
    client = sign_in(cast.otto)
    chosen = client.get(reverse("scoping:choose", args=["acme"]))
    url = reverse("scoping:start", args=["acme", earlier.edition.pk])
    url += f"?from={earlier.pk}"
    assert url in chosen.text
    page = client.get(url)
    assert "Carried forward from" in flat(page.text)
    assert 'value="2027-12-31"' in page.text
    assert page.context["facts"].initial == {"data": ["health"]}
    sent = {"subject": "Acme", "data": "health"} | {name: day.isoformat() for name, day in YEAR.items()}
    client.post(url, sent)
    new = Assessment.objects.get(carried_from=earlier)
    assert by_key(new)["Q1"].note == "Kept in the vault."
    listed = client.get(f"{new.get_absolute_url()}?show=confirm-again")
    assert "2 questions" in flat(listed.text)


@pytest.mark.parametrize("given", ["x", "00000000-0000-0000-0000-000000000000"])
def test_unknown_and_foreign_assessments_are_not_found(cast, earlier, sign_in, given):
    foreign = factories.make_assessment(cast.other, cast.zoe, earlier.edition)
    url = reverse("scoping:start", args=["acme", earlier.edition.pk])
    client = sign_in(cast.otto)
    for wrong in (given, foreign.pk):
        assert client.get(f"{url}?from={wrong}").status_code == 404


def test_history_of_an_answer_begins_with_what_came_along(cast, earlier, sign_in):
    new = by_key(carry(cast, earlier))
    (entry,) = history(new["Q1"])
    assert entry.what == ("Carried over from Acme, edition 2026.1, 1 Jan 2026 to 31 Dec 2026")
    assert [(change.label, change.after) for change in entry.changes] == [
        ("Answer", "Met"),
        ("Note", "Kept in the vault."),
        ("Evidence", "1 piece"),
    ]
    assert (entry.actor, entry.can_undo) == (cast.otto, False)
    assert history(new["Q3"]) == []
    args = ["acme", new["Q2"].assessment_id, new["Q2"].pk, "history"]
    page = flat(sign_in(cast.rob).get(reverse("workspace:panel", args=args)).text)
    assert "Carried over from Acme, edition 2026.1" in page
    assert "No such system." in page


def test_what_came_along_stays_in_the_history_after_a_save(cast, earlier):
    new = by_key(carry(cast, earlier))["Q1"]
    workspace_actions.confirm_again(
        by=cast.con,
        organisation=cast.acme,
        assessment_id=new.assessment_id,
        answer_id=new.pk,
        seen=Known(0),
    )
    assert [entry.what[:12] for entry in history(new)] == [
        "Still right",
        "Carried over",
    ]


def test_page_of_a_carried_assessment_asks_no_more_and_finds_what_differs(cast, earlier, sign_in):
    new = carry(cast, earlier)
    say(by_key(new)["Q1"], verdict="partly")
    client, counts = sign_in(cast.otto), []
    client.get(earlier.get_absolute_url())
    for one in (earlier, new):
        with CaptureQueriesContext(connection) as queries:
            client.get(one.get_absolute_url())
        counts.append(len(queries))
    assert counts[0] == counts[1]
    page = client.get(new.get_absolute_url(), {"show": "different"})
    assert page.context["found"] == 1


def test_choice_that_means_not_applicable_now_is_its_own_reason(cast):
    def edition(number, verdict):
        draft = factories.make_draft(0, checklist=checklist, number=number)
        question = factories.make_question(draft, draft.sections.get(), 1, kind="choice")
        question.save()
        Choice.objects.create(question=question, key="no", label="None", verdict=verdict, position=1)
        return factories.publish(draft)

    checklist = factories.make_checklist()
    earlier = factories.make_assessment(cast.acme, cast.ada, edition("1", "met"))
    say(earlier.answers.get(), value="no", verdict="met")
    new = carry(cast, earlier, edition("2", "na")).answers.get()
    assert (new.verdict, new.reason) == ("na", "None")


def test_page_of_checklists_offers_twenty_to_carry_forward(cast, sign_in):
    edition = factories.make_edition(1)
    for at in range(60):
        factories.make_assessment(cast.acme, cast.ada, edition, subject=f"Subject {at:02}")
    client = sign_in(cast.ada)
    url = reverse("scoping:choose", args=["acme"])
    page = client.get(url)
    assert page.text.count("?from=") == 20
    assert len(page.content) < 40_000
    assert client.get(f"{url}?page=3").text.count("?from=") == 20
    assert client.get(f"{url}?page=x").status_code == 200
