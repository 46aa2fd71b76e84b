"""Checks of the framework files, and their contents once all files are read."""

from collections.abc import Iterator
from typing import Any

from compliance.operations.seeds.loader import Fault, Seeds


def framework_faults(seeds: Seeds, *, whole: bool) -> Iterator[Fault]:
    """Faults of ``frameworks/``; its links only where every file could be read."""
    owners = _owners(seeds)
    files: dict[str, str] = {}
    for source in seeds.frameworks:
        key = source.content.framework.key
        if key in files:
            yield source.fault(("framework", "key"), f"is already in {files[key]}")
        files[key] = source.file
        ids: set[str] = set()
        for at, clause in enumerate(source.content.clauses):
            if clause.id in ids:
                yield source.fault(("clauses", at, "id"), "appears twice")
            ids.add(clause.id)
            for name in ("full", "partial") if whole else ():
                for to, question in enumerate(getattr(clause, name)):
                    if question not in owners:
                        path = ("clauses", at, name, to)
                        yield source.fault(path, f"{question} is not a question")


def frameworks_of(seeds: Seeds) -> list[dict[str, Any]]:
    """The frameworks as ``checklists.actions.store_frameworks`` takes them."""
    owners = _owners(seeds)
    return [
        source.content.framework.model_dump()
        | {
            "clauses": [
                {
                    "id": clause.id,
                    "before": clause.before or "",
                    "full": {key: owners[key] for key in sorted(clause.full)},
                    "partial": {key: owners[key] for key in sorted(clause.partial)},
                }
                for clause in source.content.clauses
            ]
        }
        for source in seeds.frameworks
    ]


def _owners(seeds: Seeds) -> dict[str, str]:
    """Question key to the key of its checklist, older editions included."""
    return {
        question.key: files.head.content.key
        for files in seeds.checklists
        for edition in (files, *files.older)
        for source in edition.sections
        for question in source.content.questions
    }
