"""Relations between requirements in a library file of CISO Assistant. Pure."""

from collections.abc import Iterator
from typing import Any

from compliance.interchange.formats.found import Notes, Path, Where
from compliance.interchange.formats.naming import line, slug, title

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


def pairs_in(
    objects: dict[str, Any], notes: Notes, where: Where
) -> Iterator[dict[str, str]]:
    """Each relation of the mapping sets, as ``Found.pairs`` has it."""
    found = objects.get("requirement_mapping_sets") or []
    if one := objects.get("requirement_mapping_set"):
        found = [one] if isinstance(one, dict) else one
    for at, group in enumerate(found if isinstance(found, list) else []):
        path = ("objects", "requirement_mapping_sets", at)
        if not isinstance(group, dict):
            notes.fault(where(path), "must be a mapping")
            continue
        ends = [line(group.get(f"{end}_framework_urn")) for end in ("source", "target")]
        if not all(ends):
            notes.fault(
                where(path), "needs source_framework_urn and target_framework_urn"
            )
            continue
        mappings = group.get("requirement_mappings")
        for number, pair in enumerate(mappings if isinstance(mappings, list) else []):
            here = (*path, "requirement_mappings", number)
            if made := _pair(pair, ends, here, notes, where):
                yield made


def _pair(
    pair: Any, ends: list[str], path: Path, notes: Notes, where: Where
) -> dict[str, str] | None:
    if not isinstance(pair, dict):
        notes.fault(where(path), "must be a mapping")
        return None
    said = line(pair.get("relationship"))
    if said == "not_related":
        notes.lose(where(path), "“not_related” is no relation")
        return None
    if said not in RELATIONS:
        known = ", ".join(RELATIONS)
        notes.fault(where((*path, "relationship")), f"“{said[:40]}” is none of {known}")
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
        "reason": title("; ".join(filter(None, reason)), 300)
        or f"Stated by the library as “{said}”.",
    }
