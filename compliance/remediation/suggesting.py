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


def asks_for_action(answer: Answer, today: date) -> bool:
    """Whether a signature waits for an action of this answer, planned or not.

    As ``reviews.readiness`` blocks: a duty that binds by now and is not met. A rating below
    what is asked is no breach.
    """
    return (
        answer.applies
        and answer.verdict == Verdict.NOT_MET
        and answer.assessment.is_open
        and (answer.binds_from is None or answer.binds_from <= today)
        and answer.question.key not in rated_in(answer.assessment.edition)
    )
