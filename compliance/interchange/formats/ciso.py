"""Library files of CISO Assistant (YAML): frameworks with nodes and questions. Pure.

A node that is not assessable is a section, with the titles above it; one that is
assessable is a question, and its own questions follow it. What depends on another
answer is kept and told, and not acted on: here facts decide what is asked. Texts of
other languages, scores and groups stay beside the questions ("ciso" in "extra").
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from compliance.interchange.formats.checking import found_in
from compliance.interchange.formats.found import Found, Notes, Path, Where
from compliance.interchange.formats.naming import (
    NO_DAY,
    NO_DAY_WORDS,
    fresh,
    line,
    prose,
    question_key,
    slug,
    title,
)

KIND = "CISO Assistant library"
LABEL = "Name of what is assessed"
KINDS = {
    "unique_choice": "choice",
    "single_choice": "choice",
    "multiple_choice": "choices",
    "text": "text",
    "date": "date",
}
RESULTS = {"true": "met", "false": "not_met", "partial": "partly", "na": "na"}
NODE = {
    "urn",
    "ref_id",
    "name",
    "description",
    "depth",
    "parent_urn",
    "assessable",
    "questions",
}
QUESTION = {"type", "text", "choices"}
CHOICE = {"value", "description", "compute_result"}
RELATIONS = {
    "equal": ("equal", "Asks the same", "Asks the same"),
    "subset": ("subset", "Asks this and more", "Asks a part of this"),
    "superset": ("superset", "Asks a part of this", "Asks this and more"),
    "intersect": ("intersect", "Asks this in part", "Asks this in part"),
}
"""Relationship to our relation, what the target is to the source, and the other way."""


def framework_key(urn: Any) -> str:
    """The key of the checklist that a framework becomes."""
    return slug(line(urn).rpartition(":")[2])


class _Reading:
    """One framework while it is read."""

    def __init__(self, library: dict[str, Any], where: Where) -> None:
        self.library = library
        self.where_in = where
        self.notes = Notes()
        self.sections: list[dict[str, Any]] = []
        self.places: dict[Path, Path] = {}
        self.keys: set[str] = set()
        self.section_keys: set[str] = set()
        self.open_section = False

    def nodes(self, framework: dict[str, Any], path: Path) -> None:
        found = framework.get("requirement_nodes")
        if not isinstance(found, list):
            self.fault((*path, "requirement_nodes"), "must be a list")
            return
        titles: dict[str, list[str]] = {}
        for at, node in enumerate(found):
            here = (*path, "requirement_nodes", at)
            if not isinstance(node, dict):
                self.fault(here, "a node must be a mapping")
                continue
            urn = line(node.get("urn"))
            if not urn:
                self.fault(here, "a node needs an urn")
            above = titles.get(line(node.get("parent_urn")).lower(), [])
            if (
                node.get("parent_urn")
                and line(node["parent_urn"]).lower() not in titles
            ):
                self.fault((*here, "parent_urn"), "no node above has this urn")
            name = _name(node)
            titles[urn.lower()] = [*above, name]
            if node.get("assessable") is True:
                self.question(node, here, above)
            else:
                self.section(node, here, [*above, name])

    def section(self, node: dict[str, Any], path: Path, titles: list[str]) -> None:
        name = " / ".join(part for part in titles if part) or "Questions"
        if len(name) > 120:
            name = title(f"… / {titles[-1]}", 120)
        key = fresh(slug(line(node.get("ref_id")) or name), self.section_keys, 60)
        text = prose(node.get("description"))
        said = {"key": key, "title": name, "intro": text, "questions": []}
        self.places["sections", len(self.sections)] = path
        self.sections.append(said)
        extra = {k: v for k, v in node.items() if k not in NODE - {"urn", "depth"}}
        self.kept_of(node, NODE, path)
        self.aside.append({"key": key} | extra)
        self.above = titles

    aside: list[dict[str, Any]]
    above: list[str]

    def question(self, node: dict[str, Any], path: Path, above: list[str]) -> None:
        if not self.sections or self.above != above:
            self.section(
                {"name": above[-1] if above else ""}, path, above or ["Questions"]
            )
            self.aside.pop()
            self.above = above
        key = fresh(_key(node), self.keys, 20)
        name = _name(node)
        self.kept_of(node, NODE, path)
        self.add(
            path,
            {
                "key": key,
                "title": title(name),
                "text": line(node.get("description")) or line(node.get("name")) or name,
                "how_to_check": prose(node.get("annotation")),
                "evidence_hints": _lines(node.get("typical_evidence")),
                "extra": {"ciso": {k: v for k, v in node.items() if k != "questions"}},
            },
        )
        asked = node.get("questions") or {}
        if not isinstance(asked, dict):
            self.fault((*path, "questions"), "must be a mapping")
            return
        for number, (urn, question) in enumerate(asked.items(), 1):
            here = (*path, "questions", urn)
            if isinstance(question, dict):
                self.asked(question, urn, here, key, number)
            else:
                self.fault(here, "a question must be a mapping")

    def asked(
        self, question: dict[str, Any], urn: str, path: Path, above: str, number: int
    ) -> None:
        kind = line(question.get("type"))
        choices = list(self.choices(question, path))
        found = KINDS.get(kind, "text")
        if found in {"choice", "choices"} and len(choices) < 2:
            self.notes.keep(
                self.where(path), "a choice of fewer than two is asked as text"
            )
            found, choices = "text", []
        elif kind not in KINDS:
            self.notes.keep(self.where(path), f"kind “{kind[:40]}” is asked as text")
            choices = []
        if question.get("depends_on"):
            words = "depends_on is kept and not acted on: the question is always asked"
            self.notes.keep(self.where(path), words)
        self.kept_of(question, QUESTION | {"depends_on"}, path)
        text = line(question.get("text"))
        key = fresh(question_key(f"{above}.{number}"), self.keys, 20)
        self.add(
            path,
            {
                "key": key,
                "title": title(text) or key,
                "text": text,
                "kind": found,
                "choices": choices,
                "extra": {"ciso": {"urn": urn, "of": above} | question},
            },
        )

    def choices(self, question: dict[str, Any], path: Path) -> Iterator[dict[str, Any]]:
        found = question.get("choices") or []
        if not isinstance(found, list):
            self.fault((*path, "choices"), "must be a list")
            return
        taken: set[str] = set()
        for at, choice in enumerate(found):
            if not isinstance(choice, dict):
                self.fault((*path, "choices", at), "a choice must be a mapping")
                continue
            label = line(choice.get("value"))
            result = line(choice.get("compute_result")).lower()
            self.kept_of(choice, CHOICE | {"urn"}, (*path, "choices", at))
            yield {
                "key": fresh(slug(label, 40), taken, 40),
                "label": title(label, 200),
                "help": prose(choice.get("description")),
                "verdict": RESULTS.get(result, ""),
            }

    def add(self, path: Path, question: dict[str, Any]) -> None:
        questions = self.sections[-1]["questions"]
        at = len(self.sections) - 1
        self.places["sections", at, "questions", len(questions)] = path
        questions.append(question)

    def kept_of(self, found: dict[str, Any], known: set[str], path: Path) -> None:
        for name in found:
            if name not in known:
                self.notes.keep(self.where((*path, name)), str(name)[:80])

    def fault(self, path: Path, words: str) -> None:
        self.notes.fault(self.where(path), words)

    def where(self, path: Path) -> str:
        return self.where_in(path)

    def place(self, path: Path) -> str:
        for end in range(len(path), 0, -1):
            if path[:end] in self.places:
                names = [str(step) for step in path[end:]]
                return ", ".join([self.where(self.places[path[:end]]), *names])
        return self.where(("objects", "framework"))


def read(library: dict[str, Any], where: Where) -> Found:
    """The checklist and the relations of a library file."""
    reading = _Reading(library, where)
    reading.aside, reading.above = [], []
    objects = library.get("objects")
    if not isinstance(objects, dict):
        reading.fault(("objects",), "must be a mapping")
        return reading.notes.onto(Found(KIND))
    pairs = list(_pairs(objects, reading))
    framework = objects.get("framework") or objects.get("frameworks")
    path: Path = ("objects", "framework")
    if isinstance(framework, list):
        path = ("objects", "frameworks", 0)
        if len(framework) > 1:
            reading.fault(path[:2], "more than one framework in one file")
        framework = framework[0] if framework else None
    for name in objects:
        if name not in _READ:
            words = f"{str(name)[:60]} is no part of a checklist"
            reading.notes.lose(where(("objects", name)), words)
    if not isinstance(framework, dict):
        if not pairs:
            reading.fault(("objects",), "holds neither a framework nor relations")
        return reading.notes.onto(Found(KIND, pairs=tuple(pairs)))
    reading.nodes(framework, path)
    head = {
        "title": title(framework.get("name") or library.get("name"), 120),
        "summary": prose(framework.get("description") or library.get("description")),
    }
    document = {
        "checklist": framework_key(framework.get("urn")),
        "edition": _edition(library, framework, reading),
        "facts": [],
        "sections": [s for s in reading.sections if s["questions"]],
    }
    reading.places = _moved(reading)
    found = found_in(KIND, head, document, reading.notes, reading.place)
    return replace(found, pairs=tuple(pairs))


_READ = {
    "framework", "frameworks", "requirement_mapping_set", "requirement_mapping_sets",
}  # fmt: skip


def _moved(reading: _Reading) -> dict[Path, Path]:
    """Places without the sections that hold no question and are left out."""
    kept = [at for at, s in enumerate(reading.sections) if s["questions"]]
    now = {old: new for new, old in enumerate(kept)}
    return {
        ("sections", now[int(path[1])], *path[2:]): place
        for path, place in reading.places.items()
        if path[1] in now
    }


def _edition(
    library: dict[str, Any], framework: dict[str, Any], reading: _Reading
) -> dict[str, Any]:
    version = line(library.get("version")) or "1"
    day = line(library.get("publication_date"))[:10]
    if not day:
        reading.notes.lose(reading.where(("publication_date",)), NO_DAY_WORDS)
    rest = {k: v for k, v in framework.items() if k != "requirement_nodes"}
    about = {k: v for k, v in library.items() if k != "objects"}
    reading.notes.keep(
        reading.where(("objects", "framework")), "what is said of the library"
    )
    return {
        "number": title(version, 20),
        "law_as_of": day or NO_DAY,
        "release_notes": prose(library.get("copyright"))
        or f"Brought in from a library file, version {version}.",
        "subject_label": LABEL,
        "extra": {
            "ciso": {"library": about, "framework": rest, "nodes": reading.aside}
        },
    }


def _pairs(objects: dict[str, Any], reading: _Reading) -> Iterator[dict[str, str]]:
    found = objects.get("requirement_mapping_sets") or []
    if one := objects.get("requirement_mapping_set"):
        found = [one] if isinstance(one, dict) else one
    for at, group in enumerate(found if isinstance(found, list) else []):
        path = ("objects", "requirement_mapping_sets", at)
        if not isinstance(group, dict):
            reading.fault(path, "must be a mapping")
            continue
        ends = [line(group.get(f"{end}_framework_urn")) for end in ("source", "target")]
        if not all(ends):
            reading.fault(path, "needs source_framework_urn and target_framework_urn")
            continue
        mappings = group.get("requirement_mappings")
        for number, pair in enumerate(mappings if isinstance(mappings, list) else []):
            here = (*path, "requirement_mappings", number)
            if made := _pair(pair, ends, here, reading):
                yield made


def _pair(
    pair: Any, ends: list[str], path: Path, reading: _Reading
) -> dict[str, str] | None:
    if not isinstance(pair, dict):
        reading.fault(path, "must be a mapping")
        return None
    said = line(pair.get("relationship"))
    if said == "not_related":
        reading.notes.lose(reading.where(path), "“not_related” is no relation")
        return None
    if said not in RELATIONS:
        known = ", ".join(RELATIONS)
        reading.fault((*path, "relationship"), f"“{said[:40]}” is none of {known}")
        return None
    relation, words, back = RELATIONS[said]
    strength = line(pair.get("strength_of_relationship"))
    reason = [line(pair.get("rationale")), line(pair.get("annotation"))]
    reason.append(f"strength {strength}" if strength else "")
    return {
        "place": reading.where(path),
        "a_checklist": framework_key(ends[0]),
        "a": line(pair.get("source_requirement_urn")).lower(),
        "b_checklist": framework_key(ends[1]),
        "b": line(pair.get("target_requirement_urn")).lower(),
        "relation": relation,
        "words": words,
        "back": back,
        "reason": title("; ".join(filter(None, reason)), 300)
        or f"Stated by the library as “{said}”.",
    }


def _key(node: dict[str, Any]) -> str:
    return question_key(
        line(node.get("ref_id")) or line(node.get("urn")).rpartition(":")[2]
    )


def _name(node: dict[str, Any]) -> str:
    """Number and name of a node, or the beginning of what it says."""
    parts = [line(node.get("ref_id")), line(node.get("name"))]
    named = " ".join(part for part in parts if part)
    return named or title(node.get("description")) or line(node.get("urn"))


def _lines(value: Any) -> list[str]:
    return [said for part in prose(value).splitlines() if (said := part.lstrip("-* "))]
