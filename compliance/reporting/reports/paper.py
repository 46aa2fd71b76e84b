"""A report as values: what an assessment says, its trail, and when both were read. Pure.

Nothing here asks the database or the clock.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from uuid import UUID

from compliance.assurance.bundles.report_data import Happened, Record
from compliance.assurance.reviews.signatures import Signature
from compliance.content.checklists.force import Mark
from compliance.content.checklists.rating import (
    BELOW,
    Points,
    Rating,
    Ratings,
    rated,
    summed,
)
from compliance.content.legal_index.fines import Tier
from compliance.reporting.reports.choices import ReportKind
from compliance.reporting.reports.clauses import Clause, Mapped
from compliance.reporting.reports.edition_changes import EditionChanges
from compliance.reporting.reports.edition_translation import AS_WRITTEN, Words, in_words
from compliance.reporting.reports.kinds import FULL, ReportOptions
from compliance.reporting.reports.measuring import UNMEASURED, Measured, Measures, measured
from compliance.reporting.reports.working_paper import WorkingPaper
from compliance.work.assessments.choices import Verdict
from compliance.work.assessments.scoring import BESIDE, Tally, tally
from compliance.work.snapshots.changes import Changed
from compliance.work.snapshots.content import (
    Content,
    Line,
    Section,
    Task,
    in_groups,
)

_RANK = {"not_met": 0, "partly": 1, "met": 2}


def steps_since(line: Line) -> int | None:
    """How far a verdict rose since last time, or fell; None without one then or now."""
    then, now = (_RANK.get(one) for one in (line.then.verdict if line.then else "", line.verdict))
    return None if then is None or now is None else now - then


@dataclass(frozen=True)
class Entry:
    """An event of the trail, in words."""

    seq: int
    at: datetime
    who: str
    what: str
    hash: str


@dataclass(frozen=True, slots=True)
class Look:
    """The organisation's own look of its reports; ``logo`` is a PNG in base64."""

    colour: str = ""
    mark: str = ""
    footer: str = ""
    logo: str = ""


PLAIN = Look()
"""That of Attest."""


@dataclass(frozen=True)
class Paper:
    """A report: content, trail, and the moment both were read."""

    number: int
    read_at: datetime
    zone: str
    content: Content
    trail: tuple[Entry, ...]
    trail_count: int
    head_seq: int
    head_hash: str
    version: str
    assessment_id: UUID
    organisation_id: UUID
    moved: frozenset[str] = frozenset()
    """Keys of answers whose source, or what stands in for them, has changed since in
    another assessment."""
    edition_changes: EditionChanges | None = None
    """Changes of the checklist since the edition that the assessment came from."""
    wanted: ReportOptions = FULL
    words: Words = AS_WRITTEN
    """Words of the edition in the language of the report, where it is translated."""
    marks: Mapping[str, Mark] = field(default_factory=dict)
    """How far each question binds, by key, as the legal index says today."""
    ratings: Mapping[str, Ratings] = field(default_factory=dict)
    """The framework's rating of each answer, by key of the question and answer in words."""
    measures: Measures = UNMEASURED
    """Scales of the edition and targets, by which results are counted."""
    look: Look = PLAIN
    frameworks: tuple[Mapped, ...] = ()
    """Clauses of other frameworks that the answers help to show, as the library maps them."""
    printed_hash: str = ""
    """The content hash, where ``content`` has been put into other words for printing."""
    brought_at: datetime | None = None
    """When the assessment came from another installation, if it did."""
    outside: frozenset[str] = frozenset()
    """Keys of the answers that came with it."""
    is_stamped: bool = False
    """Whether a time-stamp service is asked when the report is sealed."""
    is_past: bool = False
    """Whether it looks back at an earlier moment, which is ``read_at`` then."""
    work: WorkingPaper | None = None
    """The work of an auditor, in a working paper."""
    since: tuple[Changed, ...] = ()
    """Differences from the last signed state, if it was signed before."""
    since_signed: Signature | None = None
    """That signature."""
    signatures: tuple[Signature, ...] = ()
    """Every signature up to then, newest first."""
    signature: Signature | None = None
    """The one whose content this report shows."""
    events: tuple[Happened, ...] = ()
    """The whole trail of the assessment, oldest first; ``trail`` is what is printed."""

    @property
    def from_outside(self) -> int:
        """How many of the answers that apply came from another installation."""
        return sum(line.key in self.outside for line in self.content.applying)

    @property
    def record(self) -> Record:
        """The same for machines."""
        return Record(
            assessment_id=self.assessment_id,
            organisation_id=self.organisation_id,
            number=self.number,
            read_at=self.read_at,
            zone=self.zone,
            version=self.version,
            kind=self.wanted.kind,
            language=self.wanted.language,
            extract=self.wanted.extract,
            asked_in=self.words.original,
            is_stamped=self.is_stamped,
            is_complete=self.wanted.is_complete,
            content=self.content,
            events=self.events,
            head_seq=self.head_seq,
            head_hash=self.head_hash,
            signatures=self.signatures,
        )

    @property
    def other_signatures(self) -> list[Signature]:
        """Those of other revisions."""
        return [one for one in self.signatures if one is not self.signature]

    @property
    def stood_at(self) -> datetime:
        """The moment whose state it shows, in the zone of the installation."""
        if self.signature is None:
            return self.read_at
        return self.signature.stood_at.astimezone(self.read_at.tzinfo)

    @property
    def is_of_auditor(self) -> bool:
        """Whether it is the working paper of an auditor, and not of the organisation."""
        return self.wanted.kind == ReportKind.WORKING and self.work is not None

    @property
    def parts(self) -> tuple[str, ...]:
        """The chapters in order."""
        is_compared = self.wanted.kind != ReportKind.FULL or self.content.carried_from
        needs = {"edition": self.edition_changes, "changes": is_compared}
        return tuple(part for part in self.wanted.parts if needs.get(part, True))

    @property
    def day(self) -> date:
        """Its day: what binds on it is kept apart from what binds later."""
        return self.stood_at.date()

    @cached_property
    def result(self) -> Measured:
        """Law, levels and stages, by the rules of the result page."""
        return measured(self.content, self.day, self.measures, self.marks)

    @cached_property
    def binding(self) -> list[Line]:
        """Lines that apply on the day and that the law demands."""
        return [line for line in self._now if not self.is_rating(line)]

    @cached_property
    def rated(self) -> list[Line]:
        """Lines that apply on the day and no law demands: recommended, or a yardstick."""
        return [line for line in self._now if self.is_rating(line)]

    @cached_property
    def _now(self) -> list[Line]:
        return [line for line in self.content.applying if not self.is_ahead(line)]

    def mark(self, line: Line) -> Mark:
        """How far a question binds."""
        return self.marks.get(line.key, Mark())

    def is_rating(self, line: Line) -> bool:
        """Whether an answer to it rates, and is no breach."""
        return self.mark(line).is_rating

    def counted(self, line: Line) -> str:
        """The verdict as counts and colours take it: a rating is no breach."""
        return self.mark(line).counted(line.verdict)

    def tally_of(self, lines: Iterable[Line]) -> Tally:
        """Counts of some lines."""
        return tally((self.counted(line), 1) for line in lines)

    def rating(self, line: Line) -> Rating | None:
        """The framework's rating of an answer; nothing where it does not apply."""
        found = self.ratings.get(line.key, {})
        return None if line.verdict in BESIDE else rated(found, line.value)

    @cached_property
    def practice_points(self) -> dict[str, Points]:
        """Points of what is rated and on no scale, by the number of a section."""
        return {
            str(part.number): found for part in self.content.sections if (found := self._points(part)).most
        }

    def _points(self, part: Section) -> Points:
        return summed(
            (
                self.ratings.get(line.key, {}),
                None if line.verdict in BESIDE else line.value,
            )
            for line in part.applying
            if self.is_rating(line) and not self.mark(line).is_scaled
        )

    @cached_property
    def clause_rows(self) -> list[tuple[Mapped, list[tuple[Clause, Line]]]]:
        """Each framework with the answers that help to show its clauses."""
        by_key = {line.key: line for line in self.content.applying}
        return [
            (
                framework,
                [
                    (clause, by_key[key])
                    for clause in framework.clauses
                    for key in clause.keys
                    if key in by_key
                ],
            )
            for framework in self.frameworks
        ]

    @cached_property
    def ahead(self) -> list[Line]:
        """Lines that apply and bind only later: preparation."""
        return [line for line in self.content.applying if self.is_ahead(line)]

    @cached_property
    def detailed(self) -> list[Line]:
        """Lines that apply and are shown in detail."""
        return [line for line in self.content.applying if self.wanted.keeps(line)]

    def is_ahead(self, line: Line) -> bool:
        """Whether a duty binds only after the day of the report."""
        return line.binds_from is not None and line.binds_from > self.day

    @cached_property
    def tally(self) -> Tally:
        """Counts of all that applies, preparation included."""
        return self.tally_of(self.content.applying)

    @cached_property
    def is_rating_alone(self) -> bool:
        """Whether no law demands anything that applies on the day."""
        return bool(self.rated) and not self.binding

    @cached_property
    def rated_keys(self) -> frozenset[str]:
        """Keys of all that applies and is no breach, ahead or not."""
        return frozenset(line.key for line in self.content.applying if self.is_rating(line))

    @cached_property
    def gaps(self) -> list[Line]:
        """Lines that bind and are not met, the gravest first."""
        return self._counting({"not_met"}, self.binding)

    @cached_property
    def below(self) -> list[Line]:
        """Lines that are rated as not met, the heaviest first: no breach of law."""
        return self._counting({BELOW}, self.rated)

    @cached_property
    def to_prepare(self) -> list[Line]:
        """Lines that bind only later and are not met yet, the gravest first."""
        return self._counting({"not_met", BELOW}, self.ahead)

    def _counting(self, counted: Set[str], lines: Iterable[Line]) -> list[Line]:
        found = [line for line in lines if self.counted(line) in counted]
        return sorted(found, key=self._gravity)

    def _gravity(self, line: Line) -> tuple[int, int, int]:
        """The place of a gap: the highest limit of fines first, then the heaviest."""
        tier = self.tier(line)
        return (
            -(tier.amount if tier else 0),
            -(tier.percent if tier else 0),
            -line.weight,
        )

    def usual_tier(self, lines: Sequence[Line]) -> Tier | None:
        """The limit of fines that most of some lines have, where two or more share it."""
        tiers = Counter(tier for line in lines if (tier := self.tier(line)))
        return next((t for t, count in tiers.most_common(1) if count > 1), None)

    def tier(self, line: Line) -> Tier | None:
        """The upper limit of fines of a duty; a rating has none."""
        return None if self.is_rating(line) else self.measures.tiers.get(line.key)

    @cached_property
    def overdue(self) -> frozenset[int]:
        """Numbers of open actions whose due date lies before the day of the report."""
        return frozenset(
            task.number for task in self.open_tasks if task.due_on is not None and task.due_on < self.day
        )

    @cached_property
    def open_tasks(self) -> list[Task]:
        return [task for task in self.content.tasks if task.is_open]

    @cached_property
    def gaps_with_action(self) -> list[Line]:
        """Lines that bind, are not met, and have an open action."""
        return [line for line in self.gaps if line.open_tasks]

    @cached_property
    def unanswered(self) -> list[Line]:
        """Lines without an answer: neither put off nor "don't know"."""
        return self._saying(Verdict.UNANSWERED)

    @cached_property
    def unknown(self) -> list[Line]:
        return self._saying(Verdict.DONT_KNOW)

    @cached_property
    def put_off(self) -> list[Line]:
        """Lines that are put off, by their day."""
        return sorted(self._saying(Verdict.LATER), key=lambda line: line.later_until or self.day)

    @cached_property
    def taken(self) -> list[Line]:
        """Lines taken over from another assessment."""
        return [line for line in self.content.applying if line.taken_from]

    @cached_property
    def with_other_verdict(self) -> list[Line]:
        """Lines whose verdict is another one than last time, what got worse first."""
        moved = [line for line in self.content.different if line.then and line.then.verdict != line.verdict]
        return sorted(moved, key=lambda line: steps_since(line) or 0)

    def _saying(self, verdict: Verdict) -> list[Line]:
        return [line for line in self.content.applying if line.verdict == verdict]

    @cached_property
    def na_waiting(self) -> list[Line]:
        """Lines that one person judged not applicable, and no second has confirmed."""
        return [line for line in self.content.applying if line.na_waits]

    @cached_property
    def unproven(self) -> list[Line]:
        """Lines that are met or partly met without evidence."""
        return [line for line in self.content.applying if line.lacks_evidence]

    @cached_property
    def later(self) -> list[tuple[date, list[Line]]]:
        """Days on which duties begin to bind, each with its questions."""
        days: dict[date, list[Line]] = {}
        for line in self.ahead:
            days.setdefault(line.binds_from or self.day, []).append(line)
        return sorted(days.items())

    @property
    def hash_groups(self) -> list[str]:
        """The content hash in eight groups of eight digits."""
        return in_groups(self.printed_hash or self.content.content_hash)

    @property
    def in_words(self) -> "Paper":
        """The same in the language of the report, for printing alone."""
        return replace(
            self,
            content=in_words(self.content, self.words),
            printed_hash=self.content.content_hash,
        )

    @property
    def head_groups(self) -> list[str]:
        return in_groups(self.head_hash)
