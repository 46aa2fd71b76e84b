"""Reviews and reopenings as events tell them, to compare with what stands. Pure.

People and answers are whatever the events call them: numbers of here, or of there.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from operator import eq
from typing import Any

from compliance.assessments.events import (
    ASSESSMENT_BROUGHT_IN,
)

Same = Callable[[Any, Any], bool]

_PEOPLE = {"sent_by", "ended_by", "by", "asked_by", "decided_by"}
TEXTS = {"reason", "said", "changed"}
"""What erasing takes names out of in events, while rows of reviews stay as they are."""
WORDS = {
    "revision": "its revision",
    "sent_by": "who sent it",
    "ended": "how it ended",
    "ended_by": "who ended it",
    "said": "what was said when it ended",
    "answer": "which answer it is about",
    "seen": "what was seen",
    "result": "its result",
    "reason": "its reason",
    "by": "who it is of",
    "asked_by": "who asked",
    "decision": "its decision",
    "decided_by": "who decided",
    "changed": "what had changed by then",
}


@dataclass(slots=True)
class Row:
    """A review, check or reopening: what is told of it, the last event that did."""

    values: dict[str, Any]
    seq: int
    checks: "list[Row]" = field(default_factory=list)


@dataclass(slots=True)
class Told:
    """What the events of one assessment say, oldest first.

    ``knows_all`` is false for one that came with an event that did not tell its reviews:
    then only what is told since is known.
    """

    reviews: list[Row] = field(default_factory=list)
    reopenings: list[Row] = field(default_factory=list)
    knows_all: bool = True

    def hear(
        self,
        *,
        action: str,
        subject: str,
        actor: Any,
        after: dict[str, Any],
        seq: int,
        is_erased: bool = False,
    ) -> None:
        """Take in one event of a type ``about_review``; of one that is erased no texts."""
        if is_erased:
            after = {n: v for n, v in after.items() if n not in TEXTS | {"text"}}
        name = action.partition(".")[2]
        if action == ASSESSMENT_BROUGHT_IN:
            self._begin(after, seq, is_erased)
        elif action.startswith("answer."):
            values = {"answer": subject, "seen": after["seen"], "result": name}
            values |= {"by": actor}
            if not is_erased:
                values["reason"] = after.get("text", "")
            self._going().checks.append(Row(values, seq))
        elif name == "sent":
            self.reviews.append(
                Row({"revision": after["revision"], "sent_by": actor} | _OPEN, seq)
            )
        elif name in {"returned", "signed"}:
            review = self._going()
            review.values |= {"ended": name, "ended_by": actor}
            said = {"said": ""} if name == "signed" else _only(after, "said")
            review.values |= said
            review.seq = seq
        else:
            self._hear_reopening(name, actor, after, seq)

    def _hear_reopening(
        self, name: str, actor: Any, after: dict[str, Any], seq: int
    ) -> None:
        if name == "reopening_asked":
            values = {"revision": after["revision"], "asked_by": actor, "decision": ""}
            if "said" in after:
                values["reason"] = after["said"]
            self.reopenings.append(Row(values, seq))
            return
        if not self.reopenings:
            self.reopenings.append(Row({}, seq))
        asked = self.reopenings[-1]
        decision = "approved" if name == "reopened" else "declined"
        asked.values |= {"decision": decision, "decided_by": actor}
        asked.values |= _only(after, "changed")
        asked.seq = seq

    def _begin(self, after: dict[str, Any], seq: int, is_erased: bool) -> None:
        self.knows_all = "reviews" in after
        self.reviews = [
            Row(_kept(one, is_erased), seq, [_row(c, seq, is_erased) for c in checks])
            for one in after.get("reviews", ())
            for checks in (one["checks"],)
        ]
        self.reopenings = [
            _row(one, seq, is_erased) for one in after.get("reopenings", ())
        ]

    def _going(self) -> Row:
        if not self.reviews:
            self.reviews.append(Row({}, 0))
        return self.reviews[-1]


_OPEN = {"ended": "", "ended_by": None, "said": ""}


def _only(after: dict[str, Any], name: str) -> dict[str, Any]:
    return {name: after[name]} if name in after else {}


def _kept(values: dict[str, Any], is_erased: bool) -> dict[str, Any]:
    left = TEXTS if is_erased else set[str]()
    return {n: v for n, v in values.items() if n != "checks" and n not in left}


def _row(values: dict[str, Any], seq: int, is_erased: bool) -> Row:
    return Row(_kept(values, is_erased), seq)


def unlike(
    told: Told,
    reviews: list[dict[str, Any]],
    reopenings: list[dict[str, Any]],
    same: Same = eq,
) -> Iterator[tuple[int, str]]:
    """What stands otherwise than it is told: the event, and what is wrong in words.

    ``reviews`` are rows in their order, each with its ``checks``. ``same`` says whether
    somebody told is the one who stands there.
    """
    pairs = yield from _paired("review", told.reviews, reviews, told.knows_all)
    for place, (said, row) in enumerate(pairs):
        first = f"check {{}} of the review of revision {row['revision']}"
        is_whole = told.knows_all or place > 0 or "sent_by" in said.values
        found = yield from _paired(first, said.checks, row["checks"], is_whole)
        for number, (one, look) in enumerate(found, 1):
            yield from _faults(first.format(number), one, look, same)
        yield from _faults(f"the review of revision {row['revision']}", said, row, same)
    pairs = yield from _paired("reopening", told.reopenings, reopenings, told.knows_all)
    for said, row in pairs:
        yield from _faults(
            f"the reopening of revision {row['revision']}", said, row, same
        )


def _paired(
    name: str, told: list[Row], rows: list[dict[str, Any]], knows_all: bool
) -> Any:
    """Told and standing, one beside the other; where too few are told, from the end."""
    name = name.replace(" {}", "")
    if len(rows) < len(told):
        yield told[-1].seq, f"a {name} was taken away"
    elif len(rows) > len(told) and knows_all:
        yield (told[-1].seq if told else 0), f"a {name} was put in"
    else:
        return list(zip(told, rows[len(rows) - len(told) :], strict=True))
    return []


def _faults(
    name: str, said: Row, row: dict[str, Any], same: Same
) -> Iterator[tuple[int, str]]:
    for key, value in said.values.items():
        if not (same if key in _PEOPLE else eq)(value, row[key]):
            yield said.seq, f"{name}: {WORDS[key]} was changed"
            return
