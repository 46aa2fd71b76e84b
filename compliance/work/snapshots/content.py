"""The content of a report: frozen values, read once, and the numbers that follow from
them.

Nothing here asks the database or the clock. ``Content`` is what the content hash
covers: who signs, signs that hash.
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from pydantic import TypeAdapter

from compliance.proof.audit.chain import canonical, digest
from compliance.work.assessments.answer_fields import BY_COLUMN
from compliance.work.assessments.choices import Again, Verdict
from compliance.work.assessments.detail_fields import MORE
from compliance.work.assessments.scoring import Tally, tally
from compliance.work.assessments.stand_ins import StandIn
from compliance.work.assessments.stand_ins import counted as counted_there

NO_EVIDENCE = {"met", "partly"}


@dataclass(frozen=True)
class Remark:
    """A comment on an answer."""

    author: str
    at: datetime
    text: str


@dataclass(frozen=True)
class Proof:
    """A piece of evidence with its four dates; ``number`` counts within the report."""

    number: int
    title: str
    file_name: str
    url: str
    size_bytes: int | None
    document_on: date | None
    covers_from: date | None
    covers_to: date | None
    received_at: datetime
    expires_on: date | None
    sha256: str
    used_in: tuple[str, ...]

    @property
    def code(self) -> str:
        return f"E-{self.number}"

    @property
    def anchor(self) -> str:
        return f"proof-{self.number}"

    @property
    def short_hash(self) -> str:
        """The first and last eight digits, as rows show a hash."""
        return f"{self.sha256[:8]}…{self.sha256[-8:]}" if self.sha256 else ""

    @property
    def hash_lines(self) -> tuple[str, ...]:
        """The hash in two halves; none for a link."""
        return (self.sha256[:32], self.sha256[32:]) if self.sha256 else ()


@dataclass(frozen=True)
class PreviousAnswer:
    """The earlier assessment's answer to a question; ``changed`` names the differences.

    ``verdict`` is "" where the question was not asked then.
    """

    verdict: str
    changed: tuple[str, ...]

    @property
    def verdict_word(self) -> str:
        return Verdict(self.verdict).label if self.verdict else "not asked"


@dataclass(frozen=True)
class Task:
    """An action; ``about`` are the keys of this report's questions it is about."""

    number: int
    title: str
    text: str
    owner: str
    due_on: date | None
    priority: str
    status: str
    effort_days: str
    is_open: bool
    closed_at: datetime | None
    about: tuple[str, ...]

    @property
    def code(self) -> str:
        return f"AC-{self.number}"

    @property
    def anchor(self) -> str:
        return f"action-{self.number}"


@dataclass(frozen=True)
class RestsOn:
    """The assessment that answers what is asked once for the organisation, as it stood.

    ``content_hash`` is that of its signature, "" while it is not signed. One that stayed
    behind elsewhere is shown as it was there.
    """

    subject: str
    checklist: str
    edition: str
    period_from: date
    period_to: date
    revision: int
    status: str
    content_hash: str

    @property
    def is_signed(self) -> bool:
        return bool(self.content_hash)

    @property
    def hash_groups(self) -> list[str]:
        return in_groups(self.content_hash)


@dataclass(frozen=True)
class Line:
    """A question with its answer; ``then`` only where one was carried forward.

    ``stands_in`` is the answer of the assessment that this one rests on; the own one
    waits and counts nowhere.
    """

    key: str
    title: str
    text: str
    cites: str
    weight: int
    applies: bool
    applicability: str
    binds_from: date | None
    verdict: str
    value: str
    note: str
    reason: str
    owner: str
    due_on: date | None
    answered_by: str
    answered_at: datetime | None
    changed_by: str
    changed_at: datetime | None
    proofs: tuple[Proof, ...]
    remarks: tuple[Remark, ...]
    later_until: date | None = None
    na_by: str = ""
    na_confirmed_by: str = ""
    na_confirmed_at: datetime | None = None
    again: str = ""
    taken_from: str = ""
    then: "PreviousAnswer | None" = None
    tasks: tuple[Task, ...] = ()
    more: tuple[tuple[str, str], ...] = ()
    """Column and words of each field that has no name of its own here."""
    stands_in: StandIn | None = None

    def value_of(self, column: str) -> Any:
        """The value of a field of the answer; a person is given by name."""
        more = dict(self.more)
        return more[column] if column in more else getattr(self, column, "")

    @property
    def more_in_words(self) -> list[tuple[str, str]]:
        """Label and words of each field in ``more``."""
        return [(BY_COLUMN[column].label, words) for column, words in self.more]

    @property
    def open_tasks(self) -> list[Task]:
        """Its open actions, the first due first; those without a day come last."""
        found = (task for task in self.tasks if task.is_open)
        return sorted(found, key=lambda one: (one.due_on or date.max, one.number))

    @property
    def is_changed_since(self) -> bool:
        """Whether something else than the answer was changed after it was given."""
        at = self.answered_at
        return self.changed_at is not None and (at is None or self.changed_at > at)

    @property
    def na_waits(self) -> bool:
        """Whether "not applicable" was said by one person only."""
        return bool(self.na_by) and not self.na_confirmed_by

    @property
    def is_different(self) -> bool:
        """Whether it says something else than last time."""
        return self.then is not None and bool(self.then.changed)

    @property
    def lacks_evidence(self) -> bool:
        """Whether an answer that rests on evidence names none."""
        return self.verdict in NO_EVIDENCE and not self.proofs

    @property
    def verdict_word(self) -> str:
        return Verdict(self.verdict).label

    @property
    def anchor(self) -> str:
        """Where links to this question lead: the key in plain letters."""
        return f"q-{self.key.encode().hex()}"


@dataclass(frozen=True)
class Section:
    """A section with all its questions, in order."""

    number: int
    title: str
    lines: tuple[Line, ...]

    @cached_property
    def applying(self) -> list[Line]:
        return [line for line in self.lines if line.applies]

    @cached_property
    def tally(self) -> Tally:
        return counted(self.applying)

    @property
    def rests(self) -> bool:
        """Whether another assessment answers it."""
        return any(line.stands_in for line in self.lines)


@dataclass(frozen=True)
class Content:
    """An assessment as it stands: everything the content hash covers.

    ``archived`` are answers to questions that the edition no longer asks.
    """

    organisation: str
    theme: str
    checklist: str
    edition: str
    edition_hash: str
    law_as_of: date
    subject: str
    period_from: date
    period_to: date
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    proofs: tuple[Proof, ...]
    carried_from: str = ""
    tasks: tuple[Task, ...] = ()
    archived: tuple[Line, ...] = ()
    rests_on: RestsOn | None = None
    more: tuple[tuple[str, str], ...] = ()
    """Column and words of each detail that has no name of its own here."""

    def value_of(self, column: str) -> Any:
        """The value of a detail, or of a part that has a name of its own."""
        more = dict(self.more)
        return more[column] if column in more else getattr(self, column, "")

    @property
    def more_in_words(self) -> list[tuple[str, str]]:
        """Label and words of each detail in ``more``."""
        return [(MORE[column].label, words) for column, words in self.more]

    @cached_property
    def different(self) -> list[Line]:
        """Lines that differ from the assessment they were carried over from."""
        return [line for line in self.applying if line.is_different]

    @cached_property
    def unconfirmed(self) -> list[Line]:
        """Lines that came along and have not been confirmed again."""
        return [line for line in self.applying if line.again == Again.CARRIED]

    @cached_property
    def to_look_at(self) -> list[Line]:
        """Lines whose action has been closed since."""
        return [line for line in self.applying if line.again == Again.ACTION]

    @cached_property
    def lines(self) -> list[Line]:
        return [line for section in self.sections for line in section.lines]

    @cached_property
    def applying(self) -> list[Line]:
        return [line for line in self.lines if line.applies]

    @property
    def detailed_tasks(self) -> list[Task]:
        return [task for task in self.tasks if task.text]

    @cached_property
    def not_applying(self) -> list[Line]:
        return [line for line in self.lines if not line.applies]

    @cached_property
    def ruled_out(self) -> list[Line]:
        """Lines that a rule leaves out."""
        return [line for line in self.not_applying if not line.stands_in]

    @cached_property
    def resting(self) -> list[tuple[Line, StandIn]]:
        """Lines that another assessment answers, and how."""
        return [(line, line.stands_in) for line in self.lines if line.stands_in]

    @cached_property
    def resting_tally(self) -> Tally:
        """Counts of what that assessment says; in no other number."""
        return counted_there(found for _, found in self.resting)

    @cached_property
    def na(self) -> list[Line]:
        """Lines that a person judged not applicable."""
        return [line for line in self.applying if line.verdict == "na"]

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 of ``as_json``, 64 hexadecimal digits."""
        return digest(self.as_json)

    @cached_property
    def as_json(self) -> str:
        """All this as canonical JSON; ``content_from`` reads it back."""
        return canonical(self.as_values)

    @cached_property
    def as_values(self) -> dict[str, Any]:
        """All this as plain values; no trace of other assessments where it rests on none.

        So the content of one that never did keeps the hash it had before there were any.
        """
        found = asdict(self)
        if not self.more:
            del found["more"]
        if self.rests_on is None:
            del found["rests_on"]
            for line in (*found["archived"], *_lines_in(found)):
                del line["stands_in"]
        return found


def _lines_in(found: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for section in found["sections"]:
        yield from section["lines"]


def content_from(text: str) -> Content:
    """The content written as ``as_json``; ``ValueError`` when it is none."""
    return _CONTENT.validate_json(text)


def in_groups(sha256: str) -> list[str]:
    """A hash in eight groups, as people compare it."""
    return [sha256[start : start + 8] for start in range(0, 64, 8)]


def counted(lines: Iterable[Line]) -> Tally:
    """Counts of the verdicts of some lines."""
    return tally((line.verdict, 1) for line in lines)


_CONTENT = TypeAdapter(Content)
