"""Changes since a signature, by name. Pure.

Names of people and of the organisation, places in lists, citations and what other
assessments say are labels: they may change without a word of what was signed.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from compliance.work.assessments.answer_fields import ANSWER_FIELDS
from compliance.work.assessments.detail_fields import DETAILS
from compliance.work.signatures.material import ACTION, EVIDENCE
from compliance.work.snapshots.content import Content, Line, Proof, Task

_LINE = {"title": "question", "text": "question", "weight": "weight"}
_LINE |= {field.column: field.label for field in ANSWER_FIELDS if field.material}
_HEAD = {"edition_hash": "edition"}
_HEAD |= {field.column: field.label for field in DETAILS if field.material} | {"facts": "facts"}


@dataclass(frozen=True, slots=True)
class Changed:
    """A question, piece of evidence or action, and what of it is not as it was signed."""

    name: str
    what: str

    def __str__(self) -> str:
        return f"{self.name}: {self.what}"

    @property
    def words(self) -> list[str]:
        """Each of the words for what changed, for another language."""
        return self.what.split(", ")


def differences(signed: Content, now: Content, *, handed: Collection[int] | None = None) -> list[Changed]:
    """Everything that matters and is not as it was signed, in reading order.

    ``handed`` are the numbers of actions that went to another owner: with others only
    the owner's name has changed. Without it every other name is another owner.
    """
    found = [Changed("Assessment", what) for what in _fields(_HEAD, signed, now)]
    found += _lines(signed.lines, now.lines)
    found += _lines(signed.archived, now.archived)
    found += _proofs(signed, now)
    found += _tasks(signed, now, handed)
    return found


def without_people(content: Content) -> Any:
    """All that a content says but the names of people, to compare by.

    Those are what a field called ``owner``, ``author`` or ``…_by`` holds.
    """
    return _without_people(asdict(content))


def _without_people(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _without_people(v) for k, v in value.items() if not _is_person(k)}
    if isinstance(value, list | tuple):
        return [_without_people(one) for one in value]
    return value


def _is_person(name: str) -> bool:
    return name in {"owner", "author"} or name.endswith("_by")


def _fields(names: dict[str, str], old: object, new: object) -> list[str]:
    """The words for fields that differ, each once."""
    differing = (word for name, word in names.items() if _value(old, name) != _value(new, name))
    return list(dict.fromkeys(differing))


def _value(one: object, name: str) -> Any:
    return one.value_of(name) if isinstance(one, Line | Content) else getattr(one, name)


def _lines(old: Iterable[Line], new: Iterable[Line]) -> Iterator[Changed]:
    before = {line.key: line for line in old}
    after = {line.key: line for line in new}
    for key in {**before, **after}:
        if key not in after:
            yield Changed(key, "taken out")
        elif key not in before:
            yield Changed(key, "added")
        elif what := _of_line(before[key], after[key]):
            yield Changed(key, ", ".join(what))


def _of_line(old: Line, new: Line) -> list[str]:
    what = _fields(_LINE, old, new)
    if _names(old.proofs) != _names(new.proofs):
        what.append("evidence")
    if [one.number for one in old.tasks] != [one.number for one in new.tasks]:
        what.append("actions")
    if [one.text for one in old.remarks] != [one.text for one in new.remarks]:
        what.append("comments")
    return what


def _names(proofs: Iterable[Proof]) -> list[tuple[str, str, str]]:
    """A piece of evidence by its identity, whatever its name is now."""
    return sorted((one.sha256, one.url, one.file_name) for one in proofs)


def _proofs(signed: Content, now: Content) -> Iterator[Changed]:
    """Changes of each piece that was in use then and is now.

    Pieces that came or went are listed with the questions. A piece is known by what it
    is and when it was received; of several alike, the ones called the same belong
    together.
    """
    left: dict[tuple[object, ...], list[Proof]] = {}
    for one in now.proofs:
        left.setdefault(_piece(one), []).append(one)
    for old in signed.proofs:
        alike = left.get(_piece(old), [])
        if not alike:
            continue
        new = next((one for one in alike if one.title == old.title), alike[0])
        alike.remove(new)
        if what := _fields(EVIDENCE, old, new):
            yield Changed(old.title, ", ".join(what))


def _piece(one: Proof) -> tuple[object, ...]:
    return one.sha256, one.url, one.file_name, one.received_at


def _tasks(signed: Content, now: Content, handed: Collection[int] | None) -> Iterator[Changed]:
    after = {task.number: task for task in now.tasks}
    for old in signed.tasks:
        new: Task | None = after.get(old.number)
        if new and handed is not None and old.number not in handed:
            new = replace(new, owner=old.owner)
        if new and (what := _fields(ACTION, old, new)):
            yield Changed(f"{old.code} {old.title}", ", ".join(what))
