"""An edition's words in the language of a report: printed, and no part of the hash."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from django.utils.translation import gettext, override

from compliance.content.applicability.decision import Model
from compliance.content.applicability.reasons import fact_in, gate_in
from compliance.content.applicability.rules import FactWords
from compliance.content.checklists.content import fact_document, fact_words
from compliance.content.checklists.models import Edition
from compliance.content.checklists.translations import ORIGINAL, TranslatedText, said
from compliance.templatetags.ui import day
from compliance.work.assessments.applying import Scope
from compliance.work.assessments.earlier_assessments import earlier_in_words
from compliance.work.assessments.models import Assessment
from compliance.work.snapshots.content import Content, Line, Section

ASKED = (
    "key", "title", "text", "translations", "rule", "binds", "applies_from",
    "applies_until", "section_id",
)  # fmt: skip
"""Columns of a question that are read: its texts, and those that decide whether it applies."""

FactAnswer = tuple[str, str]
"""A fact: what it is called, and what was answered."""


@dataclass(frozen=True, slots=True)
class Words:
    """Texts of an edition by place and name: ``("question", "G001", "text")``.

    ``reasons`` and ``facts`` lead from what a content says to the same in the language
    of the report: a reason by the question and its words, a fact by both its words.
    ``earlier`` does so with the assessment that another was carried forward from.
    """

    original: str
    found: Mapping[tuple[str, str, str], TranslatedText]
    reasons: Mapping[tuple[str, str], str] = field(default_factory=dict)
    facts: Mapping[FactAnswer, FactAnswer] = field(default_factory=dict)
    earlier: Mapping[str, str] = field(default_factory=dict)

    def translated(self, place: str, key: str, name: str, text: str) -> str:
        """The text of a place in the language of the report, else as it is."""
        one = self.found.get((place, key, name))
        return str(one.text) if one else text

    def language(self, key: str) -> str:
        """The language in which a question is printed."""
        one = self.found.get(("question", key, "text"))
        return one.language if one else self.original


AS_WRITTEN = Words("en", {})
"""Nothing is translated."""


def words_of(edition: Edition, language: str, assessment: Assessment) -> Words:
    """Words of an edition in a language, in a constant number of queries.

    Sections, questions and facts are where they are translated; a translation of
    another wording is left out. Reasons, which a content holds in English, are worked
    out a second time: from the facts of ``assessment``, as it stood when it said them.
    """
    found: dict[tuple[str, str, str], TranslatedText] = {}
    questions = list(
        edition.questions.only(*ASKED) if language != ORIGINAL or edition.language != language else ()
    )
    if edition.language != language:
        asked = {"wanted": language, "original": edition.language}
        for section in edition.sections.all():
            one = said("title", section.title, section.translations, **asked)
            _keep(found, ("section", str(section.position), "title"), one, language)
        for question in questions:
            for name in ("title", "text"):
                text = getattr(question, name)
                one = said(name, text, question.translations, **asked)
                _keep(found, ("question", question.key, name), one, language)
    if language == ORIGINAL:
        return Words(edition.language, found)
    facts = assessment.facts
    with override(language):
        begin = assessment.period_from
        there = Scope(
            edition,
            facts,
            _model(edition, language),
            gettext,
            period_from=begin,
            day=day,
            rests=assessment.rests,
        )
        here = Scope(edition, facts, period_from=begin, rests=assessment.rests)
        reasons = {
            (question.key, here.of(question).reason): there.of(question).reason for question in questions
        }
        pairs = zip(here.facts_in_words(), there.facts_in_words(), strict=True)
        answered = dict(pairs)
        earlier = _earlier(assessment.carried_from)
    return Words(edition.language, found, reasons, answered, earlier)


def _earlier(carried_from: Assessment | None) -> dict[str, str]:
    """A content's name for the assessment before it, in the language in use."""
    if carried_from is None:
        return {}
    words = gettext("%(subject)s, edition %(edition)s, %(first)s to %(last)s") % {
        "subject": carried_from.subject,
        "edition": carried_from.edition.number,
        "first": day(carried_from.period_from),
        "last": day(carried_from.period_to),
    }
    return {earlier_in_words(carried_from): words}


def _keep(
    found: dict[tuple[str, str, str], TranslatedText],
    place: tuple[str, str, str],
    one: TranslatedText,
    language: str,
) -> None:
    if one.language == language and not one.is_stale:
        found[place] = one


def _model(edition: Edition, language: str) -> Model:
    """Applicability in a language; as written where nothing fits."""

    def put(found: Any, name: str, text: str) -> str:
        asked = {"wanted": language, "original": edition.language}
        one = said(name, text, found, **asked)
        return text if one.is_stale else str(one.text)

    facts = {fact.key: fact for fact in edition.facts.all()}
    by_fact = {key: partial(put, fact.translations) for key, fact in facts.items()}
    words = {
        key: FactWords(
            by_fact[key]("label", one.label),
            {
                choice: by_fact[key](f"choice.{choice}.label", label)
                if facts[key].choices
                else gettext(label)
                for choice, label in one.choices.items()
            },
        )
        for key, one in fact_words(facts.values()).items()
    }
    documents = [fact_in(fact_document(fact), by_fact[key]) for key, fact in facts.items()]
    own = partial(put, edition.translations)
    gates = [gate_in(gate, own) for gate in edition.gates or ()]
    return Model.of(edition.role_fact, documents, gates, words)


def in_words(content: Content, words: Words) -> Content:
    """The same content for printing, in those words; its hash is another one."""
    if not (words.found or words.reasons):
        return content
    return replace(
        content,
        carried_from=words.earlier.get(content.carried_from, content.carried_from),
        facts=tuple(words.facts.get(fact, fact) for fact in content.facts),
        sections=tuple(_section(one, words) for one in content.sections),
        archived=tuple(_line(one, words) for one in content.archived),
    )


def _section(section: Section, words: Words) -> Section:
    title = words.translated("section", str(section.number), "title", section.title)
    lines = tuple(_line(line, words) for line in section.lines)
    return Section(section.number, title, lines)


def _line(line: Line, words: Words) -> Line:
    reason = line.applicability
    return replace(
        line,
        title=words.translated("question", line.key, "title", line.title),
        text=words.translated("question", line.key, "text", line.text),
        applicability=words.reasons.get((line.key, reason), reason),
    )
