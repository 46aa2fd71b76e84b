"""Library files of CISO Assistant (YAML): frameworks with nodes and questions. Pure.

A node that is not assessable is a section, with the titles above it; one that is
assessable is a question, and its own questions follow it. What depends on another
answer is kept and told, and not acted on: here facts decide what is asked. Scores and
groups stay beside the questions ("ciso" in "extra").
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from compliance.interchange.formats.checking import found_in
from compliance.interchange.formats.ciso_languages import (
    Said,
    not_taken,
    original_of,
    said_of,
    together,
)
from compliance.interchange.formats.ciso_relations import framework_key, pairs_in
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
        self.original = original_of(library)
        self.names: dict[tuple[str, ...], dict[str, str]] = {}

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
            names = said_of(node, self.original, lambda it: {"name": _name(it)})
            self.names[*above, name] = {c: said["name"] for c, said in names.items()}
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
        self.sections.append(said | self.section_said(node, titles))
        extra = {k: v for k, v in node.items() if k not in NODE - {"urn", "depth"}}
        self.kept_of(node, NODE, path)
        self.aside.append({"key": key} | extra)
        self.above = titles

    def section_said(self, node: dict[str, Any], titles: list[str]) -> dict[str, Any]:
        """The translations of a section: its title has those above it, as they are said."""
        chains = [tuple(titles[: at + 1]) for at in range(len(titles))]
        names = [(chain[-1], self.names.get(chain, {})) for chain in chains]
        found: Said = {}
        for code in names[-1][1] if names else ():
            parts = [said.get(code, name) for name, said in names if name]
            found[code] = {"title": title(" / ".join(parts), 120)}
        intro = said_of(
            node, self.original, lambda it: {"intro": prose(it.get("description"))}
        )
        return _translations(together(found, intro))

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
        self.kept_of(node, NODE, path)
        self.add(
            path,
            {
                "key": key,
                "extra": {"ciso": {k: v for k, v in node.items() if k != "questions"}},
            }
            | _requirement(node)
            | _translations(said_of(node, self.original, _requirement)),
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
        said: Said = {}
        choices = list(self.choices(question, path, said))
        found = KINDS.get(kind, "text")
        if found in {"choice", "choices"} and len(choices) < 2:
            self.notes.keep(
                self.where(path), "a choice of fewer than two is asked as text"
            )
            found, choices, said = "text", [], {}
        elif kind not in KINDS:
            self.notes.keep(self.where(path), f"kind “{kind[:40]}” is asked as text")
            choices, said = [], {}
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
            }
            | _translations(
                together(said_of(question, self.original, _asked), said),
            ),
        )

    def choices(
        self, question: dict[str, Any], path: Path, said: Said
    ) -> Iterator[dict[str, Any]]:
        """The choices of a question; ``said`` gets their translations."""
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
            key = fresh(slug(label, 40), taken, 40)
            for code, words in said_of(choice, self.original, _offered).items():
                named = {f"choice.{key}.{name}": text for name, text in words.items()}
                said.setdefault(code, {}).update(named)
            verdict = RESULTS.get(result, "")
            yield {"key": key, "verdict": verdict} | _offered(choice)

    def add(self, path: Path, question: dict[str, Any]) -> None:
        questions = self.sections[-1]["questions"]
        at = len(self.sections) - 1
        self.places["sections", at, "questions", len(questions)] = path
        questions.append(question)

    def kept_of(self, found: dict[str, Any], known: set[str], path: Path) -> None:
        for words in not_taken(found, self.original):
            self.notes.keep(self.where((*path, "translations")), words)
        for name in found:
            if name not in known | {"translations"}:
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
    pairs = list(pairs_in(objects, reading.notes, where))
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
    named = framework if line(framework.get("name")) else library
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
        "language": reading.original,
        "translations": said_of(named, reading.original, _about),
        "extra": {
            "ciso": {"library": about, "framework": rest, "nodes": reading.aside}
        },
    }


def _translations(said: Said) -> dict[str, Any]:
    return {"translations": said} if said else {}


def _requirement(node: dict[str, Any]) -> dict[str, Any]:
    """A node as a question."""
    name = _name(node)
    return {
        "title": title(name),
        "text": line(node.get("description")) or line(node.get("name")) or name,
        "how_to_check": prose(node.get("annotation")),
        "evidence_hints": _lines(node.get("typical_evidence")),
    }


def _asked(question: dict[str, Any]) -> dict[str, Any]:
    text = line(question.get("text"))
    return {"title": title(text), "text": text}


def _offered(choice: dict[str, Any]) -> dict[str, Any]:
    label = title(line(choice.get("value")), 200)
    return {"label": label, "help": prose(choice.get("description"))}


def _about(framework: dict[str, Any]) -> dict[str, Any]:
    return {
        "title": title(framework.get("name"), 120),
        "summary": prose(framework.get("description")),
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
