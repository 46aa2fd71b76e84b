"""The action that an answer asks for: title, owner, day and priority, ready to be taken."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

from compliance.assessments.choices import Priority, Verdict
from compliance.assessments.models import Answer
from compliance.checklists.force import rated_in
from compliance.organisations.models import User

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


def suggested(
    answer: Answer, by: User, able: Collection[User], today: date
) -> dict[str, Any]:
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


def unasked(answer: Answer, today: date) -> str:
    """Why a signature waits for no action of this answer; empty where it waits for one,
    planned or not.

    As ``reviews.readiness`` blocks: a duty that binds by now and is not met. A rating below
    the target is not a breach.
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
    is_rated = key in rated_in(answer.assessment.edition)
    return f"{key} is a rating, and none is a breach" if is_rated else ""
