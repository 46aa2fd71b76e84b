"""A document as a catalog, in the mapping of the JSON form. Pure.

Parts read from a catalog are written as they were read; later changes, and anything
that OSCAL has no word for, are in a property of ours.
"""

import json
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import yaml

from compliance.content.foreign_formats.oscal import xml
from compliance.content.foreign_formats.oscal.catalog import head_of
from compliance.content.foreign_formats.oscal.control import (
    Params,
    built,
    derived,
    params_of,
    with_data,
)
from compliance.content.foreign_formats.oscal.names import token
from compliance.content.foreign_formats.oscal.order import ordered
from compliance.content.formats.findings import Sheet
from compliance.content.formats.own import Dumper

Asides = dict[str, dict[str, Any]]
"""Id of a withdrawn control to where it stood, and to itself."""
Through = Callable[[Any], Any]
"""A value to what is read again from the file that holds it."""
VERSION = "1.1.3"
NAMESPACE = uuid.UUID("6f0d1f7e-8c0f-5a55-9d0c-3a1b6f1f7a11")
"""Makes the same id for the same checklist and edition, here and anywhere."""


@dataclass(slots=True)
class _Writing:
    """Shared parts of one catalog: its form, the ids taken, withdrawn controls."""

    through: Through
    ids: set[str] = field(default_factory=set)
    withdrawn: Asides = field(default_factory=dict)


def write_json(sheet: Sheet) -> bytes:
    """The catalog as JSON."""
    text = json.dumps(catalog_of(sheet), ensure_ascii=False, indent=1)
    return f"{text}\n".encode()


def write_yaml(sheet: Sheet) -> bytes:
    """The catalog as YAML."""
    text = yaml.dump(catalog_of(sheet), Dumper=Dumper, allow_unicode=True, sort_keys=False, width=100)
    return text.encode()


def write_xml(sheet: Sheet) -> bytes:
    """The catalog as XML."""
    return xml.written(catalog_of(sheet, xml.again)["catalog"])


def catalog_of(sheet: Sheet, through: Through = lambda value: value) -> dict[str, Any]:
    """The mapping of the whole file; ``through`` is what its form makes of a value."""
    edition = sheet.document["edition"]
    kept = (edition.get("extra") or {}).get("oscal")
    found = None
    if isinstance(kept, dict) and isinstance(kept.get("metadata"), dict):
        # "extra" may be written by hand; what is no catalog any more is made anew.
        with suppress(KeyError, TypeError, AttributeError, ValueError):
            found = _given_back(sheet, kept, through)
    return {"catalog": ordered(found or _made(sheet, through), "catalog")}


def _made(sheet: Sheet, through: Through) -> dict[str, Any]:
    """A catalog for a checklist that was never one."""
    document = sheet.document
    name = f"{document['checklist']} {document['edition']['number']}"
    metadata = {
        "title": sheet.title,
        "last-modified": f"{document['edition']['law_as_of']}T00:00:00Z",
        "version": document["edition"]["number"],
        "oscal-version": VERSION,
        "remarks": sheet.summary,
    }
    if not sheet.summary:
        del metadata["remarks"]
    writing = _Writing(through)
    return {
        "uuid": str(uuid.uuid5(NAMESPACE, name)),
        "metadata": _with_head(sheet, metadata, through, is_kept=False),
        "groups": [_group(section, {}, writing) for section in document["sections"]],
    }


def _group(section: dict[str, Any], params: Params, writing: _Writing) -> dict[str, Any]:
    group = {
        "id": _token(f"s-{section['key']}", writing.ids),
        "title": section["title"],
    }
    if section["intro"]:
        group["parts"] = [{"name": "overview", "prose": section["intro"]}]
    group["controls"] = _controls(section, params, writing)
    words = _words(section)
    if not group["controls"]:
        del group["controls"]
    return with_data(group, words)


def _words(section: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in section.items() if name != "questions"}


def _controls(section: dict[str, Any], params: Params, writing: _Writing) -> list[dict[str, Any]]:
    """The controls of a section, each within the one it was found in."""
    top: list[dict[str, Any]] = []
    known: dict[str, tuple[dict[str, Any] | None, Params]] = {}

    def holder(name: str) -> tuple[dict[str, Any] | None, Params]:
        """The control of an id, a withdrawn one too, and the parameters known in it."""
        if name not in known and name in writing.withdrawn:
            aside = writing.withdrawn[name]
            known[name] = (None, params)  # where a control is said to be in itself
            own = holder(str(aside["in"]))[1]
            control = aside["control"]
            known[name] = (control, own | params_of(control))
        return known.get(name, (None, params))

    for question in section["questions"]:
        within = str((question.get("extra") or {}).get("oscal_in", ""))
        above, own = holder(within)
        control = _control(question, own, writing)
        if above is None:
            top.append(control)
        else:
            above.setdefault("controls", []).append(control)
        known[control["id"]] = (control, own | params_of(control))
    return top


def _control(question: dict[str, Any], params: Params, writing: _Writing) -> dict[str, Any]:
    extra = question.get("extra") or {}
    base: dict[str, Any] = extra.get("oscal") or {}
    is_kept = isinstance(base, dict) and isinstance(base.get("id"), str)
    others = {k: v for k, v in extra.items() if k not in {"oscal", "oscal_in"}}
    if not is_kept:
        base, others = built(question, _token(question["key"], writing.ids)), extra
    fields = _differing(question, base, params, is_kept=is_kept)
    changed = _rewritten(base, question, fields) if is_kept else base
    # what the form itself changes is no change of the control, and written beside it
    again = writing.through(changed)
    if changed is not base or again != base:
        base = changed
        fields = _differing(question, again, params, is_kept=is_kept)
    if is_kept and not fields and not others:
        return dict(base)
    data = {"fields": fields, "extra": others, "is_kept": is_kept}
    return with_data(base, {k: v for k, v in data.items() if v})


def _differing(
    question: dict[str, Any], control: dict[str, Any], params: Params, *, is_kept: bool
) -> dict[str, Any]:
    """The fields of a question that a control does not say by itself.

    The id of one that was built says a key, and no source.
    """
    said = derived(control, params)
    if not is_kept:
        del said["source"]
    return {
        name: value for name, value in sorted(question.items()) if name != "extra" and value != said.get(name)
    }


def _rewritten(base: dict[str, Any], question: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    """The control with the title and statement that the question has now."""
    if not fields.keys() & {"title", "text"}:
        return base
    parts = [dict(part) for part in base.get("parts") or []]
    for part in parts:
        if part.get("name") == "statement" and "text" in fields:
            part["prose"] = question["text"]
            break
    name = question["title"] if "title" in fields else base.get("title")
    return base | {"title": name} | ({"parts": parts} if parts else {})


def _with_head(sheet: Sheet, metadata: dict[str, Any], through: Through, *, is_kept: bool) -> dict[str, Any]:
    """The metadata, with what they do not say of the checklist by themselves."""
    document = sheet.document
    edition = document["edition"]
    head, derived_edition, _ = head_of(through(metadata))
    own = {
        "key": document["checklist"],
        "title": sheet.title,
        "summary": sheet.summary,
        "theme": sheet.theme,
    }
    extra = edition.get("extra") or {}
    if is_kept:
        extra = {k: v for k, v in extra.items() if k != "oscal"}
        own["theme"] = head["theme"] = ""
    data = {
        "head": {k: v for k, v in own.items() if head.get(k) != v},
        "edition": {k: v for k, v in sorted(edition.items()) if k != "extra" and derived_edition.get(k) != v},
        "facts": document["facts"],
        "extra": extra,
    }
    found = {k: v for k, v in data.items() if v}
    if is_kept and not found:
        return metadata
    return with_data(metadata, found | ({"is_kept": True} if is_kept else {}))


def _given_back(sheet: Sheet, kept: dict[str, Any], through: Through) -> dict[str, Any]:
    """The catalog that a document was read from, with what has changed since."""
    document = sheet.document
    catalog: dict[str, Any] = {"metadata": _with_head(sheet, kept["metadata"], through, is_kept=True)}
    catalog.update(kept.get("rest") or {})
    params = params_of(catalog)
    ids = {
        str(question["extra"]["oscal"].get("id"))
        for section in document["sections"]
        for question in section["questions"]
        if isinstance((question.get("extra") or {}).get("oscal"), dict)
    }
    sections = {section["key"]: section for section in document["sections"]}
    found: dict[str, list[dict[str, Any]]] = {}
    asides = [aside | {"control": dict(aside["control"])} for aside in kept.get("withdrawn") or []]
    withdrawn = {str(aside["control"].get("id")): aside for aside in asides}
    writing = _Writing(through, ids, withdrawn)
    groups = _tree(kept.get("groups"), sections, params, found, writing)
    if top := sections.pop(kept.get("top") or "", None):
        found[top["key"]] = catalog["controls"] = _controls(top, params, writing)
    groups += [_group(section, params, writing) for section in sections.values()]
    if groups:
        catalog["groups"] = groups
    _put_back(asides, found)
    return catalog


def _tree(
    kept: Any,
    sections: dict[str, dict[str, Any]],
    params: Params,
    found: dict[str, list[dict[str, Any]]],
    writing: _Writing,
) -> list[dict[str, Any]]:
    groups = []
    for node in kept if isinstance(kept, list) else []:
        group = dict(node["group"])
        is_other = writing.through(group) != group
        key = node.get("section")
        own = params | params_of(group)
        inner = _tree(node.get("groups"), sections, own, found, writing)
        if inner:
            group["groups"] = inner
        if key in sections:
            section = sections.pop(key)
            found[key] = group["controls"] = _controls(section, own, writing)
            words = _words(section)
            if words != node.get("words") or is_other:
                group = with_data(group, words)
        if key in found or inner or key is None:
            groups.append(group)
    return groups


def _put_back(asides: list[dict[str, Any]], found: dict[str, list[dict[str, Any]]]) -> None:
    """Put withdrawn controls where they stood."""
    places = dict(found)
    for controls in found.values():
        _places(controls, places)
    for aside in asides:
        if aside["in"] in places:
            places[aside["in"]].insert(aside["at"], aside["control"])
            _places([aside["control"]], places)


def _places(controls: list[dict[str, Any]], places: dict[str, list[dict[str, Any]]]) -> None:
    for control in controls:
        inner = control.setdefault("controls", [])
        places[control["id"]] = inner
        _places(inner, places)


def _token(text: str, ids: set[str]) -> str:
    """An id as OSCAL allows it, that no other control or group has."""
    found = token(text)
    fresh, count = found, 1
    while fresh in ids:
        count += 1
        fresh = f"{found}_{count}"
    ids.add(fresh)
    return fresh
