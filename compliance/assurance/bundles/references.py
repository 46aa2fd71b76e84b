"""Whether the rows of a bundle name only what it holds, and name all of it. Pure."""

from collections.abc import Iterator
from typing import Any

from compliance.assurance.bundles import layout
from compliance.work.assessments import answer_fields

PEOPLE = frozenset(
    {
        *answer_fields.PEOPLE, "started_by", "author", "resolved_by", "added_by", "created_by", "closed_by", "by", "sent_by", "ended_by",
        "signed_by", "asked_by", "decided_by",
    }
)  # fmt: skip
MANY = ("mentions", "hands")
_NO_ROWS = frozenset({"facts", "value", "earlier", "rests_on", *MANY})


def fault(rows: dict[str, Any], names: set[str]) -> tuple[str, str] | None:
    """The first part that is loose and why; None when all hangs together."""
    words = next(_faults(rows), None)
    return (layout.ROWS, words) if words else next(_loose_parts(rows, names), None)


def unasked(rows: dict[str, Any], documents: list[dict[str, Any]]) -> str:
    """An answer to what its edition does not ask, in words; "" without one."""
    asked = {
        (row["ref"], question["key"])
        for row, document in zip(rows["editions"], documents, strict=True)
        for section in document["sections"]
        for question in section["questions"]
    }
    for at, answer in enumerate(rows["answers"]):
        if (answer["edition"], answer["key"]) not in asked:
            return f"answers.{at}: its edition asks no question {answer['key']}"
    return ""


def _faults(rows: dict[str, Any]) -> Iterator[str]:
    for name, field in (
        ("people", "ref"),
        ("editions", "ref"),
        ("evidence", "id"),
        ("actions", "number"),
    ):
        values = [row[field] for row in rows[name]]
        yield from (f"{name}.{at}: {values[at]} is there twice" for at in _twice(values))
    people = {person["ref"] for person in rows["people"]}
    for place, ref in _named(rows, "rows"):
        if ref not in people:
            yield f"{place}: {ref} is nobody"
    editions = {row["ref"] for row in rows["editions"]}
    if rows["assessment"]["edition"] not in editions:
        yield "assessment: its edition is missing"
    yield from _answer_faults(rows, editions)
    yield from _places(rows)
    yield from _life_faults(rows)


def _places(rows: dict[str, Any]) -> Iterator[str]:
    """Whether what is about answers is about answers of the bundle."""
    count = len(rows["answers"])
    for at, action in enumerate(rows["actions"]):
        if any(place >= count for place in action["answers"]):
            yield f"actions.{at}: is about no answer here"
    for at, review in enumerate(rows["reviews"]):
        if any(check["answer"] >= count for check in review["checks"]):
            yield f"reviews.{at}: is about no answer here"


def _life_faults(rows: dict[str, Any]) -> Iterator[str]:
    """Whether each revision but the last was signed and opened again."""
    revision, status = rows["assessment"]["revision"], rows["assessment"]["status"]
    last = revision if status == "signed" else revision - 1
    if [row["revision"] for row in rows["signoffs"]] != list(range(1, last + 1)):
        yield f"signoffs: are not those of a {status} assessment in revision {revision}"
    approved = [r for r in rows["reopenings"] if r["decision"] == "approved"]
    if sorted(row["revision"] for row in approved) != list(range(1, revision)):
        yield f"reopenings: are not those of an assessment in revision {revision}"
    opened = [row for row in rows["reviews"] if not row["ended"]]
    if len(opened) != (status == "review"):
        yield f"reviews: are not those of a {status} assessment"


def _answer_faults(rows: dict[str, Any], editions: set[str]) -> Iterator[str]:
    proofs = {row["id"] for row in rows["evidence"]}
    keys = [(answer["edition"], answer["key"]) for answer in rows["answers"]]
    yield from (f"answers.{at}: {keys[at][1]} is there twice" for at in _twice(keys))
    for at, answer in enumerate(rows["answers"]):
        if answer["edition"] not in editions:
            yield f"answers.{at}: there is no edition {answer['edition']}"
        for one in answer["attachments"]:
            if one["evidence"] not in proofs:
                yield f"answers.{at}: there is no evidence {one['evidence']}"
    for at, row in enumerate(rows["evidence"]):
        if row["replaces"] and row["replaces"] not in proofs - {row["id"]}:
            yield f"evidence.{at}: replaces what is not there"


def _loose_parts(rows: dict[str, Any], names: set[str]) -> Iterator[tuple[str, str]]:
    files = {row["sha256"] for row in rows["evidence"] if row["sha256"]}
    needed = {f"{layout.EVIDENCE}{sha256}" for sha256 in files}
    needed |= {f"{layout.EDITIONS}{row['ref']}.yaml" for row in rows["editions"]}
    for row in rows["signoffs"]:
        needed.add(layout.signed_content(row["content_hash"]))
        needed.add(layout.signed_rows(row["content_hash"]))
    whose = (layout.EVIDENCE, layout.EDITIONS, layout.SIGNED)
    kept = {n for n in names if n.startswith(whose)}
    yield from ((name, "is missing") for name in sorted(needed - kept))
    yield from ((n, "is not referred to in the bundle") for n in sorted(kept - needed))


def _twice(values: list[Any]) -> Iterator[int]:
    seen: set[Any] = set()
    for at, value in enumerate(values):
        if value in seen:
            yield at
        seen.add(value)


def _named(value: Any, place: str) -> Iterator[tuple[str, str]]:
    """Every person that is named anywhere, with the place."""
    if isinstance(value, dict):
        yield from ((place, value[n]) for n in PEOPLE & value.keys() if value[n])
        yield from ((place, ref) for name in MANY for ref in value.get(name, ()))
    parts = value.items() if isinstance(value, dict) else enumerate(value)
    for name, part in parts:
        if isinstance(part, (dict, list)) and name not in _NO_ROWS:
            yield from _named(part, f"{place}.{name}")
