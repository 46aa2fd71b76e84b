"""What events about assessments, answers and actions say, side by side."""

from typing import Annotated, Literal, Required

from pydantic import Strict

from compliance.assessments.choices import Verdict
from compliance.audit.payloads import Day, Hash, Id, Moment, Part, Side, Words

Facts = dict[str, list[str] | None]
"""Fact to the choices that were picked; None is "not known yet"."""


class Signed(Side, total=False):
    """Who said an answer, and who confirmed it."""

    changed_by_id: int
    changed_at: Moment
    na_by_id: int
    na_confirmed_by_id: int
    na_confirmed_at: Moment


class Credit(Side, total=False):
    """Who answered, and when."""

    answered_by_id: int | None
    answered_at: Moment | None


class Values(Credit, total=False):
    """The fields of an answer, and what goes with them."""

    verdict: Annotated[Verdict, Strict(False)]
    value: Words | list[Words] | None
    note: Words
    reason: Words
    owner_id: int | None
    due_on: Day | None
    later_until: Day | None
    again: str
    taken_from_id: int | None
    taken_version: int | None
    taken_at: Moment | None


class Source(Side, total=False):
    """The answer that another one was taken over from."""

    answer: Required[int]
    key: Required[str]
    checklist: Required[Words]
    version: Required[int]


class Proof(Side, total=False):
    """A piece of evidence."""

    evidence: Required[Id]
    title: Required[Words]
    sha256: Required[Hash | Literal[""]]


class Before(Values, total=False):
    """An answer before a change."""

    version: int
    signed: Signed


class After(Values, total=False):
    """An answer after a change, and what came with it."""

    version: int
    source: Source
    attached: list[Proof]
    detached: list[Proof]


class Version(Side, total=False):
    """The version that a refused save met."""

    version: Required[int]


class SaidBy(Side, total=False):
    """Who had said what is confirmed, or no longer is."""

    signed: Signed


class Confirmed(Side, total=False):
    """When "not applicable" was confirmed, and whose it is."""

    at: Required[Moment]
    reason_of: Required[int]


class Comment(Side, total=False):
    """A comment, or the beginning of it."""

    comment: Required[int]
    text: Required[Words]
    mentions: list[int]


class SentBack(Before, Comment, total=False):
    """An answer whose "not applicable" was sent back, with the comment why."""


class Filed(Proof, Credit, total=False):
    """A piece that came into an answer or left it, and who answered by that."""


class Looked(Side, total=False):
    """A reviewer's look: the hash of what was seen, the review, the reason."""

    seen: Required[Hash]
    review: Required[int]
    text: Words


class CameAlong(Values, total=False):
    """An answer as it came along from an earlier assessment."""

    evidence: list[Id]


class Carried(Side, total=False):
    """Where answers came along from, and which, by their ids here."""

    earlier: Required[Id]
    answers: Required[dict[str, CameAlong]]


class Started(Side, total=False):
    """The assessment as it began."""

    checklist: Required[str]
    edition: Required[str]
    content_hash: Required[Hash]
    subject: Required[Words]
    period: Required[list[Day]]
    due_on: Required[Day | None]
    facts: Required[Facts]
    carried: Carried


class OldFacts(Side, total=False):
    """The facts that changed, as they were."""

    facts: Required[Facts]


class NewFacts(OldFacts, total=False):
    """As they are now, and the keys of questions that apply by that, or no longer do."""

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


class Fields(Side, total=False):
    """The fields of an action."""

    title: Words
    text: Words
    owner_id: int | None
    due_on: Day | None
    priority: str
    status: str
    effort_days: str | None


class ActionBefore(Fields, total=False):
    """An action before a change; ``asked_to_look`` names answers no longer asked about."""

    closed_at: Moment
    asked_to_look: list[int]


class Task(Side, total=False):
    """Which action it is."""

    number: Required[int]
    name: Required[Words]


class NewTask(Task, Fields, total=False):
    """A new action, and the keys of questions that it is about."""

    questions: list[str]


class ActionAfter(Task, Fields, total=False):
    """An action after a change, and the answers to look at again."""

    version: Required[int]
    look_again: list[int]


class Link(Task, total=False):
    """An answer that an action is about, by its id and the key of its question."""

    answer: Required[int]
    questions: Required[list[str]]


class AnswerThere(Values, total=False):
    """An answer as it came in a bundle."""

    version: int
    na_confirmed_at: Moment


class ActionThere(Fields, total=False):
    """An action as it came in a bundle."""

    version: int
    number: int
    created_by_id: int | None
    answers: list[int]


class CommentThere(Side, total=False):
    """A comment as it came in a bundle."""

    answer: Required[int]
    author: Required[int | None]
    text: Required[Words]
    resolved_by: Required[int | None]


class BroughtIn(Side, total=False):
    """An assessment as it came in a bundle, by the ids that its rows have here."""

    bundle: Required[Hash]
    content_hash: Required[Hash]
    organisation: Required[Part]
    assessment: Required[Id]
    heads: Required[list[list[int | str]]]
    erased: Required[dict[str, dict[str, list[str]]]]
    counts: Required[dict[str, int]]
    answers: Required[dict[str, AnswerThere]]
    evidence: Required[dict[str, str]]
    actions: Required[dict[str, ActionThere]]
    names: Required[dict[str, list[int | str | None]]]
    hands: Required[Hash]
    facts: Required[Facts]
    attached: Required[dict[str, list[str]]]
    comments: Required[dict[str, CommentThere]]
    reviews: Required[list[Part]]
    reopenings: Required[list[Part]]
