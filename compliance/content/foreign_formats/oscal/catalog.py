"""A catalog as a document: groups are sections, controls are questions. Pure.

A control within a control follows it as a question of its own. Parameters, properties,
links, parts and back matter stay beside the questions as they were read ("oscal" in
"extra"), for the way out. A control cites no provision: a catalog is no part of our
legal index, and a citation that nobody looked up would say more than is known.
"""

import re
from collections.abc import Iterator
from typing import Any

from compliance.content.foreign_formats.oscal.control import (
    Params,
    data_of,
    derived,
    params_of,
    plain,
)
from compliance.content.formats.checking import found_in
from compliance.content.formats.findings import Found, Notes, Path, UnreadableError
from compliance.content.formats.short_names import (
    fresh,
    give_keys,
    line,
    prose,
    slug,
    title,
)

KIND = "OSCAL catalog"
LABEL = "Name of what is assessed"
OTHERS = {
    "profile": "a profile; resolve it first and import the resolved catalog",
    "component-definition": "a component definition",
    "system-security-plan": "a system security plan",
    "assessment-plan": "an assessment plan",
    "assessment-results": "assessment results",
    "plan-of-action-and-milestones": "a plan of action",
    "mapping-collection": "a mapping collection",
}
CALLED = {
    "law_as_of": "last-modified",
    "number": "version",
    "checklist": "title",
    "key": "id",
    "summary": "remarks",
    "text": "prose of the statement",
    "good": "prose of an item",
    "background": "prose of the overview or of the guidance",
    "how_to_check": "prose of the assessment objective",
    "evidence_hints": "prose of the assessment objects",
    "intro": "prose of the overview",
}
"""Our word for a field to what OSCAL has there."""
SET_ASIDE = ("params", "props", "links", "parts")


class _Reading:
    """One catalog while it is read."""

    def __init__(self, notes: Notes) -> None:
        self.notes = notes
        self.sections: list[dict[str, Any]] = []
        self.places: dict[Path, str] = {}
        self.asked: list[tuple[dict[str, Any], str]] = []
        self.section_keys: set[str] = set()
        self.withdrawn: list[dict[str, Any]] = []
        self.above: list[str] = []

    def all_of(self, catalog: dict[str, Any], name: str, params: Params) -> tuple[str, Any]:
        """The key of the section without a group, or "", and the tree of the groups."""
        if _list(catalog.get("controls")):
            self.section(catalog, "catalog", [name or "Controls"], None, params)
        top = self.sections[0]["key"] if self.sections else ""
        tree = self.groups(catalog, "", [], params)
        give_keys(self.asked, self.notes)
        return top, tree

    def groups(self, holder: dict[str, Any], path: str, titles: list[str], params: Params) -> Any:
        """The tree of the groups, each with the key of its section."""
        tree = []
        for at, group in self.dicts(holder, "groups", path):
            place = f"{path}group {at}"
            if group.get("id"):
                place += f" ({line(group['id'])[:40]})"
            name = title(plain(group.get("title")), 120) or line(group.get("id")) or "Group"
            if not group.get("title"):
                self.notes.fault(place, "a group needs a title")
            data, bare = data_of(group)
            if not data:
                self.note_set_aside(bare, place, "group")
            rest = {k: v for k, v in bare.items() if k not in {"controls", "groups"}}
            found: dict[str, Any] = {"group": rest}
            own = params | params_of(group)
            if _list(group.get("controls")) or (data and "key" in data):
                found["section"] = self.section(group, place, [*titles, name], data, own)
                words = self.sections[-1]
                if not data:
                    found["words"] = {n: words[n] for n in ("key", "title", "intro")}
            else:
                self.above.append(_overview(group))
            inner = self.groups(group, f"{place}, ", [*titles, name], own)
            self.above = []
            tree.append(found | ({"groups": inner} if inner else {}))
        return tree

    def section(
        self,
        holder: dict[str, Any],
        place: str,
        titles: list[str],
        data: dict[str, Any] | None,
        params: Params,
    ) -> str:
        """Add a section with the controls of a group or of the catalog itself."""
        name = " / ".join(titles)
        if len(name) > 120:
            name = title(f"… / {titles[-1]}", 120)
        key = slug(line(holder.get("id")) or name)
        # what groups without controls of their own say opens their first section
        intro = "\n\n".join(filter(None, [*self.above, _overview(holder)]))
        self.above = []
        found = {"key": key, "title": name, "intro": intro} | (data or {})
        if not data:
            found["key"] = fresh(key, self.section_keys, 60)
        self.places["sections", len(self.sections)] = place
        self.sections.append(found | {"questions": []})
        self.controls(holder, found["key"], place, params, "")
        return str(found["key"])

    def controls(
        self,
        holder: dict[str, Any],
        inside: str,
        place: str,
        params: Params,
        above: str,
    ) -> None:
        for at, control in self.dicts(holder, "controls", f"{place}, "):
            here = f"{place}, control {at}"
            if not isinstance(control.get("id"), str) or not control["id"].strip():
                self.notes.fault(here, "a control needs an id")
                continue
            here = f"{here} ({control['id'][:40]})"
            if _is_withdrawn(control):
                words = "withdrawn controls are kept, and not asked"
                self.notes.keep(here, words)
                bare = {k: v for k, v in control.items() if k != "controls"}
                self.withdrawn.append({"in": inside, "at": at - 1, "control": bare})
            else:
                self.question(control, here, params, above)
            key = control["id"]
            self.controls(control, key, here, params | params_of(control), key)

    def question(self, control: dict[str, Any], place: str, params: Params, above: str) -> None:
        bare = {k: v for k, v in control.items() if k != "controls"}
        data, bare = data_of(bare)
        found = derived(bare, params)
        extra = {"oscal": bare} | ({"oscal_in": above} if above else {})
        if data is not None:
            if not data.get("is_kept"):
                del found["source"]
            found |= data.get("fields") or {}
            kept = extra if data.get("is_kept") else {}
            extra = kept | (data.get("extra") or {})
        else:
            self.note_set_aside(bare, place, "control")
        questions = self.sections[-1]["questions"]
        path = ("sections", len(self.sections) - 1, "questions", len(questions))
        self.places[path] = place
        questions.append(found | ({"extra": extra} if extra else {}))
        if data is None:
            self.asked.append((questions[-1], place))

    def note_set_aside(self, holder: dict[str, Any], place: str, kind: str) -> None:
        for name in SET_ASIDE:
            if holder.get(name):
                self.notes.keep(place, f"{name} of a {kind}")

    def dicts(self, holder: dict[str, Any], name: str, path: str) -> Iterator[tuple[int, dict[str, Any]]]:
        found = holder.get(name, [])
        if not isinstance(found, list):
            self.notes.fault(f"{path}{name}", "must be a list")
            return
        for at, part in enumerate(found, 1):
            if isinstance(part, dict):
                yield at, part
            else:
                self.notes.fault(f"{path}{name} {at}", "must be an object")

    def where(self, path: Path) -> str:
        for end in range(len(path), 0, -1):
            if path[:end] in self.places:
                return self.places[path[:end]]
        return "catalog metadata"


def _called(path: Path) -> str:
    """The word of OSCAL for what a path names."""
    name = next((str(step) for step in reversed(path) if isinstance(step, str)), "")
    return CALLED.get(name, "")


def catalog_in(value: dict[str, Any], known: str) -> dict[str, Any]:
    """The catalog of a file. Raises ``UnreadableError`` for another kind of OSCAL."""
    for name, words in OTHERS.items():
        if name in value:
            raise UnreadableError(name, f"is {words}; only a catalog is a checklist")
    if "catalog" not in value:
        names = ", ".join(str(name)[:30] for name in list(value)[:6])
        words = f"holds {names}, which is not one of the formats known; known are {known}"
        raise UnreadableError("the file", words)
    found = value.get("catalog")
    if not isinstance(found, dict):
        raise UnreadableError("catalog", "must be an object")
    return found


def read(value: dict[str, Any], form: str, known: str = KIND, notes: Notes | None = None) -> Found:
    """The checklist that a catalog stands for; ``known`` are the formats that there are."""
    catalog = catalog_in(value, known)
    reading = _Reading(notes or Notes())
    metadata = catalog.get("metadata")
    if not isinstance(metadata, dict):
        reading.notes.fault("catalog metadata", "is missing")
        metadata = {}
    data, bare = data_of(metadata)
    params = params_of(catalog)
    top, tree = reading.all_of(catalog, title(plain(metadata.get("title")), 120), params)
    rest = {name: part for name, part in catalog.items() if name not in {"metadata", "groups", "controls"}}
    head, edition, facts = head_of(metadata)
    oscal = {"metadata": bare, "rest": rest, "groups": tree, "top": top}
    if reading.withdrawn:
        oscal["withdrawn"] = reading.withdrawn
    edition["extra"] = {"oscal": oscal}
    if data is not None:
        head |= data.get("head") or {}
        edition |= data.get("edition") or {}
        facts = data.get("facts") or []
        extra = edition["extra"] if data.get("is_kept") else {}
        edition["extra"] = extra | (data.get("extra") or {})
    else:
        reading.notes.keep("catalog metadata", "all of it")
        for name in rest:
            reading.notes.keep(f"catalog {name}", name)
    document = {
        "checklist": head["key"],
        "edition": edition,
        "facts": facts,
        "sections": reading.sections,
    }
    return found_in(f"{KIND} ({form})", head, document, reading.notes, reading.where, called=_called)


def head_of(
    metadata: dict[str, Any],
) -> tuple[dict[str, Any], dict[str, Any], list[Any]]:
    """The words of the checklist and of its edition that metadata stand for."""
    name = title(plain(metadata.get("title")), 120)
    changed = re.match(r"\d{4}-\d{2}-\d{2}", line(metadata.get("last-modified")))
    version = line(metadata.get("version"))
    said = f"Imported from an OSCAL catalog, version {version}."
    head = {
        "key": slug(line(metadata.get("title"))) if name else "",
        "title": name,
        "summary": prose(metadata.get("remarks")) or f"OSCAL catalog, version {version}.",
    }
    edition = {
        "number": title(version, 20),
        "law_as_of": changed[0] if changed else line(metadata.get("last-modified")),
        "release_notes": said,
        "subject_label": LABEL,
        "subject_help": "",
        "roles": {},
        "role_fact": "",
    }
    return head, edition, []


def _overview(holder: dict[str, Any]) -> str:
    return "\n\n".join(
        prose(part.get("prose"))
        for part in _list(holder.get("parts"))
        if isinstance(part, dict) and part.get("prose")
    )


def _is_withdrawn(control: dict[str, Any]) -> bool:
    return any(
        isinstance(prop, dict)
        and prop.get("name") == "status"
        and str(prop.get("value")).lower() == "withdrawn"
        for prop in _list(control.get("props"))
    )


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
