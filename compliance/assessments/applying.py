"""What applies to an organisation: rules and facts of an edition, put together."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from compliance.checklists import rules
from compliance.checklists.content import fact_words
from compliance.checklists.models import Edition, Question


@dataclass(frozen=True, slots=True)
class Applying:
    """Whether and from when a question binds, with the printed reason."""

    applies: bool
    binds_from: date | None
    is_open: bool
    reason: str
    facts: tuple[str, ...]


class Scope:
    """An edition's facts as one organisation answered them."""

    def __init__(
        self,
        edition: Edition,
        facts: dict[str, list[str] | None],
        words: dict[str, rules.FactWords] | None = None,
        say: Callable[[str], str] = str,
    ) -> None:
        """``words`` and ``say`` tell it in another language (``rules.sentence``)."""
        self.role_fact = edition.role_fact
        self.facts = facts
        self.words = fact_words(edition.facts.all()) if words is None else words
        self.say = say

    def of(self, question: Question) -> Applying:
        """What holds for one question."""
        found = rules.applicability(
            question.rule,
            question.binds,
            self.role_fact,
            self.facts,
            self.words,
            self.say,
        )
        return Applying(
            found.applies,
            rules.starts_on(question.applies_from, self.facts),
            found.is_open,
            found.reason,
            found.facts,
        )

    def told(self) -> Iterable[tuple[str, str]]:
        """Each fact as label and answer, in order."""
        for key, fact in self.words.items():
            yield fact.label, self.told_of(key)

    def told_of(self, key: str, facts: rules.Facts | None = None) -> str:
        """What was answered to one fact, here or in other ``facts``."""
        answered = self.facts if facts is None else facts
        return rules.answered(key, answered, self.words, self.say)


def choice_keys(fact: Any) -> set[str]:
    """The keys a fact can be answered with."""
    return set(rules.choice_words(fact.choices))
