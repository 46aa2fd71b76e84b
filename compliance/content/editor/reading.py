"""The editor of a draft: the outline, one question, and the parts that hang on it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Exists, OuterRef, Q

from compliance.content.applicability import rules
from compliance.content.applicability.simulator import simulate
from compliance.content.checklists import content, soundness
from compliance.content.checklists.choices import UNPUBLISHED
from compliance.content.checklists.diff import Item, compare
from compliance.content.checklists.models import Edition, Fact, Question, Section
from compliance.content.checklists.standing import running_facts


@dataclass(slots=True)
class Branch:
    """A section of the outline with its questions."""

    section: Section
    questions: list[Question] = field(default_factory=list)
    changed: Mapping[str, Item] = field(default_factory=dict)

    @property
    def rows(self) -> list[tuple[Question, Item | None]]:
        """Each question, and what changed in it since the edition before."""
        return [(question, self.changed.get(question.key)) for question in self.questions]


@dataclass(frozen=True, slots=True)
class Outline:
    """The tree of a draft, and how many changes it has.

    Counted are questions, facts, gates and levels that differ from the edition it is
    based on; none where that is nothing.
    """

    branches: list[Branch]
    changes: int = 0

    @property
    def first_key(self) -> str:
        return next((q.key for b in self.branches for q in b.questions), "")

    def place(self, key: str) -> tuple[Branch, int] | None:
        """The branch of a question, and its position in it."""
        for branch in self.branches:
            for at, question in enumerate(branch.questions, 1):
                if question.key == key:
                    return branch, at
        return None


def outline(edition: Edition, facts: Iterable[Fact]) -> Outline:
    """The outline with the marks of what changed, however long the checklist is.

    Twelve queries at most, two where the draft is based on nothing.
    """
    branches = _branches(edition)
    if edition.based_on is None:
        return Outline(branches)
    edited = [q.key for branch in branches for q in branch.questions if q.version]
    base = edition.based_on
    found = compare(
        _brief(base, _branches(base), base.facts.all(), edited),
        _brief(edition, branches, facts, edited),
    )
    changed = {item.key: item for item in found.changed}
    for branch in branches:
        branch.changed = changed
    return Outline(branches, len(changed) + len(found.facts))


def _branches(edition: Edition) -> list[Branch]:
    branches = {row.pk: Branch(row) for row in edition.sections.all()}
    for row in edition.questions.only("key", "title", "section_id", "version"):
        branches[row.section_id].questions.append(row)
    return list(branches.values())


def _brief(
    edition: Edition,
    branches: list[Branch],
    facts: Iterable[Fact],
    edited: list[str],
) -> dict[str, Any]:
    """A document to compare with that has the edited questions whole, of others the key."""
    rows = content.with_links(edition.questions.filter(key__in=edited)) if edited else ()
    whole = {row.key: content.question_document(row) for row in rows}
    return {
        "edition": {"gates": edition.gates},
        "facts": [content.fact_document(fact) for fact in facts],
        "sections": [
            content.section_document(branch.section)
            | {"questions": [whole.get(q.key, {"key": q.key}) for q in branch.questions]}
            for branch in branches
        ],
    }


def searched(edition: Edition, whole: Outline, text: str) -> dict[str, Any]:
    """The outline for a search: one query; all of it without one.

    Every word is looked for in key, short name and wording; capitals do not count.
    """
    words = text.casefold().split()
    if not words:
        return {"tree": whole, "finding": ""}
    rows = edition.questions.values_list("key", "title", "text")
    keys = {
        key
        for key, title, asked in rows
        if all(word in f"{key} {title} {asked}".casefold() for word in words)
    }
    branches = [
        replace(branch, questions=[q for q in branch.questions if q.key in keys]) for branch in whole.branches
    ]
    tree = replace(whole, branches=[branch for branch in branches if branch.questions])
    return {"tree": tree, "finding": text, "found": len(keys)}


def find_question(edition: Edition, key: str) -> Question | None:
    """A question with its choices and provisions: three queries.

    ``is_final`` says that it was in a published edition, here or of the original.
    """
    here = Q(edition__checklist=edition.checklist_id)
    known = here & ~Q(edition__status__in=UNPUBLISHED) | Q(edition=edition.based_on_id)
    published = Question.objects.filter(known, key=OuterRef("key"))
    rows = content.with_links(edition.questions).annotate(is_final=Exists(published))
    found: Question | None = rows.filter(key=key).first()
    return found


def bound(edition: Edition) -> dict[str, list[str]]:
    """Each role that questions bind, with their keys: one query."""
    found: dict[str, list[str]] = {}
    for key, binds in edition.questions.values_list("key", "binds"):
        for role in binds:
            found.setdefault(role, []).append(key)
    return found


@dataclass(frozen=True, slots=True)
class Reach:
    """To how many assessments or organisations a question applies, or may, of how many."""

    total: int
    applies: int


def reach(question: dict[str, Any], edition: Edition, given: list[dict[str, Any]]) -> Reach:
    """How many running assessments a question would apply to."""
    binds = rules.bound(question["binds"], edition.role_fact)
    wanted = [rule for rule in (question["rule"], binds) if rule]
    applies = [facts for facts in given if all(rules.holds(rule, facts) is not False for rule in wanted)]
    return Reach(len(given), len(applies))


def samples(question: dict[str, Any], edition: Edition, facts: list[Fact]) -> Reach:
    """How many of the examples of the edition a question applies to, gates and all."""
    head = {"role_fact": edition.role_fact, "gates": edition.gates}
    fact_documents = [content.fact_document(fact) for fact in facts]
    document, part = (
        {"edition": head, "facts": fact_documents},
        [{"questions": [question]}],
    )
    given = edition.organisations or []
    applies = [one for one in given if simulate(document, one, part).applying]
    return Reach(len(given), len(applies))


@dataclass(frozen=True, slots=True)
class QuestionSummary:
    """The addressees and the first day of a question, in words, and its reach.

    ``rule`` is "" without one; ``strange`` says that it, or a day, names what is not
    asked; ``never`` that no answer to the facts makes the question apply.
    """

    rule: str
    days: list[content.Start]
    strange: bool
    never: bool
    reach: Reach
    samples: Reach


def said(question: dict[str, Any], edition: Edition, facts: list[Fact]) -> QuestionSummary:
    """Read back what a question says of whom it asks: one query."""
    known = {fact.key: set(rules.choice_words(fact.choices)) for fact in facts}
    asked = [question["rule"], *(e.get("when") for e in question["applies_from"])]
    strange = any(rule and rules.fault_of(rule, known) for rule in asked)
    words = content.fact_words(facts)
    binds = rules.bound(question["binds"], edition.role_fact)
    wanted = [rule for rule in (question["rule"], binds) if rule]
    document = {"facts": [{n: getattr(f, n) for n in content.FACT} for f in facts]}
    rule = question["rule"]
    return QuestionSummary(
        rules.sentence(rule, words) if rule and not strange else "",
        [] if strange else content.starts(question["applies_from"], words),
        strange,
        not strange and not soundness.can_hold(wanted, document),
        reach(question, edition, running_facts(edition)),
        Reach(0, 0) if strange else samples(question, edition, facts),
    )
