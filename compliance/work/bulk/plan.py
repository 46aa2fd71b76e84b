"""A preview of setting many answers at once. Pure."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from compliance.work.assessments.answer_fields import NEEDED, TYPED
from compliance.work.assessments.choices import Verdict
from compliance.work.assessments.models import Answer
from compliance.work.assessments.scoring import BESIDE
from compliance.work.bulk.picks import named

Changes = Mapping[str, Any]
_WRITTEN = {one.column for one in NEEDED.values()}
_OF_VERDICT = {one.column for one in TYPED if one.is_of_verdict}


@dataclass(slots=True)
class Plan:
    """The fate of each answer that was picked, by question keys and counts.

    ``touched`` maps the id of each answer that changes to its new values;
    ``attaching`` are the ids of those that get the evidence. ``verdicts``, ``owners``
    and ``due_dates`` count what is overwritten. ``from_value`` keep their answer,
    because it follows from a value (``kept`` of them change in nothing else);
    ``not_applying`` and ``stale`` are left alone
    altogether, the latter because someone changed them since the page showed them.
    ``others`` are the ids that are not left alone.
    """

    touched: dict[int, Changes] = field(default_factory=dict)
    attaching: set[int] = field(default_factory=set)
    verdicts: Counter[str] = field(default_factory=Counter)
    owners: int = 0
    due_dates: int = 0
    same: int = 0
    kept: int = 0
    picked: int = 0
    from_value: list[str] = field(default_factory=list)
    not_applying: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    others: list[int] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many answers change or get the evidence."""
        return len(self.touched.keys() | self.attaching)

    @property
    def digest(self) -> str:
        """A hash of the plan as it was shown, so that nothing else is done.

        A reason or a day that is still being written changes nothing of it.
        """
        touched = [
            (pk, [(n, v) for n, v in sorted(new.items()) if n not in _WRITTEN])
            for pk, new in sorted(self.touched.items())
        ]
        said = [touched, sorted(self.attaching), self.stale]
        return hashlib.sha256(repr(said).encode()).hexdigest()

    @property
    def named(self) -> dict[str, str]:
        """The questions that are left out, by the reason."""
        return {
            "from_value": named(self.from_value),
            "not_applying": named(self.not_applying),
            "stale": named(self.stale),
        }

    @property
    def overwrites(self) -> int:
        """How many answers are overwritten by another one."""
        return self.verdicts.total()

    @property
    def overwritten(self) -> list[tuple[str, int]]:
        """Each verdict that is overwritten, in words, and how often."""
        return [(verdict.label, self.verdicts[verdict]) for verdict in Verdict if self.verdicts[verdict]]

    @property
    def is_harmless(self) -> bool:
        """Whether nothing is overwritten and nothing left out."""
        return not (
            self.verdicts
            or self.owners
            or self.due_dates
            or self.from_value
            or self.not_applying
            or self.stale
        )


def plan(
    answers: Iterable[Answer],
    changes: Changes,
    known: Mapping[int, Changes],
    attached: frozenset[int] | None = None,
) -> Plan:
    """The effect of ``changes`` on the answers, in the order given.

    ``known`` holds the values as the page knows them, of answers that changed since.
    ``attached`` are those that use the evidence already; None when there is none.
    """
    found = Plan()
    for answer in answers:
        found.picked += 1
        wanted = wanted_of(answer, changes)
        if not answer.applies:
            found.not_applying.append(answer.question.key)
        elif is_stale(answer, wanted, known.get(answer.pk)):
            found.stale.append(answer.question.key)
        else:
            found.others.append(answer.pk)
            _count(found, answer, wanted, changes)
            if attached is not None and answer.pk not in attached:
                found.attaching.add(answer.pk)
    found.same = len(found.others) - found.count - found.kept
    return found


def wanted_of(answer: Answer, changes: Changes) -> Changes:
    """The changes that one answer takes.

    An answer that follows from a value takes no other one, but for those that a
    person may say beside it; its owner and due date are set like any other.
    """
    verdict = changes.get("verdict")
    if verdict and answer.kind_is_derived and verdict not in BESIDE:
        return {name: v for name, v in changes.items() if name not in _OF_VERDICT}
    wanted = dict(changes)
    tied = [one for one in TYPED if one.is_tied and one.needed_by != verdict]
    for one in tied if verdict else ():
        if getattr(answer, one.column) != one.blank:
            wanted[one.column] = one.blank
    return wanted


def is_stale(answer: Answer, wanted: Changes, known: Changes | None) -> bool:
    """Whether a field that is to be set has become something the page never showed."""
    return known is not None and any(
        getattr(answer, name) not in (known[name], value) for name, value in wanted.items()
    )


def _count(found: Plan, answer: Answer, wanted: Changes, changes: Changes) -> None:
    if changes.get("verdict") and "verdict" not in wanted:
        found.from_value.append(answer.question.key)
    real = {n: v for n, v in wanted.items() if v != getattr(answer, n)}
    if not real:
        found.kept += not wanted and bool(changes)
        return
    found.touched[answer.pk] = real
    if real.keys() & _OF_VERDICT and answer.verdict != Verdict.UNANSWERED:
        found.verdicts[answer.verdict] += 1
    found.owners += "owner_id" in real and answer.owner_id is not None
    found.due_dates += "due_on" in real and answer.due_on is not None
