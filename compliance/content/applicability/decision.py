"""Whether a question binds, from when and until when, and the whole chain of reasons. Pure.

Values in, a frozen ``Decision`` out. The chain is: facts as they were answered, what they
imply, the question's own rule and roles, the gates before it, the days.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice, product
from typing import Any

from compliance.content.applicability import gates as gates_of
from compliance.content.applicability import implied, rules
from compliance.content.applicability.choices import Effect
from compliance.content.applicability.rules import Facts, FactWords

Say = Callable[[str], str]
MOST_READINGS = 32
"""So many combinations of readings are compared; an edition has one or two."""


def english(day: date) -> str:
    """A day as a reason names it."""
    return f"{day.day} {day:%B %Y}"


@dataclass(frozen=True, slots=True)
class Duty:
    """The inputs that decide whether one question binds."""

    key: str
    rule: dict[str, Any] | None
    binds: list[str]
    applies_from: list[dict[str, Any]]
    applies_until: list[dict[str, Any]]

    @classmethod
    def of(cls, question: Any) -> "Duty":
        """From a row of a question."""
        return cls(
            question.key,
            question.rule,
            question.binds,
            question.applies_from,
            question.applies_until or [],
        )

    @classmethod
    def in_document(cls, question: Mapping[str, Any]) -> "Duty":
        """From a question of a document."""
        return cls(
            question["key"],
            question["rule"],
            question["binds"],
            question["applies_from"],
            question.get("applies_until") or [],
        )


@dataclass(frozen=True, slots=True)
class Model:
    """Facts and gates of an edition, in the order in which they are worked out."""

    role_fact: str
    words: Mapping[str, FactWords]
    kinds: Mapping[str, str]
    implications: tuple[implied.Implication, ...] = ()
    gates: tuple[gates_of.Gate, ...] = ()
    contested: Mapping[str, str] | None = None

    @classmethod
    def of(
        cls,
        role_fact: str,
        facts: Iterable[Mapping[str, Any]],
        gates: Iterable[gates_of.Gate] | None,
        words: Mapping[str, FactWords] | None = None,
    ) -> "Model":
        """From the facts and gates of a document; ``words`` may be in another language."""
        facts = list(facts)
        kinds = {fact["key"]: fact["kind"] for fact in facts}
        ordered, _ = implied.in_order(implied.implications(facts), kinds)
        own = {fact["key"]: FactWords(fact["label"], rules.choice_words(fact["choices"])) for fact in facts}
        contested = {fact["key"]: fact["contested"] for fact in facts if fact.get("contested")}
        return cls(
            role_fact,
            own if words is None else words,
            kinds,
            ordered,
            tuple(gates or ()),
            contested,
        )

    def close(self, facts: Facts) -> implied.Closed:
        """All that follows from the facts of one organisation."""
        return implied.close(facts, self.implications, self.kinds)


@dataclass(frozen=True, slots=True)
class Decision:
    """The result for one question, with the printed reason.

    A question that its own rule leaves out keeps its day. ``is_contested`` says that the law has two readings and nobody took one: ``readings``
    are then the days of all of them, the last of which is ``binds_from``, so that the
    harsher duty is not counted. ``facts`` are the keys it rests on.
    """

    applies: bool
    binds_from: date | None
    ends_on: date | None
    is_open: bool
    is_contested: bool
    readings: tuple[date | None, ...]
    reason: str
    facts: tuple[str, ...]


def decide(
    duty: Duty,
    model: Model,
    closed: implied.Closed,
    *,
    period_from: date | None = None,
    say: Say = str,
    day: Callable[[date], str] = english,
) -> Decision:
    """Decide one question; ``period_from`` is the first day of the audit period.

    A duty that ended before that day does not apply. ``say`` puts the words between those
    of the edition into another language, ``day`` a day.
    """
    decider = _Decider(duty, model, closed, period_from, say, day)
    unread = _unread(duty, model, closed.facts)
    if not unread:
        return decider.decision(closed.facts)
    return decider.of_all_readings(unread)


def _unread(duty: Duty, model: Model, facts: Facts) -> list[str]:
    """The contested facts that are not known and could decide here."""
    if not model.contested:
        return []
    named = set(_asked(duty, model))
    return [key for key in model.contested if key in named and facts.get(key) is None]


def _asked(duty: Duty, model: Model) -> Iterator[str]:
    yield from rules.uses(duty.rule)
    for entry in (*duty.applies_from, *duty.applies_until):
        yield from rules.uses(entry.get("when"))
    for gate in model.gates:
        if gates_of.covers(gate, duty.key):
            for row in gate["rows"]:
                yield from rules.uses(row.get("when"))


@dataclass(frozen=True, slots=True)
class _Decider:
    """One question of one organisation; ``facts`` may be other ones than its own."""

    duty: Duty
    model: Model
    closed: implied.Closed
    period_from: date | None
    say: Say
    day: Callable[[date], str]

    def decision(self, facts: Facts, *, with_days: bool = True) -> Decision:
        """The decision by these facts; without the days for a reason of several readings."""
        duty, model = self.duty, self.model
        found = gates_of.passed(model.gates, duty.key, facts)
        rule = None if any(gate.is_in for gate in found) else duty.rule
        is_shut = any(gate.is_out for gate in found)
        on, ends = self._days(found, facts)
        own = rules.applicability(
            rule,
            duty.binds,
            model.role_fact,
            facts,
            model.words,
            self.say,
            is_stopped=is_shut or (with_days and self._is_over(ends)),
        )
        asked = [key for gate in found for row in gate.gate["rows"] for key in rules.uses(row.get("when"))]
        names = tuple(dict.fromkeys((*own.facts, *(asked if own.applies else ()))))
        parts = [own.reason, *self._implied(names)]
        if own.applies:
            parts += [self._gate(gate, facts) for gate in found if _has_sentence(gate)]
        is_out = is_shut or not own.applies
        is_open = own.is_open or any(gate.is_open for gate in found)
        if not is_out and with_days:
            parts += self._days_in_words(on if _moved(found) else None, ends)
            is_out = self._is_over(ends)
        return Decision(
            applies=not is_out,
            binds_from=None if own.applies and is_out else on,
            ends_on=ends if own.applies else None,
            is_open=is_open and not is_out,
            is_contested=False,
            readings=(),
            reason=" ".join(part for part in parts if part),
            facts=names,
        )

    def of_all_readings(self, unread: list[str]) -> Decision:
        """The decision under every reading of the law, as one.

        Where they differ, the mildest counts: the duty that starts last.
        """
        words = self.model.words
        cases = islice(product(*(words[key].choices for key in unread)), MOST_READINGS)
        found = [
            self.decision(
                {**self.closed.facts} | {key: [choice] for key, choice in zip(unread, case, strict=True)}
            )
            for case in cases
        ]
        plain = self.decision(self.closed.facts, with_days=False)
        kept = [one for one in found if one.applies] or found
        latest = max(kept, key=lambda one: one.binds_from or date.min)
        days = sorted({one.binds_from or date.min for one in kept})
        readings = tuple(None if day == date.min else day for day in days)
        outcomes = {(one.applies, one.binds_from) for one in found}
        is_contested = latest.applies and len(outcomes) > 1
        parts = [plain.reason]
        if is_contested:
            parts += self._contested(unread, readings)
        elif latest.applies:
            moved = gates_of.passed(self.model.gates, self.duty.key, self.closed.facts)
            parts += self._days_in_words(latest.binds_from if _moved(moved) else None, latest.ends_on)
        return replace(
            latest,
            is_open=any(one.is_open for one in found),
            is_contested=is_contested,
            readings=readings if is_contested else (),
            reason=" ".join(part for part in parts if part),
            facts=tuple(dict.fromkeys((*plain.facts, *unread))),
        )

    def _days(self, found: Iterable[gates_of.Passed], facts: Facts) -> tuple[date | None, date | None]:
        """The first and the last day; the latest day of a gate comes before all others."""
        moved = [gate.starts_on for gate in found if gate.starts_on]
        own = rules.starts_on(self.duty.applies_from, facts)
        ends = rules.starts_on(self.duty.applies_until, facts)
        return (max(moved) if moved else own), ends

    def _is_over(self, ends: date | None) -> bool:
        return bool(ends and self.period_from and ends < self.period_from)

    def _days_in_words(self, moved: date | None, ends: date | None) -> Iterator[str]:
        if moved:
            yield self.say("Binds from %(day)s.") % {"day": self.day(moved)}
        if ends and self._is_over(ends):
            said = self.say("Bound until %(day)s, before the period begins.")
            yield said % {"day": self.day(ends)}
        elif ends:
            yield self.say("Binds until %(day)s.") % {"day": self.day(ends)}

    def _implied(self, names: Iterable[str]) -> Iterator[str]:
        """Each step by which a fact follows from another one, the first step first."""
        words = self.model.words
        for one in self._steps(names):
            values = {
                "fact": words[one.fact].label,
                "choice": words[one.fact].choices.get(one.value, one.value),
                "because": one.because,
            }
            said = self.say("%(fact)s is “%(choice)s”, too: %(because)s")
            if any(one.fact == clash.fact for clash in self.closed.clashes):
                said = self.say(
                    "%(fact)s was answered otherwise than “%(choice)s”, which follows, so it"
                    " counts as not known: %(because)s"
                )
            yield said % values

    def _steps(self, names: Iterable[str]) -> list[implied.Implication]:
        wanted, found = list(names), []
        for key in wanted:
            for one in self.closed.links.get(key, ()):
                found.append(one)
                wanted += [k for k in rules.uses(dict(one.when)) if k not in wanted]
        order = self.model.implications.index
        return sorted(found, key=order)

    def _gate(self, passed: gates_of.Passed, facts: Facts) -> str:
        """The row of a gate that counts, with its source."""
        words = self.model.words
        title = passed.gate["title"]
        if passed.is_open and not passed.is_out:
            asked = dict.fromkeys(key for row in passed.rows for key in rules.uses(row.get("when")))
            answers = "; ".join(
                f"{words[key].label}: {rules.answered(key, facts, words, self.say)}" for key in asked
            )
            said = self.say("%(gate)s: kept in until the facts decide it. %(facts)s.")
            return said % {"gate": title, "facts": answers}
        row = passed.row
        cites = ", ".join(row.get("cites") or passed.gate.get("cites") or ())
        source = f" ({cites})" if cites else ""
        because = row["because"].rstrip(".")
        if row["effect"] == Effect.OUT:
            said = self.say("%(gate)s: does not apply. %(because)s%(source)s.")
        else:
            said = "%(gate)s: %(because)s%(source)s."
        return said % {"gate": title, "because": because, "source": source}

    def _contested(self, unread: Iterable[str], readings: Iterable[date | None]) -> Iterator[str]:
        contested, words = self.model.contested or {}, self.model.words
        for key in unread:
            yield self.say("Contested: %(because)s") % {"because": contested[key]}
        now = self.say("now")
        days = [self.day(day) if day else now for day in readings]
        values = {
            "days": f" {self.say('or')} ".join(days),
            "facts": ", ".join(words[key].label for key in unread),
        }
        said = self.say(
            "It binds from %(days)s, as the law is read. Until “%(facts)s” is answered, it"
            " counts as preparation."
        )
        yield said % values


def _has_sentence(passed: gates_of.Passed) -> bool:
    """Whether a gate says anything: a row that changes nothing has no sentence."""
    row = passed.row
    return passed.is_open or row["effect"] != Effect.BINDS or "from" in row


def _moved(found: Iterable[gates_of.Passed]) -> bool:
    return any(gate.starts_on for gate in found)
