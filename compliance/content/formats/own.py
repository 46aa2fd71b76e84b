"""Our own format: one YAML or JSON file that holds a whole checklist. Lossless.

Its words are those of the seeds: ``checklist.yaml`` with its sections inside.
"""

import json
from datetime import date
from typing import Any

import yaml

from compliance.content.checklist_schema.words import RENAMED
from compliance.content.checklists.translations import (
    Texts,
    of_edition,
    of_fact,
    of_question,
    of_section,
)
from compliance.content.formats.checking import found_in
from compliance.content.formats.findings import Found, Notes, Path, Sheet, Where
from compliance.content.formats.translated import brief

KIND = "Attest checklist"
TOP = (
    "key", "theme", "title", "summary", "language", "edition", "subject", "roles",
    "role_fact", "translations", "facts", "gates", "essentials", "scales", "replaces",
    "sections",
    "organisations", "extra",
)  # fmt: skip
EDITION = ("number", "law_as_of", "release_notes")
SECTION = ("key", "title", "intro", "level", "translations", "questions")
QUESTION = (
    "key", "source", "title", "text", "kind", "cites", "binds", "applies", "applies_from",
    "applies_until", "yardstick", "weight", "good", "check", "partly", "mistake", "evidence", "remedy", "background",
    "related", "choices", "number", "translations", "extra",
)  # fmt: skip
OPTION = ("key", "label", "help")
PARTS = {
    "facts": (
        "key",
        "label",
        "text",
        "help",
        "kind",
        "choices",
        "implies",
        "contested",
        "translations",
    ),
    "choices": ("key", "label", "help", "verdict", "rating"),
}
NAMES = {new: old for old, new in RENAMED.items()}
"""Field of a question to its word in the file."""
MOVED = {
    "subject_label": ("subject", "label"),
    "subject_help": ("subject", "help"),
    "roles": ("roles",),
    "role_fact": ("role_fact",),
    "language": ("language",),
    "translations": ("translations",),
    "gates": ("gates",),
    "essentials": ("essentials",),
    "scales": ("scales",),
    "replaces": ("replaces",),
    "organisations": ("organisations",),
    "extra": ("extra",),
}


def as_file(sheet: Sheet) -> dict[str, Any]:
    """The mapping that the file holds; what is empty is left out."""
    document = sheet.document
    edition = document["edition"]
    subject = {"label": edition["subject_label"], "help": edition["subject_help"]}
    found = {
        "key": document["checklist"],
        "theme": sheet.theme,
        "title": sheet.title,
        "summary": sheet.summary,
        "language": edition.get("language"),
        "edition": {name: edition[name] for name in EDITION},
        "subject": _filled(subject),
        "roles": edition["roles"],
        "role_fact": edition["role_fact"],
        "translations": _translated(of_edition(edition, sheet.title, sheet.summary), edition),
        "facts": [
            _filled({n: fact[n] for n in PARTS["facts"] if n in fact})
            | _all("choices", fact["choices"])
            | _with_translations(of_fact(fact), fact)
            for fact in document["facts"]
        ],
        "gates": edition.get("gates"),
        "essentials": edition.get("essentials"),
        "scales": edition.get("scales"),
        "replaces": edition.get("replaces"),
        "sections": [
            _filled({n: section[n] for n in ("key", "title", "intro", "level") if n in section})
            | _with_translations(of_section(section), section)
            | {"questions": [_question(q) for q in section["questions"]]}
            for section in document["sections"]
        ],
        "organisations": edition.get("organisations"),
        "extra": edition.get("extra"),
    }
    return _filled(found) | {"sections": found["sections"]}


def _question(question: dict[str, Any]) -> dict[str, Any]:
    named = {NAMES.get(name, name): value for name, value in question.items()}
    ordered = {name: named[name] for name in QUESTION if name in named}
    translated = _with_translations(of_question(question), question)
    return _filled(ordered) | _all("choices", question["choices"]) | translated


def _translated(texts: Texts, values: dict[str, Any]) -> dict[str, Any]:
    """The translations of a part, with the words that the file has for its texts."""
    return {
        code: {NAMES.get(n, n): text for n, text in brief(texts, words).items()}
        for code, words in sorted((values.get("translations") or {}).items())
    }


def _with_translations(texts: Texts, values: dict[str, Any]) -> dict[str, Any]:
    found = _translated(texts, values)
    return {"translations": found} if found else {}


def _named_back(found: Any) -> Any:
    """Translations with the names that a document has for texts."""
    if not isinstance(found, dict):
        return found
    return {
        code: {RENAMED.get(str(n), n): text for n, text in words.items()}
        if isinstance(words, dict)
        else words
        for code, words in found.items()
    }


def _all(name: str, parts: list[dict[str, Any]]) -> dict[str, Any]:
    return {name: [_filled(part) for part in parts]} if parts else {}


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in values.items() if v not in (None, "", [], {})}


class Dumper(yaml.CSafeDumper):
    """Writes what appears twice out twice."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def write_yaml(sheet: Sheet) -> bytes:
    """The checklist as YAML."""
    found = as_file(sheet)
    day = date.fromisoformat(found["edition"]["law_as_of"])
    found["edition"] = found["edition"] | {"law_as_of": day}
    text = yaml.dump(
        found,
        Dumper=Dumper,
        allow_unicode=True,
        default_flow_style=False,
        sort_keys=False,
        width=100,
    )
    return text.encode()


def write_json(sheet: Sheet) -> bytes:
    """The checklist as JSON, of the same shape."""
    text = json.dumps(as_file(sheet), ensure_ascii=False, indent=1)
    return f"{text}\n".encode()


def read(value: dict[str, Any], where: Where) -> Found:
    """The checklist in a mapping that was read from YAML or JSON."""
    notes = Notes()
    unknown = _unknown(value, TOP, notes, where, ())
    edition = _known(value, "edition", EDITION, notes, where)
    subject = _known(value, "subject", ("label", "help"), notes, where)
    edition |= {MOVED_BACK[name]: subject[name] for name in subject}
    names = (
        "roles", "role_fact", "language", "translations", "gates", "essentials", "scales",
        "replaces", "organisations",
    )  # fmt: skip
    edition |= {n: value[n] for n in names if n in value}
    document = {"edition": edition | _extra(value, unknown)}
    if "key" in value:
        document["checklist"] = value["key"]
    document["facts"] = _parts(value, "facts", notes, where, ())
    document["sections"] = _sections(value, notes, where)
    head = {name: value.get(name, "") for name in ("title", "summary", "theme")}
    return found_in(KIND, head, document, notes, lambda path: where(_path(path)))


MOVED_BACK = {"label": "subject_label", "help": "subject_help"}


def _known(
    value: dict[str, Any], name: str, names: tuple[str, ...], notes: Notes, where: Where
) -> dict[str, Any]:
    found = value.get(name, {})
    if not isinstance(found, dict):
        notes.fault(where((name,)), f"{name} must be a mapping")
        return {}
    _lose(found, names, notes, where, (name,))
    return {key: found[key] for key in names if key in found}


def _lose(
    found: dict[str, Any],
    names: tuple[str, ...],
    notes: Notes,
    where: Where,
    path: Path,
) -> None:
    for key in found:
        if key not in names:
            reason = f"{key[:40]!r} is not known here and cannot be kept"
            notes.lose(where((*path, key)), reason)


def _unknown(
    found: dict[str, Any],
    names: tuple[str, ...],
    notes: Notes,
    where: Where,
    path: Path,
) -> dict[str, Any]:
    unknown = {key: part for key, part in found.items() if key not in names}
    for key in unknown:
        notes.keep(where((*path, key)), f"{key[:40]!r} is not known here")
    return unknown


def _extra(value: dict[str, Any], unknown: dict[str, Any]) -> dict[str, Any]:
    extra = value.get("extra")
    if unknown and (extra is None or isinstance(extra, dict)):
        return {"extra": unknown | (extra or {})}
    return {} if extra is None else {"extra": extra}


def _parts(value: dict[str, Any], name: str, notes: Notes, where: Where, path: Path) -> Any:
    """A list of facts or choices without what is unknown in them."""
    found = value.get(name, [])
    if not isinstance(found, list):
        return found
    of_fact = len(path) == 2 and path[0] == "facts"
    names = OPTION if of_fact else PARTS[name]
    kept = []
    for at, part in enumerate(found):
        here = (*path, name, at)
        if isinstance(part, dict):
            _lose(part, names, notes, where, here)
            known = {key: part[key] for key in names if key in part}
            if name == "facts" and "choices" in part:
                known["choices"] = _parts(part, "choices", notes, where, here)
            kept.append(known)
        else:
            kept.append(part)
    return kept


def _sections(value: dict[str, Any], notes: Notes, where: Where) -> Any:
    found = value.get("sections", [])
    if not isinstance(found, list):
        return found
    sections = []
    for s, section in enumerate(found):
        if not isinstance(section, dict):
            sections.append(section)
            continue
        _lose(section, SECTION, notes, where, ("sections", s))
        known = {key: section[key] for key in SECTION if key in section}
        questions = section.get("questions", [])
        if isinstance(questions, list):
            known["questions"] = [
                _asked(question, notes, where, ("sections", s, "questions", q))
                for q, question in enumerate(questions)
            ]
        sections.append(known)
    return sections


def _asked(question: Any, notes: Notes, where: Where, path: Path) -> Any:
    if not isinstance(question, dict):
        return question
    unknown = _unknown(question, QUESTION, notes, where, path)
    known: dict[str, Any] = {
        RENAMED.get(str(key), str(key)): part
        for key, part in question.items()
        if key in QUESTION and key != "extra"
    }
    known.update(_extra(question, unknown))
    for name in ("applies_from", "applies_until"):
        if isinstance(known.get(name), str):
            known[name] = [{"date": known[name]}]
    if "translations" in known:
        known["translations"] = _named_back(known["translations"])
    known["choices"] = _parts(question, "choices", notes, where, path)
    return known


def _path(path: Path) -> Path:
    """Where a place of the document stands in the file."""
    if path[:1] == ("head",):
        return path[1:]
    if path[:1] == ("checklist",):
        return ("key",)
    if path[:1] == ("edition",) and len(path) > 1 and path[1] in MOVED:
        return (*MOVED[str(path[1])], *path[2:])
    return tuple(NAMES.get(step, step) if isinstance(step, str) else step for step in path)
