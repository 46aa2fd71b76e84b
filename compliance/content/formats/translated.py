"""Translations as files have them: a text alone, or with its mark where it is stale. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from compliance.content.checklists.translations import (
    Text,
    Texts,
    is_there,
    mark,
    of_edition,
    of_fact,
    of_question,
    of_section,
)
from compliance.content.formats.findings import Path


@dataclass(slots=True)
class Settling:
    """Translations of a document that was read, made whole; ``lost`` has what cannot be kept.

    A file may give a text alone, made from the text as it stands, or with its mark.
    """

    lost: list[tuple[Path, str]] = field(default_factory=list)

    def settle(self, document: dict[str, Any], title: str, summary: str) -> None:
        """Change the document in place."""
        edition = document["edition"]
        used = set(edition.get("translations") or {})
        texts = of_edition(edition, title, summary)
        own = self._part(edition, texts, ("edition",))
        for at, fact in enumerate(document["facts"]):
            used |= self._part(fact, of_fact(fact), ("facts", at)).keys()
        for s, section in enumerate(document["sections"]):
            path = ("sections", s)
            used |= self._part(section, of_section(section), path).keys()
            for q, asked in enumerate(section["questions"]):
                here = (*path, "questions", q)
                used |= self._part(asked, of_question(asked), here).keys()
        if used:
            edition["translations"] = {code: own.get(code, {}) for code in sorted(used)}

    def _part(self, values: dict[str, Any], texts: Texts, path: Path) -> dict[str, Any]:
        given = values.pop("translations", None) or {}
        found: dict[str, Any] = {}
        for code, words in given.items():
            for name, value in words.items():
                if not is_there(texts, name):
                    reason = f"there is no {name[:60]} to translate"
                    self.lost.append(((*path, "translations", code, name), reason))
                else:
                    found.setdefault(code, {})[name] = _whole(value, texts[name])
        if found:
            values["translations"] = found
        return found


def _whole(value: Any, source: Text) -> dict[str, Any]:
    given = value if isinstance(value, dict) else {"text": value}
    text = given["text"]
    if isinstance(source, list) and isinstance(text, str):
        text = [line for line in text.split("\n") if line.strip()]
    elif isinstance(source, str) and isinstance(text, list):
        text = "\n".join(text)
    return {"text": text, "of": given.get("of") or mark(source)}


def brief(texts: Texts, words: Mapping[str, Any]) -> dict[str, Any]:
    """The translations of a part in one language as files have them, in reading order.

    A text alone where it is up to date, with its mark where it is stale.
    """
    return {
        name: words[name]["text"] if words[name]["of"] == mark(text) else dict(words[name])
        for name, text in texts.items()
        if name in words and is_there(texts, name)
    }
