"""The crosswalk of the library, and what is said about its content."""

from collections.abc import Callable
from typing import Any

from compliance.content.checklists.events import (
    CROSSWALK_ADDED,
    CROSSWALK_SET,
    FRAMEWORKS_SET,
    NOTICES_SET,
)
from compliance.content.checklists.models import (
    Checklist,
    Clause,
    Framework,
    Mapping,
    Notice,
    Relation,
)
from compliance.proof.audit import trail
from compliance.proof.audit.chain import canonical, digest
from compliance.proof.audit.models import LIBRARY
from compliance.proof.audit.refusals import RefusedError
from compliance.proof.audit.rows import inserted
from compliance.proof.audit.storing import difference
from compliance.proof.audit.transaction import writing

BROUGHT_IN = "IN-"
"""How the codes of relations begin that no seed has."""


@writing()
def store_relations(*, by: Any, pairs: list[dict[str, Any]]) -> bool:
    """Make the crosswalk of the library what ``pairs`` says. Whether anything changed.

    A pair has the fields of a relation, its checklists as keys. Relations that were
    imported stay, but for those between the same questions.
    """
    rows = _relations(pairs)
    ends = {row.ends for row in rows}
    kept = [
        row
        for row in Relation.objects.select_related("a_checklist", "b_checklist")
        if not row.code.startswith(BROUGHT_IN) or row.ends in ends
    ]
    return _replaced(by, CROSSWALK_SET, kept, rows, _relation)


@writing()
def add_relations(*, by: Any, pairs: list[dict[str, Any]]) -> int:
    """Add relations to the crosswalk of the library; how many were not there yet.

    A pair has the fields of a relation but its code. A relation that joins two
    questions already, from either side, stays as it is.
    """
    standing = {row.ends for row in Relation.objects.all()}
    rows = []
    for row in _relations(pairs):
        if row.ends not in standing:
            standing.add(row.ends)
            name = digest(canonical(sorted(map(list, row.ends))))
            row.code = f"{BROUGHT_IN}{name[:12]}"
            rows.append(row)
    if not rows:
        return 0
    inserted(Relation.objects.bulk_create(rows))
    trail.record(
        by=by,
        organisation_id=LIBRARY,
        action=CROSSWALK_ADDED,
        subject=Relation(pk=0),  # the whole of it, which has no row
        after={"added": len(rows), "first": str(rows[0])},
    )
    return len(rows)


def _relations(pairs: list[dict[str, Any]]) -> list[Relation]:
    owners = {row.key: row for row in Checklist.objects.filter(organisation=None)}
    names = ("a_checklist", "b_checklist")
    if missing := sorted({pair[end] for pair in pairs for end in names} - owners.keys()):
        msg = f"{missing[0]} is not a checklist of the library"
        raise RefusedError(msg)
    return [Relation(**pair | {n: owners[pair[n]] for n in names}) for pair in pairs]


def _relation(row: Relation) -> tuple[str, dict[str, Any]]:
    names = ("a", "b", "relation", "words", "back", "reason")
    return row.code, {name: getattr(row, name) for name in names}


@writing()
def store_notices(*, by: Any, notices: list[dict[str, Any]]) -> bool:
    """Make what is said about the content what ``notices`` says. Whether it changed.

    A notice has ``kind``, ``title``, ``text``, ``url`` and ``checked_on``.
    """
    rows = [Notice(position=at, **notice) for at, notice in enumerate(notices, 1)]
    return _replaced(by, NOTICES_SET, list(Notice.objects.all()), rows, _notice)


@writing()
def store_frameworks(*, by: Any, frameworks: list[dict[str, Any]]) -> bool:
    """Make the framework identifiers what ``frameworks`` says. Whether anything changed.

    A framework has ``key``, ``name``, ``note`` and ``clauses``; a clause ``id``, ``before``
    and the keys of questions, each mapped to its checklist: ``full`` and ``partial``.
    """
    if _frameworks() == frameworks:
        return False
    Framework.objects.all().delete()
    owners = {row.key: row for row in Checklist.objects.filter(organisation=None)}
    mappings: list[Mapping] = []
    for position, entry in enumerate(frameworks, 1):
        values = {name: entry[name] for name in ("key", "name", "note")}
        framework = Framework.objects.create(position=position, **values)
        clauses = inserted(
            Clause.objects.bulk_create(
                Clause(
                    framework=framework,
                    identifier=part["id"],
                    before=part["before"],
                    position=at,
                )
                for at, part in enumerate(entry["clauses"], 1)
            )
        )
        mappings += [
            Mapping(clause=clause, checklist=owners[owner], key=key, is_full=full)
            for clause, part in zip(clauses, entry["clauses"], strict=True)
            for full, name in ((True, "full"), (False, "partial"))
            for key, owner in part[name].items()
        ]
    inserted(Mapping.objects.bulk_create(mappings))
    trail.record(
        by=by,
        organisation_id=LIBRARY,
        action=FRAMEWORKS_SET,
        subject=Framework(pk=0),  # all of them, which have no row
        after={
            "frameworks": [entry["key"] for entry in frameworks],
            "mappings": len(mappings),
            "sha256": digest(canonical(frameworks)),
        },
    )
    return True


def _frameworks() -> list[dict[str, Any]]:
    """The frameworks as they stand, in the shape that ``store_frameworks`` takes."""
    rows = Framework.objects.prefetch_related("clauses__mappings__checklist")
    return [
        {
            "key": row.key,
            "name": row.name,
            "note": row.note,
            "clauses": [
                {
                    "id": clause.identifier,
                    "before": clause.before,
                    "full": _keys(clause, full=True),
                    "partial": _keys(clause, full=False),
                }
                for clause in row.clauses.all()
            ],
        }
        for row in rows
    ]


def _keys(clause: Clause, *, full: bool) -> dict[str, str]:
    rows = (row for row in clause.mappings.all() if row.is_full == full)
    return {row.key: row.checklist.key for row in rows}


def _notice(row: Notice) -> tuple[str, dict[str, Any]]:
    day = row.checked_on and row.checked_on.isoformat()
    values = {name: getattr(row, name) for name in ("text", "url", "position")}
    return f"{row.kind}: {row.title}", values | {"checked_on": day}


def _replaced[Row: (Relation, Notice)](
    by: Any,
    action: str,
    kept: list[Row],
    rows: list[Row],
    keyed: Callable[[Row], tuple[str, dict[str, Any]]],
) -> bool:
    """Put rows in the place of those kept, with one event; False when all stood so."""
    before, after = dict(map(keyed, kept)), dict(map(keyed, rows))
    if before == after:
        return False
    table = type((kept or rows)[0])
    table.objects.filter(pk__in=[row.pk for row in kept]).delete()
    inserted(table.objects.bulk_create(rows))
    both = [name for name in after if before.get(name, after[name]) != after[name]]
    trail.record(
        by=by,
        organisation_id=LIBRARY,
        action=action,
        subject=table(pk=0),  # the whole of it, which has no row
        before={
            "rows": {name: difference(before[name], after[name]) for name in both}
            | {name: before[name] for name in before.keys() - after.keys()}
        },
        after={
            "rows": {name: difference(after[name], before[name]) for name in both},
            "added": [name for name in after if name not in before],
        },
    )
    return True
