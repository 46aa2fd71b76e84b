"""Payloads of events about assessments, answers and actions."""

from inspect import get_annotations
from typing import Annotated, Any, Literal, Required

from pydantic import Strict

from compliance.proof.audit.payloads import (
    Day,
    Hash,
    Id,
    Moment,
    Part,
    Sending,
    Side,
    Words,
    by_id,
    side,
)
from compliance.work.assessments.action_fields import ACTION_FIELDS
from compliance.work.assessments.answer_fields import (
    ANSWER_FIELDS,
    ANSWERED,
    TYPED,
    Kind,
    Role,
)
from compliance.work.assessments.choices import Verdict
from compliance.work.assessments.detail_fields import DETAILS

Facts = dict[str, list[str] | None]
"""Fact to the choices that were picked; None is "not known yet"."""


_HOLDS: dict[Kind, Any] = {
    Kind.VERDICT: Annotated[Verdict, Strict(False)],
    Kind.VALUE: Words | list[Words] | None,
    Kind.TEXT: Words,
    Kind.PERSON: int | None,
    Kind.DAY: Day | None,
    Kind.MOMENT: Moment | None,
    Kind.FLAG: bool,
    Kind.WORD: str,
    Kind.ANSWER: int | None,
    Kind.COUNT: int | None,
    Kind.NUMBER: str | None,
}
"""A kind of field to what an event may say of it."""
_VALUES = {
    field.column: _HOLDS[field.kind] for field in ANSWER_FIELDS if field.role in {Role.TYPED, Role.BESIDE}
}
_CREDIT = {column: _VALUES[column] for column in ANSWERED}

Values = side("Values", _VALUES)
"""The fields of an answer, and what goes with them."""
Credit = side("Credit", _CREDIT)
"""Author and time of an answer."""


class Source(Side, total=False):
    """The answer that another one was taken over from."""

    answer: Required[int]
    key: Required[str]
    checklist: Required[Words]
    version: Required[int]


class FromProposal(Side, total=False):
    """A proposal: by which token, and whose."""

    proposal: Required[int]
    token: Required[int]
    title: Required[Words]
    person: Required[int]


class Proof(Side, total=False):
    """A piece of evidence."""

    evidence: Required[Id]
    title: Required[Words]
    sha256: Required[Hash | Literal[""]]


Before = side("Before", _VALUES | {"version": int})
"""An answer before a change."""
After = side(
    "After",
    _VALUES | {"version": int, "source": Source} | {"attached": list[Proof], "detached": list[Proof]},
)
"""An answer after a change, and what came with it."""
Saved = side("Saved", get_annotations(After) | {"proposal": FromProposal})
"""The same, and the proposal that was saved as the person's answer."""


Proposed = side(
    "Proposed",
    {field.column: _VALUES[field.column] for field in TYPED if field.answering}
    | {"proposal": Required[FromProposal], "of_version": Required[int], "text": Words}
    | {"grounds": list[Proof], "replaces": int},
)
"""An answer that a program proposed for a version of the one that stands."""


class SetAside(Side, total=False):
    """A proposal that was set aside or withdrawn, and why, or is open again."""

    proposal: Required[FromProposal]
    text: Words


class Version(Side, total=False):
    """The version that a refused save met."""

    version: Required[int]


class Confirmed(Side, total=False):
    """When "not applicable" was confirmed, and whose it is."""

    at: Required[Moment]
    reason_of: Required[int]


class Comment(Side, total=False):
    """A comment, or the beginning of it."""

    comment: Required[int]
    text: Required[Words]
    mentions: list[int]


SentBack = side("SentBack", _VALUES | {"version": int} | get_annotations(Comment))
"""An answer whose "not applicable" was sent back, with the comment why."""
Filed = side("Filed", _CREDIT | get_annotations(Proof))
"""A piece that came into an answer or left it, and who answered by that."""


class Looked(Side, total=False):
    """A reviewer's look: the hash of what was seen, the review, the reason."""

    seen: Required[Hash]
    review: Required[int]
    text: Words


CameAlong = side("CameAlong", _VALUES | {"evidence": list[Id]})
"""An answer as it came along from an earlier assessment."""
Carried = side("Carried", {"earlier": Required[Id], "answers": Required[by_id(CameAlong)]})
"""Where answers came along from, and which."""


_DETAILS = {field.column: _HOLDS[field.kind] for field in DETAILS}

Started = side(
    "Started",
    {column: Required[held] for column, held in _DETAILS.items()}
    | {
        "checklist": Required[str],
        "edition": Required[str],
        "content_hash": Required[Hash],
        "facts": Required[Facts],
        "carried": Carried,
        "rests_on": Id,
        "sending": Sending,
    },
)
"""The assessment as it began."""


class OldFacts(Side, total=False):
    """The facts that changed, as they were."""

    facts: Required[Facts]


class NewFacts(OldFacts, total=False):
    """As they are now, and the keys of questions that apply by that, or no longer do."""

    questions_moved: Required[list[str]]


OldDetails = side("OldDetails", _DETAILS)
"""The details of an assessment that were wrong; both days of a period."""
NewDetails = side("NewDetails", _DETAILS | {"text": Required[Words], "questions_moved": Required[list[str]]})
"""As they are now, why, and the keys of questions that apply by that, or no longer do."""


class Rested(Side, total=False):
    """The assessment that answers for another one, by id and in words; None for none."""

    rests_on: Required[Id | None]
    told: Required[Words]


class Rests(Rested, total=False):
    """The same now, and the keys of questions that are asked here by that, or no longer."""

    questions_moved: Required[list[str]]


class Status(Side, total=False):
    """The state of an assessment."""

    status: Required[str]


class Place(Side, total=False):
    """The edition that an assessment rests on."""

    checklist: Required[str]
    edition: Required[str]
    content_hash: Required[Hash]


class Moved(Place, total=False):
    """The keys of questions by what was decided about their answers."""

    added: Required[list[str]]
    archived: list[str]
    again: list[str]
    anew: list[str]
    convert: list[str]
    note: list[str]


class MovedBack(Place, total=False):
    """The keys of questions whose answers changed since the move, and were kept."""

    kept: Required[list[str]]


class Name(Side, total=False):
    """A person of a bundle, and the account that stands for them."""

    title: Required[Words]
    account: Required[int]


_ACTION = {field.column: _HOLDS[field.kind] for field in ACTION_FIELDS}

Fields = side("Fields", _ACTION)
"""The fields of an action."""


class Asked(Side, total=False):
    """The answers that are no longer to be looked at again."""

    asked_to_look: list[int]


ActionBefore = side(
    "ActionBefore", _ACTION | get_annotations(Asked) | {"closed_at": Moment, "closed_by_id": int}
)
"""An action before a change; a closing that it ends or replaces, for an undo."""


class Task(Side, total=False):
    """The action that the event is about."""

    number: Required[int]
    name: Required[Words]


_TASK = get_annotations(Task) | _ACTION
NewTask = side("NewTask", _TASK | {"questions": list[str]})
"""A new action, and the keys of questions that it is about."""
ActionAfter = side("ActionAfter", _TASK | {"version": Required[int], "look_again": list[int]})
"""An action after a change, and the answers to look at again."""


class Concerned(Task, total=False):
    """Keys of the questions of one assessment, where an action is about several."""

    questions: Required[list[str]]


class Asks(Concerned, total=False):
    """The answers to look at again, as well."""

    look_again: Required[list[int]]


class Wait(Task, total=False):
    """The number of the action that another one waits for."""

    waits_for: Required[int]


class Link(Task, total=False):
    """An answer that an action is about, by its id and the key of its question."""

    answer: Required[int]
    questions: Required[list[str]]


BroughtIn = side(
    "BroughtIn",
    {
        "bundle": Required[Hash],
        "content_hash": Required[Hash],
        "organisation": Required[Part],
        "assessment": Required[Id],
        "heads": Required[list[list[int | str]]],
        "erased": Required[dict[str, dict[str, list[str]]]],
        "counts": Required[dict[str, int]],
    },
)
"""The bundle it came in, and the leaves of its trails that were erased before."""
