"""Comparing texts word by word, and editions question by question. Pure."""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from compliance.content.checklists.choices import ChangeKind

Document = Mapping[str, Any]
"""An edition, or a part of one, as ``content.document`` gives it."""
Runs = list[tuple[str, str]]

FIELDS: Mapping[ChangeKind, tuple[str, ...]] = {
    ChangeKind.RETYPED: ("kind",),
    ChangeKind.CHOICES: ("choices", "number"),
    ChangeKind.REWORDED: ("title", "text"),
    ChangeKind.RULE: ("rule", "binds"),
    ChangeKind.CITATION: ("cites",),
    ChangeKind.STARTS: ("applies_from", "applies_until"),
    ChangeKind.WEIGHT: ("weight", "yardstick"),
    ChangeKind.GUIDANCE: (
        "good",
        "how_to_check",
        "when_partly",
        "common_mistake",
        "evidence_hints",
        "remedy",
        "background",
        "related",
    ),
    ChangeKind.TRANSLATED: ("translations",),
}
"""The fields of a question whose difference is a change of that kind."""


@dataclass(frozen=True, slots=True)
class Item:
    """A question in one or both of two editions; no ``kinds`` when it is the same.

    ``section`` is the title of its section: the new one where there is one.
    """

    key: str
    kinds: tuple[ChangeKind, ...]
    section: str
    old: Document | None
    new: Document | None

    def has(self, *kinds: ChangeKind) -> bool:
        return not set(kinds).isdisjoint(self.kinds)

    @property
    def asked(self) -> Document:
        """The question as it is asked now, or was asked last."""
        found = self.new or self.old
        assert found is not None  # noqa: S101 - one of the editions has it
        return found

    @property
    def text_runs(self) -> Runs:
        """The wording, compared word by word where it differs."""
        if self.old is None:
            return [("ins", self.asked["text"])]
        if self.new is None:
            return [("del", self.asked["text"])]
        return word_diff(self.old["text"], self.new["text"])

    @property
    def cite_runs(self) -> Runs:
        """The provisions it rests on, each as "same", "del" or "ins"."""
        was = self.old["cites"] if self.old else []
        now = self.new["cites"] if self.new else []
        gone = [("del", cite) for cite in was if cite not in now]
        return gone + [("same" if cite in was else "ins", cite) for cite in now]


@dataclass(frozen=True, slots=True)
class FactChange:
    """A fact that was added, removed or asked in another way; or a gate, or a section
    of another level."""

    kind: ChangeKind
    label: str
    key: str


@dataclass(frozen=True, slots=True)
class Diff:
    """Every question of two editions in the new order; the removed where they stood."""

    items: tuple[Item, ...]
    facts: tuple[FactChange, ...]

    def of(self, *kinds: ChangeKind) -> list[Item]:
        """The questions with a change of one of these kinds."""
        return [item for item in self.items if item.has(*kinds)]

    @property
    def changed(self) -> list[Item]:
        return [item for item in self.items if item.kinds]

    @property
    def same_count(self) -> int:
        return len(self.items) - len(self.changed)

    @property
    def counts(self) -> list[tuple[ChangeKind, int]]:
        """How many questions have a change of each kind, without those of none."""
        counted = [(kind, len(self.of(kind))) for kind in ChangeKind]
        return [(kind, count) for kind, count in counted if count]


def compare(old: Document, new: Document) -> Diff:
    """Differences between two documents of ``content.document``, by stable key."""
    before, after = _placed(old), _placed(new)
    moved = _moved(before, after)
    items = []
    for key in _order(list(before), list(after)):
        was, now = before.get(key), after.get(key)
        (_, title), _ = now or before[key]
        asked = was and was[1], now and now[1]
        kinds = kinds_of(*asked, is_moved=key in moved)
        items.append(Item(key, kinds, title, *asked))
    facts = [*_facts(old["facts"], new["facts"]), *_gates(old, new), *_levels(old, new)]
    return Diff(tuple(items), tuple(facts))


def word_diff(old: str, new: str, most: int = 4000) -> Runs:
    """Runs of words as ("same", "del" or "ins", text), beyond ``most`` not compared.

    White space alone does not part two changes, so that a rewritten phrase reads as one.
    """
    if len(old) + len(new) > most * 2:
        return [("del", old), ("ins", new)]
    a, b = re.findall(r"\s+|\w+|[^\w\s]", old), re.findall(r"\s+|\w+|[^\w\s]", new)
    changes: list[tuple[bool, str, str]] = []
    matcher = difflib.SequenceMatcher(None, a, b, autojunk=False)
    opcodes = matcher.get_opcodes()
    for at, (tag, i1, i2, j1, j2) in enumerate(opcodes):
        was, now = "".join(a[i1:i2]), "".join(b[j1:j2])
        is_inside = 0 < at < len(opcodes) - 1
        is_same = tag == "equal" and not (is_inside and was.isspace())
        if changes and not is_same and not changes[-1][0]:
            _, before, after = changes.pop()
            was, now = before + was, after + now
        changes.append((is_same, was, now))
    return list(_runs(changes))


def _runs(changes: Iterable[tuple[bool, str, str]]) -> Iterator[tuple[str, str]]:
    for is_same, was, now in changes:
        if is_same:
            yield "same", was
            continue
        if was:
            yield "del", was
        if now:
            yield "ins", now


Placed = tuple[tuple[str, str], Document]
"""Key and title of its section, and a question."""


def _placed(document: Document) -> dict[str, Placed]:
    return {
        question["key"]: ((section["key"], section["title"]), question)
        for section in document["sections"]
        for question in section["questions"]
    }


def kinds_of(was: Document | None, now: Document | None, *, is_moved: bool = False) -> tuple[ChangeKind, ...]:
    """The changes from one wording of a question to another; None where there is none."""
    if was is None:
        return (ChangeKind.ADDED,)
    if now is None:
        return (ChangeKind.REMOVED,)
    found = [
        kind
        for kind, names in FIELDS.items()
        if any((was.get(n) or None) != (now.get(n) or None) for n in names)
    ]
    if ChangeKind.RETYPED in found:
        found = [kind for kind in found if kind != ChangeKind.CHOICES]
    if is_moved:
        found.append(ChangeKind.MOVED)
    return tuple(sorted(found, key=list(ChangeKind).index))


def _moved(before: Mapping[str, Placed], after: Mapping[str, Placed]) -> set[str]:
    """Keys that stand in another section, or out of the order most others kept."""
    both = [key for key in before if key in after]
    order = [key for key in after if key in before]
    kept: set[str] = set()
    matcher = difflib.SequenceMatcher(None, both, order, autojunk=False)
    for at, _, size in matcher.get_matching_blocks():
        kept.update(both[at : at + size])
    elsewhere = {key for key in both if before[key][0][0] != after[key][0][0]}
    return elsewhere | (set(both) - kept)


def _order(old: list[str], new: list[str]) -> Iterator[str]:
    """The new order, with each removed key behind the one it followed."""
    now = set(new)
    behind: dict[str, list[str]] = {}
    last = ""
    for key in old:
        if key in now:
            last = key
        else:
            behind.setdefault(last, []).append(key)
    yield from behind.get("", [])
    for key in new:
        yield key
        yield from behind.get(key, [])


def _facts(old: Iterable[Document], new: Iterable[Document]) -> Iterator[FactChange]:
    before = {fact["key"]: fact for fact in old}
    after = {fact["key"]: fact for fact in new}
    for key, fact in after.items():
        if key not in before:
            yield FactChange(ChangeKind.ADDED, fact["label"], key)
        elif fact["kind"] != before[key]["kind"]:
            yield FactChange(ChangeKind.RETYPED, fact["label"], key)
        elif fact["choices"] != before[key]["choices"]:
            yield FactChange(ChangeKind.CHOICES, fact["label"], key)
        elif fact != before[key]:
            yield FactChange(_fact_kind(before[key], fact), fact["label"], key)
    for key, fact in before.items():
        if key not in after:
            yield FactChange(ChangeKind.REMOVED, fact["label"], key)


def _gates(old: Document, new: Document) -> Iterator[FactChange]:
    """Gates that were added, removed or changed; they have no keys among the facts."""
    before, after = (
        {gate["key"]: gate for gate in document.get("edition", {}).get("gates") or ()}
        for document in (old, new)
    )
    for key in {**before, **after}:
        was, now = before.get(key), after.get(key)
        kind = ChangeKind.RULE
        if was is None or now is None:
            kind = ChangeKind.ADDED if was is None else ChangeKind.REMOVED
        if was != now:
            yield FactChange(kind, (now or was or {})["title"], f"gate {key}")


def _levels(old: Document, new: Document) -> Iterator[FactChange]:
    """Sections that another kind of assessment answers now; a new one has no other."""
    before = {section["key"]: section.get("level", "") for section in old["sections"]}
    for section in new["sections"]:
        key, level = section["key"], section.get("level", "")
        if before.get(key, level) != level:
            yield FactChange(ChangeKind.LEVEL, section["title"], f"section {key}")


def _fact_kind(old: Document, new: Document) -> ChangeKind:
    plain = [{n: v for n, v in f.items() if n != "translations"} for f in (old, new)]
    return ChangeKind.TRANSLATED if plain[0] == plain[1] else ChangeKind.REWORDED
