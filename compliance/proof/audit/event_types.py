"""The types of events: each is declared once, in the ``events`` module of its room.

A type is the string that the trail holds, like a member of Django's ``TextChoices``, with
all that the program knows about such events beside it. ``trail.record`` takes no other.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property
from typing import Any

from django.db.models import TextChoices
from django.utils.functional import Promise
from pydantic import TypeAdapter, ValidationError

from compliance.proof.audit.payloads import Side, erasable

_TEXTS_OF_ROWS = "/rows/texts/*/*/**"
"""Columns that people write in: see ``columns.is_text``."""


class UnknownVersionError(ValueError):
    """An event was written in a version of its type that this program does not know."""


class Topic(TextChoices):
    """The subjects by which people filter the trail."""

    ASSESSMENT = "assessment", "Assessments and signatures"
    ANSWER = "answer", "Answers"
    COMMENT = "comment", "Comments"
    EVIDENCE = "evidence", "Evidence"
    ACTION = "action", "Actions"
    REPORT = "report", "Reports and exports"
    AUDITOR = "auditor", "Auditors and share links"
    PEOPLE = "people", "People"
    CHECKLIST = "checklist", "Checklists and law"
    TRAIL = "trail", "The trail itself"


class Prepares(StrEnum):
    """The answers that an event makes its author a preparer of, for four eyes."""

    ANSWER = "the answer that it is about, if it is about one"
    TYPED = "that answer, where its author typed it again"
    USES = "each answer that uses the evidence"
    MOVED = "each question that now applies, or no longer does"
    RULED_OUT = "each question that does not apply"
    NOTHING = "none"


class Does(StrEnum):
    """How an event changes a part of a draft; its undo is the other way round."""

    ADDS = "adds it"
    REMOVES = "takes it away"
    MOVES = "gives it another place"
    CHANGES = "changes its fields"
    REPLACES = "replaces words in all of it"
    MERGES = "takes over the text of the original"


_TYPES: dict[str, "EventType"] = {}


@dataclass(frozen=True, eq=False, repr=False)
class EventType(str):
    """The name of an event, and its meaning; making one registers it."""

    name: str
    sentence: str | Promise
    """The event in a few words: "accepted by a reviewer"; it begins in lower case unless
    its language asks for a capital there."""
    subject: str
    """The model that it is about, as in ``Event.subject_label``."""
    topic: Topic
    version: int = 1
    """Of the payload, the sides below: each event says in which one it was written."""
    before: Any = Side
    after: Any = Side
    """The values it may have before and after; see ``payloads.py``."""
    prepares: Prepares = Prepares.ANSWER
    writes: str = ""
    """The table of which each such event changes a row: of its subject, one that it names
    by ``table``, or one that names its subject. Empty where it may change none, or another event of the same
    writer's block may have it."""
    changes_answer: bool = False
    """It changed fields of an answer and raised its version."""
    changes_action: bool = False
    """It changed fields of an action and raised its version."""
    undoable: bool = False
    """A person can put back this one event."""
    voids: bool = False
    """Where it changes something that was signed, the signature no longer holds."""
    keeps_checks: bool = False
    """It opens nothing for a reviewer: no look at an answer was about it."""
    is_news: bool = False
    """Others see it as a change of the answer since they last looked."""
    did: str = "changed this"
    """As news, after a name: "Ada changed this"."""
    stays_inside: bool = False
    """It holds text that never became part of an answer: auditors do not read it."""
    undo_words: str = ""
    """Beside the button that undoes a change to a draft."""
    part: str = ""
    does: Does | None = None
    """The part of a draft that it is about, as its model is called, and what it does."""

    def __new__(cls, name: str, *_args: Any, **_kwargs: Any) -> "EventType":
        """The string itself is the name."""
        return super().__new__(cls, name)

    def __post_init__(self) -> None:
        """Register it. Raises ``ValueError`` for a name that is taken."""
        if self.name in _TYPES:
            msg = f"Two event types are named {self.name}."
            raise ValueError(msg)
        _TYPES[self.name] = self
        _those.cache_clear()

    @cached_property
    def _checks(self) -> tuple[TypeAdapter[Any], TypeAdapter[Any]]:
        return _check_of(self.before), _check_of(self.after)

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """Where such an event holds texts of people, which may be erased."""
        sides = erasable(self.before, "/before"), erasable(self.after, "/after")
        return (*sides[0], *sides[1], _TEXTS_OF_ROWS)

    def refuse_unfit(self, before: dict[str, Any], after: dict[str, Any]) -> None:
        """Refuse sides that do not fit. Raises ``ValueError`` with what and where."""
        for name, check, side in zip(("before", "after"), self._checks, (before, after), strict=True):
            try:
                check.validate_python(side)
            except ValidationError as error:
                first = error.errors(include_url=False)[0]
                place = ".".join(map(str, (name, *first["loc"])))
                msg = f"{self.name} does not fit its type: {place}: {first['msg']}."
                raise ValueError(msg) from error

    def __reduce__(self) -> tuple[Callable[[str], "EventType"], tuple[str]]:
        """A copy is the type itself."""
        return named, (self.name,)


def every() -> tuple[EventType, ...]:
    """All types, in the order of their rooms."""
    return tuple(_TYPES.values())


def those(**about: Any) -> tuple[EventType, ...]:
    """The types with all of some attributes, for ``action__in``: ``those(voids=True)``."""
    return _those(frozenset(about.items()))


@cache
def _check_of(side: Any) -> TypeAdapter[Any]:
    """Built when it is first needed, once for all types with that side."""
    return TypeAdapter(side)


@cache
def _those(about: frozenset[tuple[str, Any]]) -> tuple[EventType, ...]:
    return tuple(one for one in every() if all(getattr(one, name) == value for name, value in about))


def find(name: str) -> EventType | None:
    """The type of that name; None for an event that another program wrote."""
    return _TYPES.get(name)


def named(name: str) -> EventType:
    """The type of that name. Raises ``KeyError``."""
    return _TYPES[name]


def refuse_unknown(name: str, version: Any) -> None:
    """Refuse to read an event in another version of its type than the one known here.

    Raises ``UnknownVersionError``.
    """
    found = find(name)
    if found and version != found.version:
        msg = f"is {name} in version {version}, and only version {found.version} is known"
        raise UnknownVersionError(msg)


def texts_of(name: str) -> tuple[str, ...]:
    """Where an event of a type holds what may be erased; nowhere for an unknown type."""
    found = find(name)
    return found.texts if found else ()


def refuse_unfit(action: str, subject_label: str, before: dict[str, Any], after: dict[str, Any]) -> None:
    """Refuse an event of no type, or that says something else than its type may.

    Raises ``ValueError``.
    """
    found = _TYPES.get(action)
    if found is None:
        msg = f"There is no type of events named {action}: declare it in the events module of its room."
        raise ValueError(msg)
    if found.subject != subject_label:
        msg = f"{action} is about a row of {found.subject}, not of {subject_label}."
        raise ValueError(msg)
    found.refuse_unfit(before, after)
