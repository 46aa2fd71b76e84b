"""The action that an answer asks for: title, owner, day and priority, ready to be taken."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef

from compliance.content.checklists.force import rated_in
from compliance.identity.organisations.models import User
from compliance.work.assessments.choices import Priority, Verdict
from compliance.work.assessments.models import Action, ActionLink, Answer, Assessment

PRIORITIES = {
    1: Priority.LOW,
    2: Priority.LOW,
    3: Priority.MEDIUM,
    4: Priority.HIGH,
    5: Priority.HIGH,
}
"""Weight of a question to the priority of its action."""
DAYS = {Priority.HIGH: 30, Priority.MEDIUM: 60, Priority.LOW: 90}
"""Days that an action has by its priority, where its question has no day of its own."""


def suggested_title(answer: Answer) -> str:
    """The first step that the checklist recommends, if it fits a title; else the
    question's own title.
    """
    remedy: str = answer.question.remedy.strip()
    fits = 0 < len(remedy) <= 200 and "\n" not in remedy
    return (remedy if fits else answer.question.title)[:200]


def suggested(answer: Answer, by: User, able: Collection[User], today: date) -> dict[str, Any]:
    """Title, owner and day for the form of an action.

    The owner of the question if they may act (they are among ``able``), else ``by``; the
    day of the question if it lies ahead, else one by the question's weight.
    """
    days = timedelta(days=DAYS[PRIORITIES[answer.question.weight]])
    is_ahead = answer.due_on is not None and answer.due_on > today
    return {
        "title": suggested_title(answer),
        "owner": answer.owner_id if answer.owner in able else by.pk,
        "due_on": answer.due_on if is_ahead else today + days,
    }


def suggested_together(
    answers: Sequence[Answer], by: User, able: Collection[User], today: date
) -> dict[str, Any]:
    """The same for one action about several: the first day, and an owner that all have."""
    each = [suggested(answer, by, able, today) for answer in answers]
    titles, owners = ({one[name] for one in each} for name in ("title", "owner"))
    keys = [answer.question.key for answer in answers]
    some = ", ".join(keys[:5]) + (f" and {len(keys) - 5} more" if keys[5:] else "")
    return {
        "title": titles.pop() if len(titles) == 1 else f"Put right {some}"[:200],
        "owner": owners.pop() if len(owners) == 1 else by.pk,
        "due_on": min(one["due_on"] for one in each),
    }


def asking(assessment: Assessment, ids: Collection[int], today: date) -> list[Answer]:
    """Those of some answers that ask for an action and have no open one, by position."""
    rated = rated_in(assessment.edition)
    planned = ActionLink.objects.filter(answer=OuterRef("pk"), action__in=Action.objects.open())
    rows = assessment.answers.filter(~Exists(planned), pk__in=ids)
    found = rows.select_related("question", "assessment").order_by("question__position")
    return [answer for answer in found if not unasked(answer, today, rated)]


def unasked(answer: Answer, today: date, rated: Collection[str] | None = None) -> str:
    """Why a signature waits for no action of this answer; empty where it waits for one,
    planned or not.

    As ``reviews.readiness`` blocks: a duty that binds by now and is not met. A rating below
    the target is not a breach; ``rated`` are the keys of those, where they are known.
    """
    key = answer.question.key
    if not answer.assessment.is_open:
        return f"this assessment is {answer.assessment.closed_word}"
    if not answer.applies:
        return f"{key} does not apply any more"
    if answer.verdict != Verdict.NOT_MET:
        return f"{key} is no longer “not met”"
    if answer.binds_from is not None and answer.binds_from > today:
        return f"{key} does not bind yet"
    rated = rated_in(answer.assessment.edition) if rated is None else rated
    is_rated = key in rated
    return f"{key} is a rating, and none is a breach" if is_rated else ""
