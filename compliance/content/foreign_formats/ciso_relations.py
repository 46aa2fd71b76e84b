"""Relations between requirements in a library file of CISO Assistant. Pure."""

from collections.abc import Iterator
from typing import Any

from compliance.content.formats.findings import Notes, Path, Where
from compliance.content.formats.short_names import line, slug, title

RELATIONS = {
    "equal": ("equal", "Asks the same", "Asks the same"),
    "subset": ("subset", "Asks this and more", "Asks a part of this"),
    "superset": ("superset", "Asks a part of this", "Asks this and more"),
    "intersect": ("intersect", "Asks this in part", "Asks this in part"),
}
"""Relationship to our relation, what the target is to the source, and the other way."""
ENDS = {"source_framework_urn", "target_framework_urn"}
PAIR = {
    "source_requirement_urn", "target_requirement_urn", "relationship", "rationale",
    "annotation", "strength_of_relationship",
}  # fmt: skip


def framework_key(urn: Any) -> str:
    """The key of the checklist that a framework becomes."""
    return slug(line(urn).rpartition(":")[2])


def pairs_in(objects: dict[str, Any], notes: Notes, where: Where) -> Iterator[dict[str, str]]:
    """Each relation of the mapping sets, as ``Found.pairs`` has it."""
    for path, group in _sets(objects, notes, where):
        if not isinstance(group, dict):
            notes.fault(where(path), "must be a mapping")
            continue
        ends = [line(group.get(f"{end}_framework_urn")) for end in ("source", "target")]
        if not all(ends):
            notes.fault(where(path), "needs source_framework_urn and target_framework_urn")
            continue
        mappings = group.get("requirement_mappings")
        if not isinstance(mappings, list):
            notes.fault(where((*path, "requirement_mappings")), "must be a list")
            continue
        for number, pair in enumerate(mappings):
            here = (*path, "requirement_mappings", number)
            if made := _pair(pair, ends, here, notes, where):
                yield made


def said_of_sets(
    objects: dict[str, Any], notes: Notes, where: Where, *, is_kept: bool
) -> list[dict[str, Any]]:
    """Texts of the mapping sets beside their relations: kept by a checklist, else lost."""
    found = []
    note = notes.keep if is_kept else notes.lose
    for path, group in _sets(objects, Notes(), where):
        if isinstance(group, dict):
            rest = {k: v for k, v in group.items() if k != "requirement_mappings"}
            for name in (name for name in rest if name not in ENDS):
                note(where((*path, name)), f"{str(name)[:60]} of a mapping set")
            found.append(rest)
    return found


def _sets(objects: dict[str, Any], notes: Notes, where: Where) -> Iterator[tuple[Path, Any]]:
    for name in ("requirement_mapping_set", "requirement_mapping_sets"):
        found = objects.get(name) or []
        if isinstance(found, list):
            for at, group in enumerate(found):
                yield ("objects", name, at), group
        elif isinstance(found, dict):
            yield ("objects", name), found
        else:
            notes.fault(where(("objects", name)), "must be a list or a mapping")


def _pair(pair: Any, ends: list[str], path: Path, notes: Notes, where: Where) -> dict[str, str] | None:
    if not isinstance(pair, dict):
        notes.fault(where(path), "must be a mapping")
        return None
    for name in (name for name in pair if name not in PAIR):
        words = f"{str(name)[:60]} of a relation"
        notes.lose(where((*path, name)), words)
    said = line(pair.get("relationship"))
    if not said:
        notes.fault(
            where((*path, "relationship")),
            f"relationship must be one of {', '.join(RELATIONS)}, as text",
        )
        return None
    if said == "not_related":
        notes.lose(where(path), "“not_related” is not a relation")
        return None
    if said not in RELATIONS:
        known = ", ".join(RELATIONS)
        notes.fault(where((*path, "relationship")), f"“{said[:40]}” is not one of {known}")
        return None
    relation, words, back = RELATIONS[said]
    strength = line(pair.get("strength_of_relationship"))
    reason = [line(pair.get("rationale")), line(pair.get("annotation"))]
    reason.append(f"strength {strength}" if strength else "")
    return {
        "place": where(path),
        "a_checklist": framework_key(ends[0]),
        "a": line(pair.get("source_requirement_urn")).lower(),
        "b_checklist": framework_key(ends[1]),
        "b": line(pair.get("target_requirement_urn")).lower(),
        "relation": relation,
        "words": words,
        "back": back,
        "reason": title("; ".join(filter(None, reason)), 300) or f"Stated by the library as “{said}”.",
    }
