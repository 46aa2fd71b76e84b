"""Relations of a file between questions that are here or come with it."""

from typing import Any

from compliance.content.checklists.models import Checklist
from compliance.content.formats.findings import Found, Note, clipped
from compliance.identity.organisations.models import Organisation


def pairs_in(found: Found, organisation: Organisation | None) -> tuple[list[dict[str, str]], list[Note]]:
    """Relations between questions of the library, and those that find no question."""
    if not found.pairs:
        return [], []
    if organisation:
        words = f"{len(found.pairs):,} relations belong to the library's crosswalk"
        return [], [Note("the file", words)]
    names = {pair[end] for pair in found.pairs for end in ("a_checklist", "b_checklist")}
    keys = {name: _keys_of(name, found) for name in names}
    made, lost = [], []
    for pair in found.pairs:
        ends = {e: keys[pair[f"{e}_checklist"]].get(pair[e]) for e in ("a", "b")}
        if missing := [end for end, key in ends.items() if key is None]:
            end = missing[0]
            words = f"{pair[f'{end}_checklist']} has no question {pair[end]} here"
            lost.append(Note(pair["place"], clipped(words, 290)))
        elif pair["a_checklist"] == pair["b_checklist"]:
            words = "joins two questions of one checklist"
            lost.append(Note(pair["place"], words))
        else:
            made.append(pair | {e: str(key) for e, key in ends.items()})
    return made, lost[:200]


def _keys_of(name: str, found: Found) -> dict[str, str]:
    """A framework's names of requirements, mapped to the keys of their questions."""
    if found.document and found.document["checklist"] == name:
        rows = [
            (question["key"], question.get("extra"))
            for section in found.document["sections"]
            for question in section["questions"]
        ]
    else:
        here = Checklist.objects.filter(key=name, organisation=None).first()
        edition = here and here.editions.order_by("-pk").first()
        rows = list(edition.questions.values_list("key", "extra")) if edition else []
    said = ((key, (extra or {}).get("ciso")) for key, extra in rows)
    return {str(of["urn"]).lower(): key for key, of in said if isinstance(of, dict) and "urn" in of}


def row_of(pair: dict[str, str]) -> dict[str, Any]:
    """A relation as ``checklists.actions.add_relations`` takes it."""
    named = {n: v for n, v in pair.items() if n not in {"place", "a", "b"}}
    return named | {"a_key": pair["a"], "b_key": pair["b"]}
