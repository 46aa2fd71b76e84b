"""The rules in a CISO Assistant library that decide which questions are asked and scored. Pure.

Nothing here acts on them (see ``ciso``), so whoever imports the file reads which questions
each is about, and what it says there.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from compliance.content.foreign_formats.ciso_words import IDLE, name_of
from compliance.content.formats.findings import Notes, Path, Where
from compliance.content.formats.short_names import line

Rule = tuple[Path, str, dict[str, Any]]
"""Where a rule's holder stands, the name of the rule, and the holder."""


def note_rules(
    rules: Sequence[Rule],
    asked: Mapping[Path, dict[str, Any]],
    framework: dict[str, Any],
    notes: Notes,
    where: Where,
) -> None:
    """Note each rule with the question it is about, by the key that it has here.

    ``asked`` has the question that was made of each place in the file.
    """
    here = _Here(asked, framework)
    for path, name, holder in rules:
        said = here.said(name, holder[name])
        about = here.about(path, holder)
        which = f"{about}: {said}" if said else about
        notes.idle(where((*path, name)), IDLE[name], which)


class _Here:
    """The names that keys and people know for what a rule names by its URN."""

    def __init__(self, asked: Mapping[Path, dict[str, Any]], framework: dict[str, Any]) -> None:
        self._asked = asked
        self._keys: dict[str, str] = {}
        self._labels: dict[str, str] = {}
        for question in asked.values():
            source = question["extra"]["ciso"]
            self._keys[line(source.get("urn")).lower()] = question["key"]
            for choice in _dicts(source.get("choices")):
                self._labels[line(choice.get("urn")).lower()] = line(choice.get("value"))
        self._groups = {
            line(group.get("ref_id")): line(group.get("name"))
            for group in _dicts(framework.get("implementation_groups_definition"))
        }

    def about(self, path: Path, holder: dict[str, Any]) -> str:
        """The question that holds a rule, with the choice; a chapter by its name."""
        if question := self._asked.get(path):
            return str(question["key"])
        if question := self._asked.get(path[:-2]):
            return f"{question['key']}, “{line(holder.get('value'))}”"
        return name_of(holder)

    def said(self, name: str, value: Any) -> str:
        """The meaning of a rule in words; "" where its form is unknown."""
        if name == "depends_on":
            return self._condition(value) if isinstance(value, dict) else ""
        if name == "add_score":
            return line(value)
        found = [line(one) for one in value] if isinstance(value, list) else []
        return ", ".join(self._groups.get(one) or one for one in found)

    def _condition(self, rule: dict[str, Any]) -> str:
        urn = line(rule.get("question"))
        other = self._keys.get(urn.lower(), urn)
        answers = rule.get("answers")
        named = [line(one) for one in answers] if isinstance(answers, list) else []
        labels = [f"“{self._labels.get(one.lower()) or one}”" for one in named]
        both = " and " if line(rule.get("condition")) == "all" else " or "
        said = f"is {both.join(labels)}" if labels else "is answered"
        return f"there only if {other} {said}" if other else ""


def _dicts(value: Any) -> list[dict[str, Any]]:
    found = value if isinstance(value, list) else []
    return [one for one in found if isinstance(one, dict)]
