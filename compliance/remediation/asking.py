"""A done action asks to look at its answers again."""

from collections.abc import Collection

from compliance.assessments.choices import (
    ActionStatus,
    Again,
    AssessmentStatus,
    Verdict,
)
from compliance.assessments.events import ACTION_CLOSED, ACTION_UNDONE
from compliance.assessments.holding import hold_open_for
from compliance.assessments.models import Action, ActionLink, Answer
from compliance.audit import trail
from compliance.audit.models import Event

MARKED = "look_again"
"""The payload key for answers that must be confirmed again."""

CLEARED = "asked_to_look"
"""The payload key for answers that are no longer asked for."""


def ask_to_look(action: Action, only: Collection[int] | None = None) -> list[int]:
    """Mark the answers that a done action may have changed; their ids.

    An answer that waits to be confirmed already keeps its own reason. ``only`` are those
    that an undo asks about again; others were confirmed since, or never asked about.
    """
    ids = set(action.links.values_list("answer_id", flat=True))
    if only is not None:
        ids &= set(only)
    hold_open_for(ids)
    rows = Answer.objects.select_for_update(of=("self",)).filter(
        pk__in=ids, applies=True, assessment__status=AssessmentStatus.RUNNING
    )
    settled = [Verdict.MET, Verdict.NA]
    answers = rows.exclude(verdict__in=settled).order_by("pk")
    marked = [answer.pk for answer in answers if not answer.again]
    Answer.objects.filter(pk__in=marked).update(again=Again.ACTION)
    return marked


def stop_asking(
    answer_ids: Collection[int], *, apart: Action | None = None
) -> list[int]:
    """Take the marks back from answers that no done action asks about; their ids.

    Call it after an action is set back from done, or before its link to an answer is
    deleted; then ``apart`` is that action.
    """
    hold_open_for(answer_ids)
    rows = Answer.objects.select_for_update(of=("self",)).filter(
        pk__in=answer_ids,
        again=Again.ACTION,
        assessment__status=AssessmentStatus.RUNNING,
    )
    marked = [answer.pk for answer in rows.order_by("pk")]
    asked = _still_asked(marked, apart)
    ids = [pk for pk in marked if pk not in asked]
    Answer.objects.filter(pk__in=ids).update(again="")
    return ids


def _still_asked(answer_ids: Collection[int], apart: Action | None) -> set[int]:
    """Those that a done action asks about: it was closed when they were marked, or since.

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
    return {
        answer
        for answer, action in found
        if closed.get(str(action), 0) >= marked.get(answer, 0)
    }
