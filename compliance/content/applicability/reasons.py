"""The texts of gates and of what follows from facts: what reasons hand on. Pure."""

from collections.abc import Callable, Mapping
from typing import Any

Document = Mapping[str, Any]
Texts = dict[str, str | list[str]]


def of_gate(gate: Document) -> Texts:
    """The texts of a gate that reasons hand on, by name."""
    place = f"gate.{gate['key']}"
    texts: Texts = {f"{place}.{name}": gate[name] for name in ("title", "because")}
    rows = enumerate(gate["rows"], 1)
    return texts | {f"{place}.{at}": row["because"] for at, row in rows}


def gate_in(gate: Document, put: Callable[[str, str], str]) -> dict[str, Any]:
    """A gate with each text that reasons hand on as ``put`` says it, by name and text."""
    texts = {name: put(name, str(text)) for name, text in of_gate(gate).items()}
    place = f"gate.{gate['key']}"
    return {
        **gate,
        "title": texts[f"{place}.title"],
        "because": texts[f"{place}.because"],
        "rows": [{**row, "because": texts[f"{place}.{at}"]} for at, row in enumerate(gate["rows"], 1)],
    }


def fact_in(fact: Document, put: Callable[[str, str], str]) -> dict[str, Any]:
    """A fact with each text that reasons hand on as ``put`` says it, by name and text."""
    entries = enumerate(fact.get("implies") or (), 1)
    return {
        **fact,
        "contested": put("contested", fact.get("contested", "")),
        "implies": [{**entry, "because": put(f"implies.{at}", entry["because"])} for at, entry in entries],
    }


def gate_label(rest: str, texts: Texts) -> str:
    """The label of a text of a gate: "scope.2" is why its second row is so."""
    key, _, name = rest.rpartition(".")
    if name == "title":
        return "Gate"
    gate = f"gate “{texts[f'gate.{key}.title']}”"
    return f"Why there is the {gate}" if name == "because" else f"Row {name} of the {gate}"
