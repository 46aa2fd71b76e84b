"""Library files of CISO Assistant (YAML): frameworks with nodes and questions. Pure.

A node that is not assessable is a section, with the titles above it; one that is
assessable is a question, and its own questions follow it. Scores, groups and what depends
on another answer stay beside the questions ("ciso" in "extra"), and the preview names
each question with the rule that is not acted on. Here facts, given before anybody answers, decide what is asked: a
question that another answer hides would take given answers and their evidence out of
sight, and a fact made of the other question would ask it twice.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from compliance.content.checklists.translations import language_tag
from compliance.content.foreign_formats.ciso_languages import (
    Translated,
    not_taken,
    original_of,
    said_of,
    together,
)
from compliance.content.foreign_formats.ciso_relations import (
    framework_key,
    pairs_in,
    said_of_sets,
)
from compliance.content.foreign_formats.ciso_rules import Rule, note_rules
from compliance.content.foreign_formats.ciso_words import (
    CALLED,
    CHOICE,
    IDLE,
    KINDS,
    LIBRARY,
    NODE,
    NUMBER,
    QUESTION,
    READ,
    REQUIREMENT,
    RESULTS,
    about_of,
    asked_of,
    intro_of,
    key_of,
    name_of,
    offered_of,
    requirement_of,
    translations_of,
    weight_of,
)
from compliance.content.formats.checking import found_in
from compliance.content.formats.findings import Found, Notes, Path, Where
from compliance.content.formats.short_names import (
    NO_DAY_WORDS,
    choice_key,
    fresh,
    give_keys,
    keys_of,
    line,
    prose,
    question_key,
    slug,
    title,
)
from compliance.ground.web.unknown_date import NO_DAY

KIND = "CISO Assistant library"
LABEL = "Name of what is assessed"


class _Reading:
    """One framework while it is read."""

    def __init__(self, library: dict[str, Any], where: Where) -> None:
        self.library = library
        self.where = where
        self.notes = Notes()
        self.sections: list[dict[str, Any]] = []
        self.places: dict[Path, Path] = {}
        self.asked_all: list[tuple[dict[str, Any], str]] = []
        self.asked_at: dict[Path, dict[str, Any]] = {}
        self.rules: list[Rule] = []
        self.section_keys: set[str] = set()
        self.original = original_of(library)
        self.names: dict[tuple[str, ...], dict[str, str]] = {}
        self.aside: list[dict[str, Any]] = []
        self.above: list[str] = []
        self.chapters: list[tuple[list[str], dict[str, Any], Path]] = []

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
            if node.get("parent_urn") and line(node["parent_urn"]).lower() not in titles:
                self.fault((*here, "parent_urn"), "no node above has this urn")
            name = name_of(node)
            titles[urn.lower()] = [*above, name]
            names = said_of(node, self.original, lambda it: {"name": name_of(it)})
            self.names[*above, name] = {c: said["name"] for c, said in names.items()}
            if not isinstance(node.get("assessable"), bool | None):
                self.fault((*here, "assessable"), "assessable must be true or false")
            if node.get("assessable") is True:
                self.question(node, here, above)
            else:
                self.section(node, here, [*above, name])

    def section(self, node: dict[str, Any], path: Path, titles: list[str]) -> None:
        name = " / ".join(part for part in titles if part) or "Questions"
        if len(name) > 120:
            name = title(f"… / {titles[-1]}", 120)
        key = fresh(slug(line(node.get("ref_id")) or name), self.section_keys, 60)
        self.places["sections", len(self.sections)] = path
        self.sections.append({"key": key, "title": name, "questions": []})
        self.chapters.append((titles, node, path))
        self.kept_of(node, NODE, path)
        if node.get("questions"):
            words = "questions of a node that is not assessable"
            self.notes.keep(self.where((*path, "questions")), words)
        self.aside.append({"key": key} | node)
        self.above = titles

    def chapters_said(self) -> None:
        """Give each section what its node says, after what the chapters above it say."""
        waiting: list[tuple[list[str], dict[str, Any], Path]] = []
        for section, chapter in zip(self.sections, self.chapters, strict=True):
            titles, node, _ = chapter
            if not section["questions"]:
                waiting.append(chapter)
                continue
            above = [one for one in waiting if titles[: len(one[0])] == one[0]]
            waiting = [one for one in waiting if one not in above]
            nodes = [*(one[1] for one in above), node]
            section["intro"], said = intro_of(nodes, self.original)
            if not section["intro"]:
                waiting += [*above, chapter]
            section.update(self.section_said(titles, said))
        for _, node, path in waiting:
            if line(node.get("description")):
                words = "description of a chapter, without a section that could show it"
                self.notes.keep(self.where((*path, "description")), words)

    def section_said(self, titles: list[str], intro: Translated) -> dict[str, Any]:
        """The translations of a section: its title has those above it, as they are said."""
        chains = [tuple(titles[: at + 1]) for at in range(len(titles))]
        names = [(chain[-1], self.names.get(chain, {})) for chain in chains]
        found: Translated = {}
        for code in {code: 0 for _, said in names for code in said}:
            parts = [said.get(code, name) for name, said in names if name]
            found[code] = {"title": title(" / ".join(parts), 120)}
        return translations_of(together(found, intro))

    def question(self, node: dict[str, Any], path: Path, above: list[str]) -> None:
        if not self.sections or self.above != above:
            self.section({"name": above[-1] if above else ""}, path, above or ["Questions"])
            self.aside.pop()
            self.above = above
        key = key_of(node)
        self.kept_of(node, REQUIREMENT, path)
        self.weighed(node, path)
        self.add(
            path,
            {
                "key": key,
                "source": line(node.get("urn")).lower(),
                "extra": {"ciso": {k: v for k, v in node.items() if k != "questions"}},
            }
            | requirement_of(node)
            | weight_of(node)
            | translations_of(said_of(node, self.original, requirement_of)),
        )
        asked = node.get("questions") or {}
        if not isinstance(asked, dict):
            self.fault((*path, "questions"), "must be a mapping")
            return
        for urn, question in asked.items():
            here = (*path, "questions", urn)
            if isinstance(question, dict):
                weight = weight_of(question, node)
                self.asked(question, urn, here, node, weight=weight)
            else:
                self.fault(here, "a question must be a mapping")

    def asked(
        self,
        question: dict[str, Any],
        urn: str,
        path: Path,
        node: dict[str, Any],
        *,
        weight: dict[str, int],
    ) -> None:
        kind = line(question.get("type"))
        said: Translated = {}
        choices = list(self.choices(question, path, said))
        found = KINDS.get(kind, "text")
        if found in {"choice", "choices"} and len(choices) < 2:
            self.notes.keep(self.where(path), "a choice of fewer than two is asked as text")
            found, choices, said = "text", [], {}
        elif kind not in KINDS:
            self.notes.keep(self.where(path), f"kind “{kind[:40]}” is asked as text")
            choices, said = [], {}
        if found == "number":
            words = "a number without unit and bounds: met from 0 on, until they are set"
            self.notes.keep(self.where(path), words)
        self.kept_of(question, QUESTION, path)
        self.weighed(question, path)
        text = line(question.get("text"))
        if not text and (line(node.get("name")) or line(node.get("description"))):
            text = requirement_of(node)["text"]
            words = "a question without a text takes that of its requirement"
            self.notes.keep(self.where(path), words)
        key = question_key(f"{key_of(node)}.{line(urn).rpartition(':')[2]}")
        self.add(
            path,
            {
                "key": key,
                "source": line(urn).lower(),
                "title": title(text) or key,
                "text": text,
                "kind": found,
                "choices": choices,
                "number": NUMBER if found == "number" else None,
                "extra": {"ciso": {"urn": urn, "of": line(node.get("urn"))} | question},
            }
            | weight
            | translations_of(
                together(said_of(question, self.original, asked_of), said),
            ),
        )

    def choices(self, question: dict[str, Any], path: Path, said: Translated) -> Iterator[dict[str, Any]]:
        """The choices of a question; ``said`` gets their translations."""
        found = question.get("choices") or []
        if not isinstance(found, list):
            self.fault((*path, "choices"), "must be a list")
            return
        offered = []
        for at, choice in enumerate(found):
            if isinstance(choice, dict):
                self.kept_of(choice, CHOICE | {"urn"}, (*path, "choices", at))
                offered.append(choice)
            else:
                self.fault((*path, "choices", at), "a choice must be a mapping")
        labels = [line(choice.get("value")) for choice in offered]
        pairs = [(choice_key(label), label) for label in labels]
        for choice, key in zip(offered, keys_of(pairs, 40), strict=True):
            result = line(choice.get("compute_result")).lower()
            for code, words in said_of(choice, self.original, offered_of).items():
                named = {f"choice.{key}.{name}": text for name, text in words.items()}
                said.setdefault(code, {}).update(named)
            verdict = RESULTS.get(result, "")
            yield {"key": key, "verdict": verdict} | offered_of(choice)

    def add(self, path: Path, question: dict[str, Any]) -> None:
        questions = self.sections[-1]["questions"]
        at = len(self.sections) - 1
        self.places["sections", at, "questions", len(questions)] = path
        questions.append(question)
        self.asked_all.append((question, self.where(path)))
        self.asked_at[path] = question

    def weighed(self, holder: dict[str, Any], path: Path) -> None:
        if holder.get("weight") is not None and not weight_of(holder):
            words = "a weight that is not one of 1 to 5 is kept, and counts as 3"
            self.notes.keep(self.where((*path, "weight")), words)

    def kept_of(self, found: dict[str, Any], known: set[str], path: Path) -> None:
        for words in not_taken(found, self.original):
            self.notes.keep(self.where((*path, "translations")), words)
        for name, value in found.items():
            if name in IDLE:
                if value:
                    self.rules.append((path, name, found))
            elif name not in known | {"translations"}:
                self.notes.keep(self.where((*path, name)), str(name)[:80])

    def fault(self, path: Path, words: str) -> None:
        self.notes.fault(self.where(path), words)

    def place(self, path: Path) -> str:
        at = self._read_from(path)
        if at is not None:
            return self.where((*at, self.called(path)))
        name = str(path[-1]) if path else ""
        whole = () if name in LIBRARY else ("objects", "framework")
        return self.where((*whole, self.called(path)))

    def called(self, path: Path) -> str:
        """The word of the library for what a path names."""
        name = next((str(s) for s in reversed(path) if isinstance(s, str)), "")
        at = self._read_from(path) or ()
        if name in {"text", "title"} and path[:1] == ("sections",):
            return "text" if "questions" in at else "description"
        return CALLED.get(name, "name" if name == "title" else "")

    def _read_from(self, path: Path) -> Path | None:
        ends = (path[:end] for end in range(len(path), 0, -1))
        return next((self.places[end] for end in ends if end in self.places), None)


def read(library: dict[str, Any], where: Where) -> Found:
    """The checklist and the relations of a library file."""
    reading = _Reading(library, where)
    objects = library.get("objects")
    if not isinstance(objects, dict):
        reading.fault(("objects",), "must be a mapping")
        return reading.notes.onto(Found(KIND))
    pairs = list(pairs_in(objects, reading.notes, where))
    framework = objects.get("framework") or objects.get("frameworks")
    path: Path = ("objects", "framework")
    if isinstance(framework, list):
        path = ("objects", "frameworks", 0)
        if len(framework) > 1:
            reading.fault(path[:2], "more than one framework in one file")
        framework = framework[0] if framework else None
    for name in objects:
        if name not in READ:
            words = f"{str(name)[:60]} is not part of a checklist"
            reading.notes.lose(where(("objects", name)), words)
    if not isinstance(framework, dict):
        said_of_sets(objects, reading.notes, where, is_kept=False)
        if not pairs:
            reading.fault(("objects",), "holds neither a framework nor relations")
        return reading.notes.onto(Found(KIND, pairs=tuple(pairs)))
    reading.nodes(framework, path)
    reading.chapters_said()
    give_keys(reading.asked_all, reading.notes)
    note_rules(reading.rules, reading.asked_at, framework, reading.notes, where)
    sets = said_of_sets(objects, reading.notes, where, is_kept=True)
    head = {
        "title": title(framework.get("name") or library.get("name"), 120),
        "summary": prose(framework.get("description") or library.get("description")),
    }
    document = {
        "checklist": framework_key(framework.get("urn")),
        "edition": _edition(library, framework, reading, sets),
        "facts": [],
        "sections": [s for s in reading.sections if s["questions"]],
    }
    reading.places = _moved(reading)
    found = found_in(KIND, head, document, reading.notes, reading.place, called=reading.called)
    return replace(found, pairs=tuple(pairs), unsaid=_unsaid(library))


def _unsaid(library: dict[str, Any]) -> tuple[str, ...]:
    """What a library leaves open of its edition."""
    said = {
        "number": line(library.get("version")),
        "language": language_tag(line(library.get("locale"))),
    }
    return tuple(name for name, words in said.items() if not words)


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
    library: dict[str, Any],
    framework: dict[str, Any],
    reading: _Reading,
    sets: list[dict[str, Any]],
) -> dict[str, Any]:
    version = line(library.get("version")) or "1"
    day = line(library.get("publication_date"))[:10]
    if not day:
        reading.notes.lose(reading.where(("publication_date",)), NO_DAY_WORDS)
    named = framework if line(framework.get("name")) else library
    rest = {k: v for k, v in framework.items() if k != "requirement_nodes"}
    about = {k: v for k, v in library.items() if k != "objects"}
    reading.notes.keep(reading.where(("objects", "framework")), "the description of the library")
    return {
        "number": title(version, 20),
        "law_as_of": day or NO_DAY,
        "release_notes": prose(library.get("copyright"))
        or f"Imported from a library file, version {version}.",
        "subject_label": LABEL,
        "language": reading.original,
        "translations": said_of(named, reading.original, about_of),
        "extra": {
            "ciso": {"library": about, "framework": rest, "nodes": reading.aside}
            | ({"mapping_sets": sets} if sets else {})
        },
    }
