"""A done action asks to look at its answers again."""

from collections.abc import Iterable

from compliance.assessments.choices import (
    ActionStatus,
    Again,
    AssessmentStatus,
    Verdict,
)
from compliance.assessments.holding import hold_open_for
from compliance.assessments.models import Action, ActionLink, Answer

MARKED = "look_again"
"""The payload key for answers that must be confirmed again."""

CLEARED = "asked_to_look"
"""The payload key for answers that are no longer asked for."""


def ask_to_look(action: Action) -> list[int]:
    """Mark the answers that a done action may have changed; their ids.

    An answer that waits to be confirmed already keeps its own reason.
    """
    hold_open_for(list(action.links.values_list("answer_id", flat=True)))
    rows = Answer.objects.select_for_update(of=("self",)).filter(
        action_links__action=action,
        applies=True,
        again="",
        assessment__status=AssessmentStatus.RUNNING,
    )
    settled = [Verdict.MET, Verdict.NA]
    answers = rows.exclude(verdict__in=settled).order_by("pk")
    ids = [answer.pk for answer in answers]
    Answer.objects.filter(pk__in=ids).update(again=Again.ACTION)
    return ids


def stop_asking(action: Action, marked: Iterable[int]) -> list[int]:
    """Take the marks of an undone closing back, where no other done action asks too."""
    hold_open_for(list(marked))
    rows = Answer.objects.select_for_update(of=("self",)).filter(
        pk__in=list(marked),
        again=Again.ACTION,
        assessment__status=AssessmentStatus.RUNNING,
    )
    others = Action.objects.filter(status=ActionStatus.DONE).exclude(pk=action.pk)
    asked = ActionLink.objects.filter(action__in=others).values("answer")
    ids = [answer.pk for answer in rows.exclude(pk__in=asked).order_by("pk")]
    Answer.objects.filter(pk__in=ids).update(again="")
    return ids
