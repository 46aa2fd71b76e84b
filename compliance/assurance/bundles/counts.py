"""Counts of a bundle, so that a missing part shows. Pure."""

from collections.abc import Iterable
from typing import Any


def counts_of(rows: dict[str, Any], events: Iterable[int]) -> dict[str, int]:
    """The counts of ``bundle.json``; ``events`` are the lengths of its trails."""
    answers = rows["answers"]
    return {
        "answers": len(answers),
        "archived": sum(answer["archived_at"] is not None for answer in answers),
        "comments": sum(len(answer["comments"]) for answer in answers),
        "actions": len(rows["actions"]),
        "evidence": len(rows["evidence"]),
        "files": len({row["sha256"] for row in rows["evidence"] if row["sha256"]}),
        "people": len(rows["people"]),
        "editions": len(rows["editions"]),
        "events": sum(events),
    }
