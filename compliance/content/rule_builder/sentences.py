"""Sentences for gates and for the consequences of facts."""

from datetime import date
from typing import Any

from compliance.content.applicability.choices import Effect
from compliance.content.applicability.rules import sentence
from compliance.content.checklists import content
from compliance.content.checklists.models import Edition, Fact


def gates_in_words(edition: Edition) -> list[dict[str, Any]]:
    """The gates with their rows in words."""
    words = content.fact_words(edition.facts.all())
    return [
        gate
        | {
            "sentences": [
                row
                | {
                    "when": sentence(row["when"], words) if "when" in row else "",
                    "day": date.fromisoformat(row["from"]) if "from" in row else None,
                    "effect": Effect(row["effect"]).label,
                }
                for row in gate["rows"]
            ]
        }
        for gate in edition.gates or ()
    ]


def implied_in_words(fact: Fact, facts: list[Fact]) -> list[dict[str, str]]:
    """The implications of a fact: when, the other fact with its answer, and why."""
    words = content.fact_words(facts)
    found = []
    for entry in fact.implies or ():
        other = words.get(entry["fact"])
        answer = other.choices.get(entry["value"]) if other else None
        found.append(
            {
                "when": sentence(entry["when"], words) if entry.get("when") else "",
                "fact": other.label if other else entry["fact"],
                "answer": answer or entry["value"],
                "because": entry["because"],
            }
        )
    return found
