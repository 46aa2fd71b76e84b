"""Types of events that only tests make."""

from functools import partial
from typing import Any

from compliance.proof.audit.event_types import EventType, Prepares, Topic

_type = partial(
    EventType,
    sentence="thing done",
    before=dict[str, Any],
    after=dict[str, Any],
    prepares=Prepares.NOTHING,
)

THING_DONE = _type("thing.done", subject="organisation", topic=Topic.TRAIL)
FORMULA = _type("=thing.done", subject="organisation", topic=Topic.TRAIL)
PERSON_CAME = _type("person.came", subject="organisation", topic=Topic.PEOPLE)
BEGUN = {
    "user": _type("people.begun", subject="user", topic=Topic.TRAIL),
    "organisation": _type("chain.begun", subject="organisation", topic=Topic.TRAIL),
    "checklist": _type("library.begun", subject="checklist", topic=Topic.TRAIL),
}
GUESSED = EventType(
    "answer.guessed",
    "guessed",
    subject="answer",
    topic=Topic.ANSWER,
    after=dict[str, Any],
)
