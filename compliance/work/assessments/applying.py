"""Applicability for an organisation: rules and facts of an edition, put together."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from compliance.content.applicability import rules
from compliance.content.applicability.decision import Decision, Duty, Model, decide, english
from compliance.content.checklists import content
from compliance.content.checklists.choices import Level
from compliance.content.checklists.models import Edition, Question, Section
from compliance.work.assessments.models import Answer, Assessment

MOST_FINAL = 64
"""Editions whose models are kept in memory; one more, and all are read again."""
_final: dict[tuple[int, str], Model] = {}
"""Models of editions that can change no more, as triggers hold them."""
RESTS = "Asked once for the organisation, in the assessment that this one rests on."
"""The reason why a question is not asked here."""


@dataclass(frozen=True, slots=True)
class Follows:
    """A choice of a fact that follows from others; ``is_clash``: answered otherwise."""

    fact: str
    choice: str
    because: str
    is_clash: bool


class Scope:
    """An edition's facts as one organisation answered them, with all that follows."""

    def __init__(
        self,
        edition: Edition,
        facts: dict[str, list[str] | None],
        model: Model | None = None,
        say: Callable[[str], str] = str,
        *,
        period_from: date | None = None,
        day: Callable[[date], str] = english,
        rests: bool = False,
    ) -> None:
        """``model``, ``say`` and ``day`` put it in another language (``rules.sentence``).

        ``period_from`` is the first day of the audit period: what no longer bound then
        does not apply. With ``rests`` sections of the organisation's level are asked in
        another assessment.
        """
        self.facts, self.say, self.day = facts, say, day
        self.period_from = period_from
        self.model = model or model_of(edition)
        self.words = self.model.words
        self.closed = self.model.close(facts)
        self.elsewhere = frozenset(once_for_all(edition) if rests else ())
        """The sections that are asked in another assessment."""

    @classmethod
    def of_assessment(cls, assessment: Assessment) -> "Scope":
        """The scope of an assessment as its facts are now."""
        return cls(
            assessment.edition,
            assessment.facts,
            period_from=assessment.period_from,
            rests=assessment.rests,
        )

    def follows(self) -> list[Follows]:
        """Facts that follow from the answers; those that contradict an answer come first."""
        clashes = {(one.fact, one.value) for one in self.closed.clashes}
        found = [
            Follows(
                self.words[one.fact].label,
                self.words[one.fact].choices.get(one.value, one.value),
                one.because,
                is_clash=(one.fact, one.value) in clashes,
            )
            for links in self.closed.links.values()
            for one in links
        ]
        return sorted(found, key=lambda one: not one.is_clash)

    def of(self, question: Question) -> Decision:
        """The decision for one question."""
        if question.section_id in self.elsewhere:
            return Decision(
                applies=False,
                binds_from=None,
                ends_on=None,
                is_open=False,
                is_contested=False,
                readings=(),
                reason=self.say(RESTS),
                facts=(),
            )
        return decide(
            Duty.of(question),
            self.model,
            self.closed,
            period_from=self.period_from,
            say=self.say,
            day=self.day,
        )

    def facts_in_words(self) -> Iterable[tuple[str, str]]:
        """Each fact as label and answer, in order."""
        for key, fact in self.words.items():
            yield fact.label, self.fact_in_words(key)

    def fact_in_words(self, key: str, facts: rules.Facts | None = None) -> str:
        """The answer to one fact, here or in other ``facts``."""
        answered = self.facts if facts is None else facts
        return rules.answered(key, answered, self.words, self.say)


def model_of(edition: Edition) -> Model:
    """The facts and gates of an edition; those of one that is final are read once."""
    if not edition.content_hash:
        return _read(edition)
    which = edition.pk, edition.content_hash
    if (found := _final.get(which)) is None:
        if len(_final) >= MOST_FINAL:
            _final.clear()
        found = _final[which] = _read(edition)
    return found


def _read(edition: Edition) -> Model:
    facts = [content.fact_document(fact) for fact in edition.facts.all()]
    return Model.of(edition.role_fact, facts, edition.gates)


def once_for_all(edition: Edition) -> QuerySet[Section, int]:
    """The ids of the sections that one assessment can answer for others."""
    rows = edition.sections.filter(level=Level.ORGANISATION)
    return rows.order_by("position").values_list("pk", flat=True)


def why_not_asked(answer: Answer) -> str:
    """Why a question that does not apply takes no answer, as the end of a sentence."""
    is_elsewhere = answer.question.section.level == Level.ORGANISATION
    if answer.assessment.rests and is_elsewhere:
        return "is asked in the assessment that this one rests on"
    return "does not apply, by a rule"


def choice_keys(fact: Any) -> set[str]:
    """The keys a fact can be answered with."""
    return set(rules.choice_words(fact.choices))
