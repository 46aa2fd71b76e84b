"""An auditor's work on an assessment as values: sample, tests, exceptions, requests. Pure."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from compliance.work.snapshots.content import Content, Line, Proof


@dataclass(frozen=True, slots=True)
class Message:
    """A message of a request; ``is_ours`` says that the organisation wrote it.

    ``file`` is the title of the evidence that was handed over with it.
    """

    by: str
    at: datetime
    text: str
    is_ours: bool
    file: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request with its thread; ``key`` is that of the question, or ""."""

    code: str
    title: str
    text: str
    key: str
    asked_at: datetime
    due_on: date
    status: str
    closed_at: datetime | None
    messages: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class Tested:
    """A sampled answer: how it was chosen, and the result.

    ``read_at`` is when the auditor last opened its page, ``taken`` holds the SHA-256 of
    each file that the auditor took during the whole audit.
    """

    key: str
    title: str
    how: str
    seed: str
    result: str
    is_exception: bool
    note: str
    said_at: datetime | None
    read_at: datetime | None = None
    taken: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class SampleRow:
    """A sampled answer beside what it says; ``line`` is None where it is asked no more.

    ``inspected`` are pieces of its evidence whose file the auditor took; ``responses``
    are the messages of the organisation in requests about it.
    """

    tested: Tested
    line: Line | None
    inspected: list[Proof]
    requests: list[Asked]

    @property
    def title(self) -> str:
        return self.line.title if self.line else self.tested.title

    @property
    def responses(self) -> list[Message]:
        return [message for asked in self.requests for message in asked.messages if message.is_ours]


@dataclass(frozen=True, slots=True)
class WorkingPaper:
    """The work of one auditor, from the first to the last day of a seat."""

    auditor: str
    purpose: str
    from_on: date
    until_on: date
    given_by: str
    tests: tuple[Tested, ...] = ()
    requests: tuple[Asked, ...] = ()

    @property
    def open_tests(self) -> int:
        """Tests without a result."""
        return sum(one.said_at is None for one in self.tests)

    @property
    def last_result_at(self) -> datetime | None:
        """When the newest result was written."""
        return max((one.said_at for one in self.tests if one.said_at), default=None)

    @property
    def exceptions(self) -> int:
        return sum(one.is_exception for one in self.tests)

    @property
    def by_result(self) -> list[tuple[str, int]]:
        """Result and number, in the order of the sample."""
        return list(Counter(one.result for one in self.tests).items())

    @property
    def by_choice(self) -> list[tuple[str, int]]:
        """The way of choosing and number."""
        return list(Counter(one.how for one in self.tests).items())

    @property
    def seeds(self) -> list[str]:
        """Seeds of random draws, each once."""
        return list(dict.fromkeys(one.seed for one in self.tests if one.seed))

    def rows(self, content: Content) -> list[SampleRow]:
        """The tests beside what a content says, in the order of the checklist."""
        lines = {line.key: line for line in content.lines}
        return [
            SampleRow(
                one,
                line := lines.get(one.key),
                [p for p in (line.proofs if line else ()) if p.sha256 in one.taken],
                [asked for asked in self.requests if asked.key == one.key],
            )
            for one in self.tests
        ]
