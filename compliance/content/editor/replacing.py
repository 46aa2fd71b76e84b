"""Words found and replaced in every text of a question. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

TEXTS = {
    "title": "Short name",
    "text": "Question",
    "how_to_check": "How to check",
    "when_partly": "When partly",
    "common_mistake": "Common mistake",
    "remedy": "Remedy",
    "background": "Background",
}
LISTS = {"good": "A good answer shows", "evidence_hints": "Evidence"}
CHOICE = ("label", "help")
MAY_BE_EMPTY = {
    "how_to_check",
    "when_partly",
    "common_mistake",
    "remedy",
    "background",
    "help",
}
LONGEST = {"title": 60, "label": 200}


@dataclass(frozen=True, slots=True)
class Hit:
    """A text with the words in it: the question, what it is called, before and after."""

    key: str
    label: str
    before: str
    after: str
    name: str = ""

    @property
    def fault(self) -> str:
        """Why the text cannot be what it would become, or ""."""
        most = LONGEST.get(self.name)
        if most and len(self.after) > most:
            return f"{self.label} would have {len(self.after)} characters; {most} fit"
        if self.name not in MAY_BE_EMPTY and not self.after.strip():
            return f"{self.label} would be empty"
        return ""


def hits(question: Mapping[str, Any], find: str, put: str) -> Iterator[Hit]:
    """Every text of a question that has the words, as written."""
    for name, label, text in _texts(question):
        if find in text:
            after = text.replace(find, put)
            yield Hit(question["key"], label, text, after, name)


def _texts(question: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for name, label in TEXTS.items():
        yield name, label, question[name]
    for name, label in LISTS.items():
        for text in question[name]:
            yield name, label, text
    for choice in question["choices"]:
        for name in CHOICE:
            yield name, "Choice", choice[name]


def replaced(question: Mapping[str, Any], find: str, put: str) -> dict[str, Any]:
    """The fields that differ once the words are replaced."""
    now: dict[str, Any] = {n: question[n].replace(find, put) for n in TEXTS}
    now |= {n: [text.replace(find, put) for text in question[n]] for n in LISTS}
    now["choices"] = [
        choice | {name: choice[name].replace(find, put) for name in CHOICE} for choice in question["choices"]
    ]
    return {name: value for name, value in now.items() if value != question[name]}
