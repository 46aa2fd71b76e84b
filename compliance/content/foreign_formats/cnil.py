"""The structure of an impact assessment, as the PIA tool of the CNIL exports it (JSON).

Read only. Sections hold items, items hold questions that are answered in text; an item
without questions asks to be described itself. Pure.
"""

import html
import re
from dataclasses import replace
from typing import Any

from compliance.content.formats.checking import found_in
from compliance.content.formats.findings import Found, Notes, Path
from compliance.content.formats.short_names import (
    NO_DAY_WORDS,
    fresh,
    give_keys,
    line,
    prose,
    question_key,
    slug,
    title,
)
from compliance.ground.web.unknown_date import NO_DAY

KIND = "CNIL PIA structure"
SECTION = {"id", "title", "short_help", "items"}
ITEM = {"id", "title", "short_help", "questions"}
QUESTION = {"id", "title", "short_help"}
CALLED = {
    "law_as_of": "updated_at",
    "number": "version",
    "text": "title",
    "intro": "short_help",
    "background": "short_help",
    "checklist": "name",
}


def sections_of(value: dict[str, Any]) -> Any:
    """The sections of a structure, or None for another file."""
    structure = value.get("structure", value)
    if not isinstance(structure, dict):
        return None
    data = structure.get("data", structure)
    return data.get("sections") if isinstance(data, dict) else None


class _Reading:
    """One structure while it is read."""

    def __init__(self) -> None:
        self.notes = Notes()
        self.sections: list[dict[str, Any]] = []
        self.places: dict[Path, str] = {}
        self.asked: list[tuple[dict[str, Any], str]] = []
        self.section_keys: set[str] = set()
        self.aside: list[dict[str, Any]] = []

    def section(self, section: Any, place: str) -> None:
        if not isinstance(section, dict) or not isinstance(section.get("items"), list):
            self.notes.fault(place, "must be an object with a list of items")
            return
        self.beside(place, section, SECTION)
        bare = {k: v for k, v in section.items() if k != "items"}
        self.aside.append(bare | {"items": []})
        intro = prose(_plain(section.get("short_help")))
        for number, item in enumerate(section["items"], 1):
            here = f"{place}, item {number}"
            if isinstance(item, dict):
                self.item(section, item, here, intro)
                intro = ""  # it opens the section, and is not said again
            else:
                self.notes.fault(here, "must be an object")
        if intro:
            self.notes.keep(place, "short_help of a section without items")

    def item(self, section: dict[str, Any], item: dict[str, Any], place: str, intro: str) -> None:
        self.beside(place, item, ITEM)
        bare = {k: v for k, v in item.items() if k != "questions"}
        self.aside[-1]["items"].append(bare)
        own = item.get("short_help") if item.get("questions") else ""
        intros = [intro, prose(_plain(own))]
        name = f"{_plain(section.get('title'))} / {_plain(item.get('title'))}"
        key = slug(f"{line(section.get('id'))}-{line(item.get('id'))}")
        self.places["sections", len(self.sections)] = place
        questions: list[dict[str, Any]] = []
        self.sections.append(
            {
                "key": fresh(key, self.section_keys, 60),
                "title": title(name, 120),
                "intro": "\n\n".join(filter(None, intros)),
                "questions": questions,
            }
        )
        asked = item.get("questions") or [item]
        if not isinstance(asked, list):
            self.notes.fault(place, "questions must be a list")
            return
        above = f"{_called_for_good(section)}.{_called_for_good(item)}"
        for number, question in enumerate(asked, 1):
            here = f"{place}, question {number}"
            if not isinstance(question, dict):
                self.notes.fault(here, "must be an object")
                continue
            if question is not item:
                self.beside(here, question, QUESTION)
            at = ("sections", len(self.sections) - 1, "questions", len(questions))
            self.places[at] = here
            below = "" if question is item else f".{_called_for_good(question)}"
            questions.append(self.question(question, above + below))
            self.asked.append((questions[-1], here))

    def question(self, question: dict[str, Any], name: str) -> dict[str, Any]:
        text = line(_plain(question.get("title")))
        return {
            "key": question_key(name),
            "source": name,
            "title": title(text),
            "text": text,
            "kind": "text",
            "background": prose(_plain(question.get("short_help"))),
            "extra": {"cnil": {k: v for k, v in question.items() if k != "questions"}},
        }

    def beside(self, place: str, found: dict[str, Any], known: set[str]) -> None:
        for name in found:
            if name not in known:
                self.notes.keep(place, str(name)[:80])

    def where(self, path: Path) -> str:
        for end in range(len(path), 0, -1):
            if path[:end] in self.places:
                return self.places[path[:end]]
        return "the structure"


def _called_for_good(part: dict[str, Any]) -> str:
    """The id of a part, or its title: a place in the order lasts no longer than that."""
    return line(part.get("id")) or line(_plain(part.get("title")))


def _called(path: Path) -> str:
    """The word of the file for what a path names."""
    name = next((str(step) for step in reversed(path) if isinstance(step, str)), "")
    return CALLED.get(name, "")


def read(value: dict[str, Any]) -> Found:
    """The checklist that a structure stands for."""
    reading = _Reading()
    about = value.get("structure", value)
    for number, section in enumerate(sections_of(value), 1):
        reading.section(section, f"section {number}")
    give_keys(reading.asked, reading.notes)
    for name in value if about is not value else ():
        if name != "structure":
            words = f"{str(name)[:60]} is not part of a structure"
            reading.notes.lose("the file", words)
    name = line(about.get("name"))
    head = {
        "title": title(name, 120) or "Impact assessment",
        "summary": line(about.get("sector_name")),
    }
    document = {
        "checklist": slug(name or "impact-assessment"),
        "edition": _edition(about, reading),
        "facts": [],
        "sections": reading.sections,
    }
    found = found_in(KIND, head, document, reading.notes, reading.where, called=_called)
    is_open = not line(about.get("version"))
    return replace(found, unsaid=("number", "language") if is_open else ("language",))


def _edition(about: dict[str, Any], reading: _Reading) -> dict[str, Any]:
    changed = line(about.get("updated_at") or about.get("created_at"))[:10]
    day = changed if re.fullmatch(r"\d{4}-\d{2}-\d{2}", changed) else NO_DAY
    if day == NO_DAY:
        reading.notes.lose("the file", NO_DAY_WORDS)
    rest = {k: v for k, v in about.items() if k not in {"data", "sections"}}
    data = about.get("data")
    more = {k: v for k, v in data.items() if k != "sections"} if data else {}
    rest |= {"data": more} if more else {}
    reading.notes.keep("the structure", "its description")
    return {
        "number": title(about.get("version") or day, 20),
        "law_as_of": day,
        "release_notes": "Imported from the structure of an impact assessment.",
        "subject_label": "Name of the processing",
        "extra": {"cnil": rest | {"sections": reading.aside}},
    }


def _plain(value: Any) -> str:
    """Text without the markup that the tool keeps in it."""
    text = value if isinstance(value, str) else line(value)
    return html.unescape(re.sub(r"<[^<>]{0,300}>", " ", text))
