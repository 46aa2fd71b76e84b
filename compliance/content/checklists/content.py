"""Editions as plain values: their canonical document, its hash, and what pages show.

A document of an edition holds all that publishing freezes::

    {"checklist": key,
     "edition": {"number", "law_as_of", "release_notes", "subject_label",
                 "subject_help", "roles", "role_fact"},
     "facts": [{"key", "label", "text", "help", "kind", "choices"}],
     "sections": [{"key", "title", "intro", "questions": [...]}]}

A question has the fields of its row, its choices and its citations ("cites"), and
"source" where the file it came from calls it by something that lasts. Parts of an
imported file that no field holds stay as "extra" in the edition or the question. Each
part has "translations" where there are any, the edition a "language" unless it is
written in English: see ``translations.py``. Other parts of applicability appear where
there are any: "gates" (``gates.py``) and "organisations" (``simulator.py``) of the
edition, beside its "essentials" (``essentials.py``), "scales" (``scales.py``) and
"replaces" (``succession.py``),
"implies" (``implied.py``) and "contested" of a fact, "level" of a section,
"applies_until" and "yardstick" of a question.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, Subquery

from compliance.content.applicability.rules import FactWords, choice_words, sentence
from compliance.content.checklists.choices import UNPUBLISHED, EditionStatus
from compliance.content.checklists.force import Mark, strongest
from compliance.content.checklists.models import (
    Checklist,
    Citation,
    Edition,
    Fact,
    Question,
    Section,
    Theme,
)
from compliance.content.checklists.models.checklist import EditionQuerySet
from compliance.content.checklists.related import Related, related_to
from compliance.content.checklists.scales import keys_of, scales_of
from compliance.content.checklists.translations import (
    ORIGINAL,
    Texts,
    kept,
    of_edition,
    of_fact,
    of_question,
    of_section,
)
from compliance.identity.organisations.models import Organisation
from compliance.proof.audit.chain import canonical, digest

EDITION = (
    "number",
    "release_notes",
    "subject_label",
    "subject_help",
    "roles",
    "role_fact",
)
FACT = ("key", "label", "text", "help", "kind", "choices")
SECTION = ("key", "title", "intro")
QUESTION = (
    "key", "title", "text", "kind", "weight", "binds", "rule", "applies_from", "number",
    "good", "how_to_check", "when_partly", "common_mistake", "evidence_hints", "remedy",
    "background", "related",
)  # fmt: skip
CHOICE = ("key", "label", "help", "verdict")
EDITION_ALSO = ("gates", "essentials", "scales", "replaces", "organisations")
FACT_ALSO = ("implies", "contested")
SECTION_ALSO = ("level",)
QUESTION_ALSO = ("applies_until", "yardstick")
CHOICE_ALSO = ("rating",)
"""Fields that are in a document only where they hold something."""


@dataclass(frozen=True, slots=True)
class Start:
    """A day from which a duty binds, and when that is the day."""

    on: date
    when: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A question with its rules in words."""

    question: Question
    binds: list[str]
    applies_when: str
    starts: list[Start]
    ends: list[Start]
    mark: Mark
    related: list[Question]
    elsewhere: list[Related]


def document(edition: Edition) -> dict[str, Any]:
    """The document of an edition as its rows stand: six queries."""
    sections = edition.sections.prefetch_related(Prefetch("questions", with_links(Question.objects.all())))
    return {
        "checklist": edition.checklist.key,
        "edition": edition_document(edition),
        "facts": [fact_document(fact) for fact in edition.facts.all()],
        "sections": [
            section_document(section)
            | {"questions": [question_document(question) for question in section.questions.all()]}
            for section in sections
        ],
    }


def content_hash(found: dict[str, Any]) -> str:
    """SHA-256 of a document's canonical text."""
    return digest(canonical(found))


def edition_document(edition: Edition) -> dict[str, Any]:
    """An edition itself as it stands in a document; each of its languages is named."""
    values = _values(edition, EDITION) | {"law_as_of": edition.law_as_of.isoformat()}
    values |= _also(edition, EDITION_ALSO)
    if edition.language != ORIGINAL:
        values["language"] = edition.language
    if edition.translations is not None:
        texts = of_edition(values, edition.checklist.title, edition.checklist.summary)
        found = kept(texts, edition.translations)
        values["translations"] = {c: found.get(c, {}) for c in edition.translations}
    return values | _extra(edition)


def fact_document(fact: Fact) -> dict[str, Any]:
    """A fact as it stands in a document."""
    values = _values(fact, FACT) | _also(fact, FACT_ALSO)
    return _translated(fact, values, of_fact)


def section_document(section: Section) -> dict[str, Any]:
    """A section as it stands in a document, without its questions."""
    values = _values(section, SECTION) | _also(section, SECTION_ALSO)
    return _translated(section, values, of_section)


def question_document(question: Question) -> dict[str, Any]:
    """One question as it stands in a document, from ``with_links``."""
    values = _values(question, QUESTION) | {
        "choices": [
            _values(choice, CHOICE) | _also(choice, CHOICE_ALSO) for choice in question.choices.all()
        ],
        "cites": [citation.provision.cite for citation in question.citations.all()],
    }
    values |= _also(question, QUESTION_ALSO)
    if question.source:
        values["source"] = question.source
    return _translated(question, values, of_question) | _extra(question)


def question_values(question: Question) -> dict[str, Any]:
    """All fields of a question, also those that a document leaves out where empty."""
    empty = {"applies_until": None, "yardstick": False}
    return empty | question_document(question)


def _translated(
    row: Any, values: dict[str, Any], texts_of: Callable[[dict[str, Any]], Texts]
) -> dict[str, Any]:
    """The values with the translations of the texts that are in them."""
    found = kept(texts_of(values), row.translations) if row.translations else None
    return values | {"translations": found} if found else values


def _extra(row: Edition | Question) -> dict[str, Any]:
    return {} if row.extra is None else {"extra": row.extra}


def _values(row: Any, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _also(row: Any, names: Iterable[str]) -> dict[str, Any]:
    return {name: value for name in names if (value := getattr(row, name))}


def with_links(questions: Any) -> Any:
    """Questions with their choices and provisions, in two queries more."""
    cited = Citation.objects.select_related("provision__successor", "provision__instrument")
    return questions.prefetch_related("choices", Prefetch("citations", cited))


def as_kept(value: Any) -> Any:
    """JSON with the keys of mappings in the order in which PostgreSQL keeps them.

    SQLite then gives them back in that order too, so both print the same words.
    """
    if isinstance(value, dict):
        keys = sorted(value, key=_place) if len(value) > 1 else value
        return {key: part if type(part := value[key]) is str else as_kept(part) for key in keys}
    if isinstance(value, list):
        return [part if type(part) is str else as_kept(part) for part in value]
    return value


@lru_cache(maxsize=2048)
def _place(key: str) -> tuple[int, bytes]:
    """Where PostgreSQL puts a key among others; a catalog has few, again and again."""
    written = key.encode()
    return len(written), written


def fact_words(facts: Iterable[Fact]) -> dict[str, FactWords]:
    """Labels of facts and their choices, by key."""
    return {fact.key: FactWords(fact.label, choice_words(fact.choices)) for fact in facts}


def on_offer(organisation: Organisation) -> EditionQuerySet:
    """Published editions that an organisation can use, with ``question_count``."""
    editions = Edition.objects.published().open_to(organisation).for_page()
    return with_newer(editions).annotate(question_count=Count("questions"))


def readable(
    organisation: Organisation, *, with_drafts: bool = False, with_library: bool = False
) -> EditionQuerySet:
    """Editions an organisation may read: those on offer and retired ones.

    ``with_drafts`` adds the drafts of its own checklists, ``with_library`` those of the
    library, for those who edit them.
    """
    editions = Edition.objects.open_to(organisation).for_page()
    finished = ~Q(status__in=UNPUBLISHED)
    if with_drafts:
        finished |= Q(checklist__organisation=organisation)
    if with_library:
        finished |= Q(checklist__organisation=None)
    return with_newer(editions.filter(finished))


def drafts_of(organisation: Organisation, *, with_library: bool = False) -> EditionQuerySet:
    """Drafts of own checklists, in review too, with ``question_count``; or the library's."""
    kept = Q(checklist__organisation=organisation)
    if with_library:
        kept |= Q(checklist__organisation=None)
    editions = Edition.objects.filter(kept, status__in=UNPUBLISHED)
    return with_newer(editions.for_page()).annotate(question_count=Count("questions"))


def is_newest(edition: Edition) -> bool:
    """Whether a final edition is the one a next draft starts from: two queries at most.

    That is the published one; where none is, the one that was published last.
    """
    return newest(edition.checklist) == edition


def newest(checklist: Checklist) -> Edition | None:
    """The edition that is published, or else was last: two queries at most."""
    rows = checklist.editions.exclude(status__in=UNPUBLISHED)
    return rows.published().first() or rows.order_by("-published_at", "-pk").first()


def is_followed(edition: Edition) -> bool:
    """Whether a retired edition gave way to one that is published: one query at most."""
    is_retired = edition.status == EditionStatus.RETIRED
    return is_retired and edition.checklist.editions.published().exists()


def retired_of(organisation: Organisation, *, with_library: bool = False) -> list[Edition]:
    """The last edition of each own checklist of which none is on offer; or the library's."""
    kept = Q(checklist__organisation=organisation)
    if with_library:
        kept |= Q(checklist__organisation=None)
    editions = Edition.objects.filter(kept, status=EditionStatus.RETIRED)
    offered = Edition.objects.published().filter(checklist=OuterRef("checklist"))
    rows = editions.filter(~Exists(offered)).for_page()
    newest: dict[int, Edition] = {}
    for edition in rows:
        newest.setdefault(edition.checklist_id, edition)
    return list(newest.values())


def themes() -> list[tuple[str, str]]:
    """Key and name of each theme, in order."""
    return list(Theme.objects.values_list("key", "name"))


def others(edition: Edition, organisation: Organisation) -> EditionQuerySet:
    """The other editions of its checklist that may be read, newest first."""
    rows = readable(organisation).filter(checklist=edition.checklist_id)
    return rows.exclude(pk=edition.pk)


def with_newer(editions: EditionQuerySet) -> EditionQuerySet:
    """With ``newer_number``: what ``newer_original`` of its checklist is numbered."""
    published = Edition.objects.published()
    newer = published.filter(checklist=OuterRef("checklist__cloned_from__checklist"))
    newer = newer.exclude(pk=OuterRef("checklist__cloned_from")).order_by("pk")
    return editions.annotate(newer_number=Subquery(newer.values("number")[:1]))


def newest_beside(edition_id: int) -> int:
    """The published edition of the checklist of an edition; itself where there is none."""
    same = Edition.objects.published().filter(checklist__editions=edition_id)
    return same.values_list("pk", flat=True).first() or edition_id


def newer_original(checklist: Checklist) -> Edition | None:
    """The edition of the library that is published after the one a clone stands on."""
    base = checklist.cloned_from
    if base is None:
        return None
    newest = base.checklist.editions.published().select_related("checklist").first()
    return newest if newest and newest.pk != base.pk else None


def sections_of(edition: Edition) -> list[Section]:
    """The sections in order, each with ``question_count``."""
    # a count groups, and Django orders groups only when asked to
    rows = edition.sections.annotate(question_count=Count("questions"))
    return list(rows.order_by("position"))


def shown(section: Section, edition: Edition, facts: Iterable[Fact]) -> list[Shown]:
    """The questions of a section as a page shows them: seven queries."""
    words = fact_words(facts)
    questions = list(with_links(section.questions.all()))
    wanted = {key for question in questions for key in question.related}
    others = edition.questions.filter(key__in=wanted).select_related("section")
    scaled = keys_of(scales_of(edition.scales))
    related = {other.key: other for other in others}
    keys = [question.key for question in questions]
    elsewhere = related_to(edition.checklist, keys)
    return [
        Shown(
            question,
            [edition.roles[role] for role in question.binds if role in edition.roles],
            sentence(question.rule, words) if question.rule else "",
            starts(question.applies_from, words),
            starts(question.applies_until or (), words),
            _mark(question, scaled),
            [related[key] for key in question.related if key in related],
            elsewhere.get(question.key, []),
        )
        for question in questions
    ]


def _mark(question: Question, scaled: Collection[str]) -> Mark:
    sources = [one.provision.instrument.force for one in question.citations.all()]
    return Mark(strongest(sources), question.yardstick, question.key in scaled)


def starts(dates: Iterable[dict[str, Any]], words: dict[str, FactWords]) -> list[Start]:
    """The days from which a question binds, each with its rule in words."""
    return [_start(entry, words) for entry in dates]


def _start(entry: dict[str, Any], words: dict[str, FactWords]) -> Start:
    when = sentence(entry["when"], words) if entry.get("when") else ""
    return Start(date.fromisoformat(entry["date"]), when)
