"""A done action asks to look at its answers again."""

from collections.abc import Collection
from itertools import groupby
from operator import attrgetter
from uuid import UUID

from django.db.models import QuerySet

from compliance.identity.organisations.models import User
from compliance.proof.audit import trail
from compliance.proof.audit.models import Event
from compliance.work.assessments.choices import (
    ActionStatus,
    Again,
    AssessmentStatus,
    Verdict,
)
from compliance.work.assessments.events import (
    ACTION_ASKS,
    ACTION_ASKS_NO_MORE,
    ACTION_CLOSED,
    ACTION_UNDONE,
)
from compliance.work.assessments.holding import hold_open_for
from compliance.work.assessments.models import Action, ActionLink, Answer

MARKED = "look_again"
"""The payload key for answers that must be confirmed again."""

CLEARED = "asked_to_look"
"""The payload key for answers that are no longer asked for."""


def ask_to_look(
    by: User, action: Action, scope_id: UUID | None, only: Collection[int] | None = None
) -> list[int]:
    """Mark the answers that a done action may have changed; their ids.

    An answer that waits to be confirmed already keeps its own reason. ``only`` are those
    that an undo asks about again; others were confirmed since, or never asked about.
    Record the event of the action itself afterwards; ``scope_id`` is its assessment.
    """
    ids = set(action.links.values_list("answer_id", flat=True))
    if only is not None:
        ids &= set(only)
    rows = _held(ids).filter(applies=True, again="")
    settled = [Verdict.MET, Verdict.NA]
    answers = list(rows.exclude(verdict__in=settled))
    return _mark(by, action, scope_id, answers, Again.ACTION)


def stop_asking(by: User, action: Action, scope_id: UUID | None, answer_ids: Collection[int]) -> list[int]:
    """Take the marks back from answers that no other done action asks about; their ids.

    Record the event of the action itself afterwards; ``scope_id`` is its assessment.
    """
    rows = list(_held(answer_ids).filter(again=Again.ACTION))
    asked = _still_asked([answer.pk for answer in rows], action)
    answers = [answer for answer in rows if answer.pk not in asked]
    return _mark(by, action, scope_id, answers, "")


def _held(answer_ids: Collection[int]) -> QuerySet[Answer]:
    """Answers of running assessments, which stay as they are until this is done."""
    hold_open_for(answer_ids)
    rows = Answer.objects.select_for_update(of=("self",)).order_by("pk")
    return rows.select_related("assessment", "question").filter(
        pk__in=answer_ids, assessment__status=AssessmentStatus.RUNNING
    )


def _mark(by: User, action: Action, scope_id: UUID | None, answers: list[Answer], again: str) -> list[int]:
    """Set the mark, each in an event of its assessment; that of ``scope_id`` comes later."""
    by_assessment = attrgetter("assessment_id")
    for pk, group in groupby(sorted(answers, key=by_assessment), by_assessment):
        some = list(group)
        ids = [answer.pk for answer in some]
        Answer.objects.filter(pk__in=ids).update(again=again)
        if pk != scope_id:
            keys = [answer.question.key for answer in some]
            trail.record(
                by=by,
                organisation_id=action.organisation_id,
                action=ACTION_ASKS if again else ACTION_ASKS_NO_MORE,
                subject=some[0].assessment,
                scope_id=pk,
                before={} if again else {CLEARED: ids},
                after={"number": action.number, "name": action.title, "questions": keys}
                | ({MARKED: ids} if again else {}),
            )
    return [answer.pk for answer in answers]


def _still_asked(answer_ids: Collection[int], apart: Action) -> set[int]:
    """Those that another done action asks about: it was closed when they were marked, or since.

    One that was closed before that had its answers confirmed already.
    """
    links = ActionLink.objects.filter(answer__in=answer_ids)
    done = links.filter(action__status=ActionStatus.DONE).exclude(action=apart)
    found = list(done.values_list("answer_id", "action_id"))
    if not found:
        return set()
    events = Event.objects.filter(
        subject_label="action",
        subject_id__in=[str(pk) for pk in {*links.values_list("action_id", flat=True)}],
        action__in=[ACTION_CLOSED, ACTION_UNDONE],
    )
    marked: dict[int, int] = {}
    closed: dict[str, int] = {}
    for event in events.order_by("seq"):
        _, after = trail.changes(event)
        marked |= dict.fromkeys(after.get(MARKED, ()), event.seq)
        if after.get("status") == ActionStatus.DONE:
            closed[event.subject_id] = event.seq
    return {answer for answer, action in found if closed.get(str(action), 0) >= marked.get(answer, 0)}
