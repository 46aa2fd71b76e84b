"""The OWASP Application Security Verification Standard, as its JSON and CSV files have it.

Read only: versions 4 and 5, nested or flat. A chapter's sections are sections, each
requirement is a question. Pure.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
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

KIND = "OWASP ASVS"
HEADS = (
    "chapter_id",
    "chapter_name",
    "section_id",
    "section_name",
    "req_id",
    "req_description",
)
EARLIER = {
    "Section": "chapter_id",
    "Name": "chapter_name",
    "Item": "req_id",
    "Description": "req_description",
}
"""Headings of flat files of version 4, such as the Spanish one, as the later ones are."""
GONE = re.compile(r"\[DELETED\b|\[[^\[\]]*\]$", re.IGNORECASE)
"""The text of a requirement that stands there for its number only: a mark that says so,
alone in the other languages, such as "[GELÖSCHT, DUPLIKAT VON 12.4.1]"."""
CALLED = {
    "number": "Version",
    "text": "Description (req_description)",
    "title": "Description (req_description)",
}
LEAF = {"Shortcode", "Ordinal", "Description"}
NESTED = {"Shortcode", "Ordinal", "ShortName", "Name", "Items"}


@dataclass(frozen=True, slots=True)
class _Requirement:
    """One requirement: where it stands, what it stands in, and what else is said of it."""

    place: str
    section: str
    title: str
    code: str
    text: str
    more: dict[str, Any]


def is_asvs(value: dict[str, Any]) -> bool:
    """Whether a mapping is one of the files."""
    return isinstance(value.get("Requirements", value.get("requirements")), list)


def read(value: dict[str, Any]) -> Found:
    """The checklist in a JSON file."""
    notes = Notes()
    if "requirements" in value:
        rows = ((f"requirement {at}", row) for at, row in enumerate(value["requirements"], 1))
        asked = list(_flat(rows, notes))
    else:
        asked = list(_nested(value["Requirements"], notes, "", []))
    about = {k: v for k, v in value.items() if k not in {"Requirements", "requirements"}}
    return _found(asked, about, notes)


def read_rows(rows: Iterable[tuple[str, dict[str, str]]]) -> Found:
    """The checklist in the rows of a CSV file."""
    notes = Notes()
    return _found(list(_flat(rows, notes)), {}, notes)


def _flat(rows: Iterable[tuple[str, Any]], notes: Notes) -> Iterator[_Requirement]:
    for place, found in rows:
        if not isinstance(found, dict):
            notes.fault(place, "must be an object")
            continue
        names = {} if "req_id" in found else EARLIER
        row = {names.get(str(k), str(k)): value for k, value in found.items()}
        chapter, section = line(row.get("chapter_id")), line(row.get("section_id"))
        name = f"{chapter} {line(row.get('chapter_name'))}"
        if section:
            name += f" / {section} {line(row.get('section_name'))}"
        section = section or chapter
        code, text = line(row.get("req_id")), line(row.get("req_description"))
        more = {k: v for k, v in row.items() if k not in HEADS and v not in ("", None)}
        yield _Requirement(place, section, name, code, text, more)


def _nested(found: Any, notes: Notes, place: str, above: list[str]) -> Iterator[_Requirement]:
    if not isinstance(found, list):
        notes.fault(place or "Requirements", "must be a list")
        return
    for at, part in enumerate(found, 1):
        here = f"{place}, {at}" if place else f"requirement {at}"
        if not isinstance(part, dict):
            notes.fault(here, "must be an object")
            continue
        code = line(part.get("Shortcode"))
        here = f"{here} ({code[:20]})" if code else here
        if "Items" in part:
            for name in part:
                if name not in NESTED:
                    notes.lose(here, f"{str(name)[:60]} of a chapter or section")
            name = f"{code} {line(part.get('Name'))}".strip()
            yield from _nested(part["Items"], notes, here, [*above, name])
        else:
            section = above[-1].split(" ")[0] if above else ""
            more = {k: v for k, v in part.items() if k not in LEAF}
            text = line(part.get("Description"))
            yield _Requirement(here, section, " / ".join(above), code, text, more)


def _found(asked: list[_Requirement], about: dict[str, Any], notes: Notes) -> Found:
    sections: dict[tuple[str, str], list[dict[str, Any]]] = {}
    places: dict[Path, str] = {}
    all_asked: list[tuple[dict[str, Any], str]] = []
    gone: list[dict[str, Any]] = []
    for one in asked:
        if GONE.match(one.text):
            notes.keep(one.place, "deleted requirements are kept, and not asked")
            gone.append({"id": one.code, "in": one.section, "text": one.text} | one.more)
            continue
        for name in one.more:
            notes.keep(one.place, str(name)[:80])
        questions = sections.setdefault((one.section, one.title), [])
        at = list(sections).index((one.section, one.title))
        places["sections", at, "questions", len(questions)] = one.place
        questions.append(
            {
                "key": question_key(one.code or one.text),
                "source": one.code,
                "title": title(one.text) or one.code,
                "text": one.text,
                "extra": {"asvs": {"id": one.code} | one.more},
            }
        )
        all_asked.append((questions[-1], one.place))
    give_keys(all_asked, notes)
    notes.lose("the file", NO_DAY_WORDS)
    version = line(about.get("Version") or about.get("version"))
    name = line(about.get("Name") or about.get("ShortName")) or "OWASP ASVS"
    head = {"title": title(name, 120), "summary": prose(about.get("Description"))}
    taken: set[str] = set()
    kept = about | ({"deleted": gone} if gone else {})
    document = {
        "checklist": slug(line(about.get("ShortName")) or "asvs"),
        "edition": {
            "number": title(version or "1", 20),
            "law_as_of": NO_DAY,
            "release_notes": f"Imported from an ASVS file, version {version or 'unknown'}.",
            "subject_label": "Name of the application",
        }
        | ({"extra": {"asvs": kept}} if kept else {}),
        "facts": [],
        "sections": [
            {
                "key": fresh(slug(code or words), taken, 60),
                "title": title(words, 120) or "Requirements",
                "questions": questions,
            }
            for (code, words), questions in sections.items()
        ],
    }
    if about:
        notes.keep("the file", "the description of the standard")
    found = found_in(
        KIND,
        head,
        document,
        notes,
        lambda path: _place(path, places),
        called=lambda path: CALLED.get(str(path[-1]), ""),
    )
    return replace(found, unsaid=("language",) if version else ("number", "language"))


def _place(path: Path, places: dict[Path, str]) -> str:
    for end in range(len(path), 0, -1):
        if path[:end] in places:
            return places[path[:end]]
    return "the file"
