"""Answers from the database, as a sheet needs them: a few queries for any number."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from compliance.assurance.answer_sheets.cells import People, SheetQuestion
from compliance.assurance.answer_sheets.import_plan import CurrentAnswer
from compliance.assurance.answer_sheets.sheet import ASSESSMENT_ID, TRAIL, Line, Mark, Paper
from compliance.content.checklists.models import Question
from compliance.identity.organisations.access import Permission, who_may
from compliance.identity.organisations.models import User
from compliance.proof.audit import trail
from compliance.work.assessments.following import choices_of, values_of
from compliance.work.assessments.models import Answer, Assessment
from compliance.work.assessments.versions import Known
from compliance.work.assessments.writing import (
    events_by_answer,
    is_reworded,
    setting_events,
    wound_back,
)


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
            *assessment.more_in_words,
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
        answer.question_id,
        _asked(answer.question, choices_of(answer)),
        answer.cites,
        applies,
        not answer.applies,
        values_of(answer),
    )


def _asked(question: Question, choices: Iterable[Sequence[str]]) -> SheetQuestion:
    found = tuple((key, verdict, label) for key, verdict, label in choices)
    return SheetQuestion(question.key, question.text, question.kind, question.number or {}, found)


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
    assessment: Assessment, marks: Mapping[int, Mark], *, is_locked: bool = False
) -> dict[int, CurrentAnswer]:
    """Answers by id, each with its fields and its question as its mark knows them.

    Ids of other assessments are passed over.
    """
    rows = assessment.answers.with_choices().select_related("question__section", "owner")
    if is_locked:
        rows = rows.select_for_update(of=("self",))
    answers = list(rows.filter(pk__in=list(marks)).order_by("pk"))
    old = [a.pk for a in answers if marks[a.pk].version < a.version]
    since = events_by_answer(assessment, old)
    before = _questions_before(assessment, answers, marks)
    found: dict[int, CurrentAnswer] = {}
    for answer in answers:
        mark, events = marks[answer.pk], since[answer.pk]
        asked = _asked(answer.question, choices_of(answer))
        was_asked = before.get((mark.question_id, asked.key), asked)
        is_behind = was_asked != asked or is_reworded(Known(mark.version), events)
        found[answer.pk] = CurrentAnswer(
            answer,
            asked,
            was_asked,
            wound_back(answer, Known(mark.version), events),
            setting_events(events),
            is_behind and mark.question_id != answer.question_id,
        )
    return found


def _questions_before(
    assessment: Assessment, answers: Iterable[Answer], marks: Mapping[int, Mark]
) -> dict[tuple[int | None, str], SheetQuestion]:
    """Questions from which the assessment has moved on, by id and key.

    A mark comes from outside: it opens editions of this assessment only. No query
    where nothing has moved.
    """
    named = {pk for a in answers if (pk := marks[a.pk].question_id)}
    if not (gone := named - {answer.question_id for answer in answers}):
        return {}
    moves = assessment.upgrades.values_list("from_edition", "to_edition")
    editions = {edition for move in moves for edition in move}
    rows = Question.objects.filter(pk__in=gone, edition__in=editions)
    return {
        (row.pk, row.key): _asked(row, [(c.key, c.verdict, c.label) for c in row.choices.all()])
        for row in rows.prefetch_related("choices")
    }


def total_of(assessment: Assessment) -> int:
    """How many questions the assessment has."""
    return assessment.answers.count()
