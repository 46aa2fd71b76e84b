"""Answers from the database, as a sheet needs them: a few queries for any number."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from compliance.answer_sheets.cells import People, SheetQuestion
from compliance.answer_sheets.import_plan import CurrentAnswer
from compliance.answer_sheets.sheet import ASSESSMENT_ID, TRAIL, Line, Paper
from compliance.assessments.following import choices_of, values_of
from compliance.assessments.models import Answer, Assessment
from compliance.assessments.versions import Known
from compliance.assessments.writing import events_by_answer, setting_events, wound_back
from compliance.audit import trail
from compliance.organisations.access import Permission, who_may
from compliance.organisations.models import User


def paper_of(assessment: Assessment, by: User, at: datetime) -> Paper:
    """Every answer of an assessment, by section, as it stands."""
    seq, digest = trail.head_of(assessment.organisation_id)
    rows = assessment.answers.with_choices().with_cites()
    rows = rows.select_related("question__section", "owner")
    answers = list(rows.order_by("question__position"))
    sections: dict[str, tuple[str, list[Line]]] = {}
    for answer in answers:
        section = answer.question.section
        _, lines = sections.setdefault(section.key, (section.title, []))
        lines.append(_line(answer, at.date()))
    return Paper(
        title=f"{assessment.edition.checklist.title}: {assessment.subject}",
        about=[
            ("Checklist", assessment.edition.checklist.title),
            ("Edition", assessment.edition.number),
            ("Subject", assessment.subject),
            ("Organisation", assessment.organisation.name),
            ("Audit period", f"{assessment.period_from} to {assessment.period_to}"),
            ("Questions", str(len(answers))),
            ("Written out", f"{at:%Y-%m-%d %H:%M %Z} by {by}"),
            (ASSESSMENT_ID, str(assessment.pk)),
            (TRAIL, f"event {seq}, {digest}"),
        ],
        sections=list(sections.values()),
        people=people_of(assessment, (answer.owner for answer in answers)),
        written_at=at,
    )


def _line(answer: Answer, today: date) -> Line:
    applies = "Applies" if answer.applies else "Does not apply"
    if answer.applies and answer.binds_from and answer.binds_from > today:
        day = answer.binds_from
        applies = f"From {day.day} {day:%b %Y}"
    return Line(
        answer.pk,
        answer.version,
        _asked(answer),
        answer.cites,
        applies,
        not answer.applies,
        values_of(answer),
    )


def _asked(answer: Answer) -> SheetQuestion:
    question = answer.question
    choices = tuple((key, verdict, label) for key, verdict, label in choices_of(answer))
    return SheetQuestion(
        question.key, question.text, question.kind, question.number or {}, choices
    )


def people_of(assessment: Assessment, owners: Iterable[User | None] = ()) -> People:
    """People who may answer, by name, and other owners; a name that two have says the address."""
    members = who_may(assessment.organisation, Permission.ANSWER)
    everyone = {user.pk: user for user in (*members, *owners) if user}
    names = Counter(str(user) for user in everyone.values())
    return People(
        names={
            pk: str(user) if names[str(user)] == 1 else f"{user} <{user.email}>"
            for pk, user in everyone.items()
        },
        emails={user.pk: user.email for user in members},
    )


def standing_of(
    assessment: Assessment, versions: Mapping[int, int], *, is_locked: bool = False
) -> dict[int, CurrentAnswer]:
    """Answers by id, each with its fields as they were in the version it maps to.

    Ids of other assessments are passed over.
    """
    rows = assessment.answers.with_choices().select_related(
        "question__section", "owner"
    )
    if is_locked:
        rows = rows.select_for_update(of=("self",))
    answers = list(rows.filter(pk__in=list(versions)).order_by("pk"))
    old = [a.pk for a in answers if versions[a.pk] < a.version]
    since = events_by_answer(assessment, old)
    return {
        a.pk: CurrentAnswer(
            a,
            _asked(a),
            wound_back(a, Known(versions[a.pk]), since[a.pk]),
            setting_events(since[a.pk]),
        )
        for a in answers
    }


def total_of(assessment: Assessment) -> int:
    """How many questions the assessment has."""
    return assessment.answers.count()
