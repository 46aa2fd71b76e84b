"""Checks across the files of a folder of seeds. Adds to ``seeds.faults``."""

from collections.abc import Iterable, Iterator
from typing import Any

from compliance.content.applicability import rules
from compliance.content.checklist_schema.head import FactPart, Head
from compliance.content.checklist_schema.places import Path
from compliance.content.checklist_schema.question import QuestionPart, SectionPart
from compliance.content.checklists import soundness
from compliance.content.legal_index.choices import ProvisionStatus
from compliance.operations.seeds.crosswalk_checks import crosswalk_faults, notice_faults
from compliance.operations.seeds.framework_checks import framework_faults
from compliance.operations.seeds.loader import ChecklistFiles, Fault, Seeds, Source

YESNO = {"yes", "no"}
WORDS_OF_RULES = {"all", "any", "not"}
Index = dict[str, dict[str, Any]]


def check(seeds: Seeds) -> None:
    """Find every fault that only shows when all files are seen together.

    Faults that follow only from a missing file are left out while one cannot be read.
    """
    whole = not seeds.faults
    index = _law(seeds)
    themes = _themes(seeds)
    keys = _question_keys(seeds)
    _checklist_keys(seeds)
    for checklist in seeds.checklists:
        head = checklist.head
        if themes and head.content.theme not in themes:
            _add(seeds, head, ("theme",), f"{head.content.theme!r} is not in themes.yaml")
        seeds.faults.extend(_head_faults(head))
        seeds.faults.extend(_section_faults(checklist))
        if whole:
            seeds.faults.extend(_link_faults(checklist, index, keys))
            found = set(seeds.faults)  # a rule is looked at twice: by itself, and whole
            whole_faults = _whole_faults(checklist, index)
            seeds.faults.extend(each for each in whole_faults if each not in found)
        for older in checklist.older:
            seeds.faults.extend(_older_faults(older, checklist, index))
    seeds.faults.extend(crosswalk_faults(seeds, whole=whole))
    seeds.faults.extend(notice_faults(seeds))
    seeds.faults.extend(framework_faults(seeds, whole=whole))


def _older_faults(older: ChecklistFiles, newest: ChecklistFiles, index: Index) -> Iterator[Fault]:
    """An older edition is final, so only that it can still be loaded is looked at."""
    head = older.head
    if head.content.key != newest.head.content.key:
        yield head.fault(("key",), f"is an edition of {newest.head.content.key!r}")
    if head.content.edition.number != older.folder.rpartition("/")[2]:
        yield head.fault(("edition", "number"), "is not the name of its folder")
    yield from _head_faults(head)
    yield from _section_faults(older)
    for source in older.sections:
        for at, question in enumerate(source.content.questions):
            for n, cite in enumerate(question.cites):
                if cite not in index:
                    path = ("questions", at, "cites", n)
                    yield source.fault(path, f"{cite} is not in the legal index")


def _checklist_keys(seeds: Seeds) -> None:
    heads: dict[str, str] = {}
    for checklist in seeds.checklists:
        head = checklist.head
        if head.content.key in heads:
            _add(seeds, head, ("key",), f"is already in {heads[head.content.key]}")
        heads[head.content.key] = head.file


def _add(seeds: Seeds, source: Source[Any], path: Path, reason: str) -> None:
    seeds.faults.append(source.fault(path, reason))


def _themes(seeds: Seeds) -> set[str]:
    if seeds.themes is None:
        return set()
    themes = [theme.key for theme in seeds.themes.content.themes]
    for at in _repeats(themes):
        _add(seeds, seeds.themes, ("themes", at, "key"), "appears twice")
    return set(themes)


def _law(seeds: Seeds) -> Index:
    """Every provision by its citation, with the instrument that it stands in."""
    index: Index = {}
    instruments: set[str] = set()
    for law in seeds.laws:
        key = law.content.instrument.key
        if key in instruments:
            _add(seeds, law, ("instrument", "key"), "stands in another file too")
        instruments.add(key)
        own = {row["cite"] for _, row in law.content.rows()}
        for at, row in law.content.rows():
            if reason := _provision_fault(row, own, index):
                _add(seeds, law, ("provisions", at), reason)
            index[row["cite"]] = row
        for at, fine in enumerate(law.content.fines):
            if unknown := [one for one in law.content.fined(fine) if one not in own]:
                _add(seeds, law, ("fines", at), f"{unknown[0]} is not in this file")
    return index


def _provision_fault(row: dict[str, Any], own: set[str], index: Index) -> str:
    cite, successor = row["cite"], row["successor"]
    if cite in index:
        return f"{cite} appears twice"
    if len(cite) > 80:
        return f"{cite} has more than 80 characters"
    if successor and successor not in own:
        return f"{cite}: its successor {successor} is not in this file"
    return ""


def _question_keys(seeds: Seeds) -> set[str]:
    seen: dict[str, str] = {}
    for checklist in seeds.checklists:
        for source in checklist.sections:
            for at, question in enumerate(source.content.questions):
                path = ("questions", at, "key")
                if question.key in seen:
                    _add(seeds, source, path, f"is already in {seen[question.key]}")
                    continue
                seen[question.key] = f"{source.file}, line {source.read.line(path)}"
    return set(seen)


def _repeats(keys: Iterable[str]) -> Iterator[int]:
    seen: set[str] = set()
    for at, key in enumerate(keys):
        if key in seen:
            yield at
        seen.add(key)


def _head_faults(source: Source[Head]) -> Iterator[Fault]:
    head = source.content
    facts = {fact.key: fact for fact in head.facts}
    for at in _repeats(fact.key for fact in head.facts):
        yield source.fault(("facts", at, "key"), "appears twice")
    for at, fact in enumerate(head.facts):
        if fact.key in WORDS_OF_RULES:
            yield source.fault(("facts", at, "key"), "is a word of rules; take another")
        for to in _repeats(option.key for option in fact.choices):
            yield source.fault(("facts", at, "choices", to, "key"), "appears twice")
    yield from _role_faults(source, facts)


def _role_faults(source: Source[Head], facts: dict[str, FactPart]) -> Iterator[Fault]:
    head = source.content
    if head.role_fact and not head.roles:
        yield source.fault(("role_fact",), "needs roles to choose from")
    elif len(head.roles) > 1 and not head.role_fact:
        yield source.fault(("roles",), "more than one role needs a role_fact")
    elif head.role_fact and head.role_fact not in facts:
        yield source.fault(("role_fact",), f"no fact is called {head.role_fact!r}")
    elif head.role_fact and set(head.roles) != _keys(facts[head.role_fact]):
        reason = f"must have the same keys as the choices of fact {head.role_fact!r}"
        yield source.fault(("roles",), reason)


def _section_faults(checklist: ChecklistFiles) -> Iterator[Fault]:
    for at in _repeats(source.content.key for source in checklist.sections):
        yield checklist.sections[at].fault(("key",), "another section has this key")
    for source in checklist.sections:
        for at, question in enumerate(source.content.questions):
            for path, reason in _question_faults(question, checklist.head.content):
                yield source.fault(("questions", at, *path), reason)


def _link_faults(checklist: ChecklistFiles, index: Index, keys: set[str]) -> Iterator[Fault]:
    for source in checklist.sections:
        for at, question in enumerate(source.content.questions):
            for path, reason in _links(question, index, keys):
                yield source.fault(("questions", at, *path), reason)


def _whole_faults(checklist: ChecklistFiles, index: Index) -> Iterator[Fault]:
    if not checklist.sections:
        yield Fault(checklist.head.file, None, "has no section next to it")
        return
    document = checklist.document()
    for path, reason in soundness.faults(document):
        yield checklist.fault(path, reason)
    for path, cite in soundness.cited(document):
        if reason := _cite_fault(cite, index):
            yield checklist.fault(path, reason)
    yield from _unused_facts(checklist)
    yield from _earlier_faults(checklist)
    yield from _coverage_faults(checklist, index)


def _earlier_faults(checklist: ChecklistFiles) -> Iterator[Fault]:
    """Replaced questions that no earlier edition asks."""
    earlier = {question.key for older in checklist.older for question in _questions(older.sections)}
    for at, entry in enumerate(checklist.head.content.replaces):
        if entry.question not in earlier:
            path = ("replaces", at, "question")
            reason = f"no earlier edition asks {entry.question}"
            yield checklist.head.fault(path, reason)


def _keys(fact: FactPart) -> set[str]:
    return {option.key for option in fact.choices} or YESNO


def _question_faults(question: QuestionPart, head: Head) -> Iterator[tuple[Path, str]]:
    for name in ("cites", "binds", "related"):
        for at in _repeats(getattr(question, name)):
            yield (name, at), "appears twice"
    for at in _repeats(choice.key for choice in question.choices):
        yield ("choices", at, "key"), "appears twice"
    for at, role in enumerate(question.binds):
        if role not in head.roles:
            yield ("binds", at), f"{role!r} is not a role of the checklist"
    known = {fact.key: _keys(fact) for fact in head.facts}
    for path, rule in _rules(question):
        if reason := rules.fault_of(rule, known):
            yield path, reason


def _links(question: QuestionPart, index: Index, keys: set[str]) -> Iterator[tuple[Path, str]]:
    for at, cite in enumerate(question.cites):
        if reason := _cite_fault(cite, index):
            yield ("cites", at), reason
    for at, key in enumerate(question.related):
        if key == question.key:
            yield ("related", at), f"{key} is this question"
        elif key not in keys:
            yield ("related", at), f"{key} is not a question"


def _cite_fault(cite: str, index: Index) -> str:
    found = index.get(cite)
    if found is None:
        return f"{cite} is not in the legal index"
    if found["status"] == ProvisionStatus.REPEALED:
        successor = found["successor"]
        return f"{cite} is repealed" + (f"; cite {successor}" if successor else "")
    if found["status"] == ProvisionStatus.PROPOSED:
        return f"{cite} is proposed and decides nothing yet; name it in words"
    return ""


def _rules(question: QuestionPart) -> Iterator[tuple[Path, dict[str, Any]]]:
    if question.applies is not None:
        yield ("applies",), question.applies
    for name in ("applies_from", "applies_until"):
        for at, entry in enumerate(getattr(question, name)):
            if entry.when is not None:
                yield (name, at, "when"), entry.when


def _unused_facts(checklist: ChecklistFiles) -> Iterator[Fault]:
    head = checklist.head.content
    used = {head.role_fact} if head.role_fact else set()
    used |= soundness.looked_at(checklist.document())
    for question in _questions(checklist.sections):
        for _, rule in _rules(question):
            if not rules.fault_of(rule, {fact.key: _keys(fact) for fact in head.facts}):
                used.update(rules.uses(rule))
    for at, fact in enumerate(head.facts):
        if fact.key not in used:
            yield checklist.head.fault(("facts", at, "key"), "no rule uses this fact")


def _coverage_faults(checklist: ChecklistFiles, index: Index) -> Iterator[Fault]:
    file = f"{checklist.folder}/coverage.txt"
    cited = {cite for question in _questions(checklist.sections) for cite in question.cites}
    for line, cite in checklist.coverage:
        if cite not in index:
            yield Fault(file, line, f"{cite} is not in the legal index")
        elif not any(c == cite or c.startswith(f"{cite}(") for c in cited):
            yield Fault(file, line, f"no question cites {cite}")


def _questions(sections: list[Source[SectionPart]]) -> Iterator[QuestionPart]:
    for source in sections:
        yield from source.content.questions
