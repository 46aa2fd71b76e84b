"""Dates of work: answers, what was put off, actions, evidence, assessments."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Count, F, Max, Min, Q
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from compliance.reporting.calendar.choices import Kind
from compliance.reporting.calendar.entries import Entry, Mark
from compliance.reporting.calendar.sources.scope import DateScope
from compliance.work.assessments.choices import OPEN, TALKED, Verdict
from compliance.work.assessments.models import Answer, Assessment

ANSWER, LATER, ACTION, EVIDENCE, REVIEW = (
    "due", "later", "action", "evidence", "finish",
)  # fmt: skip
_UNSETTLED = (*OPEN, Verdict.PARTLY, Verdict.NOT_MET)


def answers(scope: DateScope) -> Iterator[Mark]:
    """A mark for each day and assessment on which answers are due."""
    due = scope.theirs().filter(due_on__isnull=False, verdict__in=_UNSETTLED)
    return _grouped(due, "due_on", ANSWER)


def put_off(scope: DateScope) -> Iterator[Mark]:
    """The same for the day to which "later" puts them off."""
    later = scope.theirs().filter(verdict=Verdict.LATER)
    return _grouped(later, "later_until", LATER)


def _grouped(rows: Any, day: str, source: str) -> Iterator[Mark]:
    found = rows.values_list(day, "assessment", "assessment__started_at").annotate(
        count=Count("pk"), first=Min("pk"), changed=Max("changed_at")
    )
    for on, assessment, started, count, first, changed in found:
        at = max(started, changed) if changed else started
        yield Mark(on, source, str(assessment), count, first, at)


def actions(scope: DateScope) -> Iterator[Mark]:
    """Open actions with a day."""
    rows: Any = scope.organisation.actions.open().filter(due_on__isnull=False)
    rows = rows.order_by()
    rows = scope.belonging(rows, Q(owner__in=scope.people))
    if scope.assessment:
        rows = rows.filter(pk__in=rows.filter(links__answer__assessment=scope.assessment).values("pk"))
    for pk, day in rows.values_list("pk", "due_on"):
        yield Mark(day, ACTION, str(pk))


def evidence(scope: DateScope) -> Iterator[Mark]:
    """Evidence that runs out and has no newer version.

    A person's is the evidence behind the answers they own, and what they added and nobody
    uses yet. Nobody's is also behind a running answer, or not in use.
    """
    rows: Any = scope.organisation.evidence.current()
    rows = rows.filter(expires_on__isnull=False)
    rows = rows.order_by()

    def behind(answers: Any) -> Q:
        return Q(pk__in=rows.filter(attachments__answer__in=answers).values("pk"))

    unused = Q(attachments=None)
    if scope.is_nobodys:
        rows = rows.filter(behind(scope.asked()) | unused)
    if scope.assessment:
        rows = rows.filter(behind(scope.theirs()))
    else:
        theirs = behind(scope.asked().filter(scope.answered_for()))
        rows = scope.belonging(rows, theirs | unused & Q(added_by__in=scope.people))
    for pk, day in rows.values_list("pk", "expires_on"):
        yield Mark(day, EVIDENCE, str(pk))


def reviews(scope: DateScope) -> Iterator[Mark]:
    """Assessments that are to be finished by a day, until they are signed."""
    rows = scope.organisation.assessments.filter(status__in=TALKED, due_on__isnull=False)
    found: Any = scope.narrowed(rows, person="started_by", assessment="pk")
    for pk, day, at in found.order_by().values_list("pk", "due_on", "started_at"):
        yield Mark(day, REVIEW, str(pk), at=at)


def entries_of_answers(scope: DateScope, marks: Sequence[Mark]) -> Iterator[Entry]:
    """In words: a single one by its question, several by their assessment."""
    one = gettext("Due: %(question)s")
    return _grouped_entries(scope, marks, Kind.ANSWER, one, _due)


def entries_of_put_off(scope: DateScope, marks: Sequence[Mark]) -> Iterator[Entry]:
    """The same for answers that were put off."""
    one = gettext("Take up again: %(question)s")
    return _grouped_entries(scope, marks, Kind.LATER, one, _taken_up)


def _due(count: int) -> str:
    return ngettext("%(count)s answer is due", "%(count)s answers are due", count)


def _taken_up(count: int) -> str:
    return ngettext("Take up %(count)s answer again", "Take up %(count)s answers again", count)


def _grouped_entries(
    scope: DateScope, marks: Sequence[Mark], kind: Kind, one: str, several: Any
) -> Iterator[Entry]:
    slug = scope.organisation.slug
    single = [mark.first for mark in marks if mark.questions == 1]
    rows = Answer.objects.filter(pk__in=single).order_by()
    columns = rows.values_list("pk", "question__key", "question__title")
    questions = {pk: f"{key} {title}" for pk, key, title in columns}
    named = _assessments(marks)
    for mark in marks:
        path = reverse("workspace:detail", args=[slug, mark.pk])
        title = several(mark.questions) % {"count": mark.questions}
        if mark.questions == 1:
            path = f"{path}?open={mark.first}#answer-{mark.first}"
            title = one % {"question": questions.get(mark.first, "")}
        yield Entry(
            key=f"{mark.source}-{mark.pk}-{mark.day}",
            kind=kind,
            day=mark.day,
            title=title,
            path=path,
            at=mark.at or scope.organisation.created_at,
            detail=str(named[mark.pk]),
        )


def _assessments(marks: Sequence[Mark]) -> dict[str, Assessment]:
    rows = Assessment.objects.filter(pk__in={mark.pk for mark in marks})
    rows = rows.select_related("edition__checklist").defer("edition__extra")
    return {str(one.pk): one for one in rows.order_by()}


def entries_of_actions(scope: DateScope, marks: Sequence[Mark]) -> Iterator[Entry]:
    """In words, with the owner."""
    rows = scope.organisation.actions.select_related("owner", "organisation")
    found = rows.in_bulk([int(mark.pk) for mark in marks])
    for mark in marks:
        one = found[int(mark.pk)]
        yield Entry(
            key=f"action-{one.pk}",
            kind=Kind.ACTION,
            day=mark.day,
            title=gettext("Due: %(code)s %(title)s") % {"code": one.code, "title": one.title},
            path=one.get_absolute_url(),
            at=mark.at or one.created_at,
            detail=str(one.owner) if one.owner else gettext("No owner"),
        )


def entries_of_evidence(scope: DateScope, marks: Sequence[Mark]) -> Iterator[Entry]:
    """In words, with the number of answers behind which it stands."""
    rows = scope.organisation.evidence.select_related("organisation").annotate(
        answers=Count(
            "attachments",
            filter=Q(
                attachments__answer__in=scope.asked(),
                attachments__answer__archived_at=None,
            ),
        )
    )
    found: dict[Any, Any] = {str(one.pk): one for one in rows.filter(pk__in=_pks(marks))}
    for mark in marks:
        one = found[mark.pk]
        used = ngettext("Used in %(count)s answer", "Used in %(count)s answers", one.answers)
        yield Entry(
            key=f"evidence-{one.pk}",
            kind=Kind.EVIDENCE,
            day=mark.day,
            title=gettext("Runs out: %(title)s") % {"title": one.title},
            path=one.get_absolute_url(),
            at=mark.at or one.added_at,
            detail=used % {"count": one.answers} if one.answers else gettext("In no answer"),
        )


def _pks(marks: Sequence[Mark]) -> list[str]:
    return [mark.pk for mark in marks]


def entries_of_reviews(scope: DateScope, marks: Sequence[Mark]) -> Iterator[Entry]:
    """In words, with how many questions are open."""
    counts = (
        Answer.objects.filter(assessment_id__in=_pks(marks), applies=True)
        .filter(Q(verdict__in=OPEN), Q(binds_from=None) | Q(binds_from__lte=scope.today))
        .order_by()
        .values_list("assessment")
        .annotate(count=Count(F("pk")))
    )
    left = {str(pk): count for pk, count in counts}
    named = _assessments(marks)
    for mark in marks:
        count = left.get(mark.pk, 0)
        said = ngettext("%(count)s question is open", "%(count)s questions are open", count)
        slug = scope.organisation.slug
        yield Entry(
            key=f"finish-{mark.pk}",
            kind=Kind.REVIEW,
            day=mark.day,
            title=gettext("To be finished: %(assessment)s") % {"assessment": named[mark.pk]},
            path=reverse("workspace:detail", args=[slug, mark.pk]),
            at=mark.at or scope.organisation.created_at,
            detail=said % {"count": count} if count else gettext("No question is open"),
        )
