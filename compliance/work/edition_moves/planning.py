"""The fate of each answer when its assessment moves to another edition. Pure.

A question keeps its answer where its key and its meaning hold. Where the wording or the
choices changed, the answer comes along to be confirmed again; where the kind changed it
is converted only if someone says so; where the question is gone it goes to the archive.
An answer that comes back from there is compared with the question it was given for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from functools import cached_property
from typing import Any

from compliance.content.checklists import succession
from compliance.content.checklists.changes import ChangeList, Detail
from compliance.content.checklists.choices import ChangeKind
from compliance.content.checklists.diff import Document, Item, compare, kinds_of
from compliance.ground.web.numbers import number, written
from compliance.proof.audit.chain import canonical, digest
from compliance.work.assessments.choices import Decision
from compliance.work.assessments.scoring import BESIDE, DERIVED, verdict_of
from compliance.work.assessments.values import parse

CHOSEN = {"stage", "choice", "choices"}
MEANING = (ChangeKind.RETYPED, ChangeKind.CHOICES, ChangeKind.REWORDED)
"""Changes after which an answer may no longer say what it said."""


@dataclass(frozen=True, slots=True)
class AnswerValues:
    """The values of an answer."""

    verdict: str = "unanswered"
    value: Any = None
    note: str = ""
    reason: str = ""

    @property
    def is_something(self) -> bool:
        """Whether there is anything to carry over."""
        return bool(self.verdict != "unanswered" or self.note or self.value not in (None, "", []))


@dataclass(frozen=True, slots=True)
class Before:
    """An earlier question whose place a new one takes, and what was answered to it."""

    question: Document
    said: AnswerValues

    @property
    def value_in_words(self) -> str:
        """The value that was given, in words."""
        return value_in_words(self.question, self.said)


@dataclass(frozen=True, slots=True)
class Move:
    """One question: how it changed, what was answered, and what may become of that.

    ``options`` begins with what is suggested; one alone leaves nothing to decide.
    ``converted`` is what the answer would be in its new form, where it has one.
    ``details`` are the changes besides the wording, ``before`` the answers to earlier
    questions whose place this one takes: they are offered as its note.
    """

    item: Item
    said: AnswerValues
    options: tuple[Decision, ...] = ()
    converted: AnswerValues | None = None
    details: tuple[Detail, ...] = ()
    before: tuple[Before, ...] = ()

    @property
    def key(self) -> str:
        return self.item.key

    @property
    def needs_decision(self) -> bool:
        """Whether the answer may not simply come along."""
        is_new = self.item.old is None
        return self.options != (Decision.CARRY,) and bool(self.options) and not is_new

    @property
    def mark(self) -> str:
        """Stands for all that this move shows: another one when any of it differs."""
        said, item = self.said, self.item
        shown = [said.verdict, said.value, said.note, said.reason, list(self.options)]
        beside = [[one.question["key"], astuple(one.said)] for one in self.before]
        marked = [self.key, item.old, item.new, shown, *beside]
        return digest(canonical(marked))[:16]

    @property
    def value_in_words(self) -> str:
        """The value that was given, in words."""
        return value_in_words(self.item.old, self.said) if self.item.old else ""

    @property
    def converted_in_words(self) -> str:
        """The value it would have in its new form, in words."""
        new, said = self.item.new, self.converted
        return value_in_words(new, said) if new and said else ""

    def anew(self, typed: Sequence[str]) -> AnswerValues:
        """The answer with a value that was typed for its new form.

        Raises ``ValueError`` in words for the person.
        """
        new = self.item.asked
        offered = [choice["key"] for choice in new["choices"]]
        value = parse(new["kind"], typed, offered)
        if value is None:
            msg = "Answer in the new form, or leave it unanswered."
            raise ValueError(msg)
        said = self.said
        return AnswerValues(_verdict(new, value, said), value, said.note, said.reason)

    def settled(self, decision: str) -> Decision | None:
        """The decision if it is open to this answer, else what is suggested."""
        for option in self.options:
            if option == decision:
                return option
        return self.options[0] if self.options else None


@dataclass(frozen=True)
class Plan:
    """Every question of both editions, in the new order."""

    moves: tuple[Move, ...]

    @cached_property
    def deciding(self) -> list[Move]:
        return [move for move in self.moves if move.needs_decision]

    @cached_property
    def added(self) -> list[Move]:
        return self._of(ChangeKind.ADDED)

    @cached_property
    def removed(self) -> list[Move]:
        return self._of(ChangeKind.REMOVED)

    @cached_property
    def redated(self) -> list[Move]:
        return self._of(ChangeKind.STARTS)

    @cached_property
    def same(self) -> list[Move]:
        """Asked in both, with nothing to decide."""
        gone = (ChangeKind.ADDED, ChangeKind.REMOVED)
        return [m for m in self.moves if not m.item.has(*gone) and not m.needs_decision]

    @property
    def archived(self) -> list[Move]:
        """Removed questions that had been answered."""
        return [move for move in self.removed if move.said.is_something]

    @property
    def changing(self) -> list[Move]:
        """Those that decide, add or take away something."""
        return [*self.deciding, *self.added, *self.removed]

    @cached_property
    def marks(self) -> frozenset[str]:
        """The ``mark`` of each move in ``changing``."""
        return frozenset(move.mark for move in self.changing)

    def answered(self, decisions: Mapping[str, str]) -> dict[Decision, int]:
        """How many given answers have each decision; the archived ones have none."""
        counts = dict.fromkeys(Decision, 0)
        for move in self.moves:
            decision = move.settled(decisions.get(move.key, ""))
            if decision and move.said.is_something:
                counts[decision] += 1
        return counts

    def _of(self, kind: ChangeKind) -> list[Move]:
        return [move for move in self.moves if move.item.has(kind)]


def plan(
    old: Document,
    new: Document,
    said: Mapping[str, AnswerValues],
    archived: Mapping[str, Document],
) -> Plan:
    """Possible fates of each answer; ``said`` maps question keys to answers.

    ``archived`` has the questions for which those of the archive were given.
    """
    change_list = ChangeList(old, new)
    earlier, was = succession.before(new), asked_in(old)
    moves = []
    for item in compare(old, new).items:
        own = said.get(item.key, AnswerValues())
        if item.old is not None:
            moves.append(_move(item, own, change_list.details(item)))
        elif own.is_something:
            back = between(archived[item.key], item.asked, item.section)
            moves.append(_come_back(back, own, change_list.details(back)))
        else:
            before = [was[key] for key in earlier.get(item.key, ()) if key in was]
            moves.append(_begin(item, said, before))
    return Plan(tuple(moves))


def asked_in(document: Document) -> dict[str, Document]:
    """The questions of an edition by key."""
    return {q["key"]: q for s in document["sections"] for q in s["questions"]}


def between(was: Document, now: Document, section: str = "") -> Item:
    """A question as any two editions ask it, with the changes of its meaning only."""
    kinds = tuple(kind for kind in kinds_of(was, now) if kind in MEANING)
    return Item(now["key"], kinds, section, was, now)


def _begin(item: Item, said: Mapping[str, AnswerValues], earlier: Sequence[Document]) -> Move:
    """A new question, with what was answered to those whose place it takes."""
    found = [Before(one, said.get(one["key"], AnswerValues())) for one in earlier]
    before = tuple(one for one in found if one.said.is_something)
    if not before:
        return Move(item, AnswerValues(), (Decision.CARRY,))
    options = (Decision.NOTE, Decision.BLANK)
    return Move(item, AnswerValues(), options, before=before)


def _come_back(item: Item, said: AnswerValues, details: tuple[Detail, ...]) -> Move:
    """An answer from the archive: nobody looked after it there, so it never just stands."""
    move = _move(item, said, details)
    if Decision.CARRY not in move.options:
        return move
    return replace(move, options=(Decision.AGAIN,))


def _move(item: Item, said: AnswerValues, details: tuple[Detail, ...]) -> Move:
    if item.new is None:
        return Move(item, said, details=details)
    if not said.is_something or not item.has(*MEANING):
        return Move(item, said, (Decision.CARRY,), details=details)
    converted = convert(item, said)
    return Move(item, said, _options(item, said, converted), converted, details)


def _options(item: Item, said: AnswerValues, converted: AnswerValues | None) -> tuple[Decision, ...]:
    if converted is None:
        can_be_typed = item.asked["kind"] in DERIVED
        return (Decision.NOTE, Decision.ANEW) if can_be_typed else (Decision.NOTE,)
    if converted != said:
        return (Decision.CONVERT, Decision.NOTE)
    return (Decision.AGAIN, Decision.CARRY)


def convert(item: Item, said: AnswerValues) -> AnswerValues | None:
    """The answer in the form the new edition asks for; None where it has none.

    It equals ``said`` where the form is the same and the value fits it still.
    """
    old, new = item.old, item.new
    if old is None or new is None:
        return None
    if said.verdict in BESIDE or (said.value in (None, "", []) and _is_plain(old, new)):
        return said if old["kind"] == new["kind"] else _bare(said)
    value = _value(old, new, said)
    if value is None and new["kind"] != "verdict":
        return None
    return AnswerValues(_verdict(new, value, said), value, said.note, said.reason)


def fitting(item: Item, said: AnswerValues) -> AnswerValues | None:
    """The answer as a question of another edition holds it; None where it cannot.

    Its value stays what it is, and its verdict follows from that where a value decides.
    """
    if not item.kinds or (said.verdict == "unanswered" and not said.value):
        return said
    found = convert(item, said)
    is_retyped = item.has(ChangeKind.RETYPED)
    if found and is_retyped and found.value != said.value:
        return None
    return found


def _is_plain(old: Document, new: Document) -> bool:
    """Whether a verdict alone answers both."""
    return old["kind"] not in DERIVED and new["kind"] not in DERIVED


def _bare(said: AnswerValues) -> AnswerValues:
    return AnswerValues(said.verdict, None, said.note, said.reason)


def _verdict(new: Document, value: Any, said: AnswerValues) -> str:
    if new["kind"] not in DERIVED:
        return said.verdict
    choices = {choice["key"]: choice["verdict"] for choice in new["choices"]}
    return verdict_of(new["kind"], value, new["number"], choices)


def _value(old: Document, new: Document, said: AnswerValues) -> Any:
    """The value in the new form; None where it has none."""
    kind = new["kind"]
    if kind == "verdict":
        return None
    if kind in CHOSEN:
        return _chosen(old, new, said)
    try:
        if old["kind"] == "number":
            exact = number(said.value)
            return said.value if kind == "number" else parse(kind, [written(exact)])
        typed = value_in_words(old, said)
        return parse(kind, [typed]) if typed else None
    except ValueError:
        return None


def _chosen(old: Document, new: Document, said: AnswerValues) -> Any:
    offered = [choice["key"] for choice in new["choices"]]
    if old["kind"] in CHOSEN:
        keys = _keys(said.value)
    else:
        keys = [c["key"] for c in new["choices"] if c["verdict"] == said.verdict]
        keys = keys if len(keys) == 1 else []
    if not keys or not set(keys) <= set(offered):
        return None
    if new["kind"] == "choices":
        return [key for key in offered if key in keys]
    return keys[0] if len(keys) == 1 else None


def _keys(value: Any) -> Sequence[str]:
    if isinstance(value, list):
        return value
    return [value] if value else []


def value_in_words(question: Document, said: AnswerValues) -> str:
    """The value in words, as a question offers it, a number with its unit; "" without."""
    if question["kind"] in CHOSEN:
        labels = {choice["key"]: choice["label"] for choice in question["choices"]}
        return "; ".join(labels.get(key, key) for key in _keys(said.value))
    if question["kind"] == "number" and said.value:
        return f"{said.value} {(question['number'] or {}).get('unit', '')}".strip()
    return str(said.value or "")
