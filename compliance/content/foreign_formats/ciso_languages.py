"""Translations in a library file of CISO Assistant, as those of a document. Pure.

Each node, question, choice and framework may have "translations": language to the same
fields in that language. They are laid over the original and read as it is read, so that a
title made of number and name is one in every language.
"""

from collections.abc import Callable, Iterator
from typing import Any

from compliance.content.checklists.translations import ORIGINAL, language_tag
from compliance.content.formats.short_names import line

FIELDS = {
    "name", "description", "annotation", "typical_evidence", "text", "value",
}  # fmt: skip
Translated = dict[str, dict[str, Any]]
"""Language, name of a text, text."""


def original_of(library: dict[str, Any]) -> str:
    """The language that a library is written in."""
    return language_tag(line(library.get("locale"))) or ORIGINAL


def languages_of(holder: dict[str, Any], original: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each language other than the original, and its fields that are texts."""
    found = holder.get("translations")
    for name, words in found.items() if isinstance(found, dict) else ():
        code = language_tag(str(name))
        if code and code != original and isinstance(words, dict):
            yield code, {k: v for k, v in words.items() if k in FIELDS and line(v)}


def said_of(holder: dict[str, Any], original: str, derive: Callable[[dict[str, Any]], Any]) -> Translated:
    """The result of ``derive`` for the holder in each language, where it differs."""
    as_written = derive(holder)
    found: Translated = {}
    for code, words in languages_of(holder, original):
        now = derive(holder | words)
        if new := {n: v for n, v in now.items() if v and v != as_written[n]}:
            found[code] = new
    return found


def not_taken(holder: dict[str, Any], original: str) -> list[str]:
    """Translations that no text here can hold, in words."""
    found = holder.get("translations")
    if found is None:
        return []
    if not isinstance(found, dict):
        return ["translations"]
    rest = []
    for name, words in found.items():
        code = language_tag(str(name))
        if not code or code == original or not isinstance(words, dict):
            rest.append(f"translations into {str(name)[:20]}")
        else:
            rest += [f"translations of {str(k)[:40]}" for k in words.keys() - FIELDS]
    return rest


def together(found: Translated, more: Translated) -> Translated:
    """Both, language by language."""
    return {c: found.get(c, {}) | more.get(c, {}) for c in {**found, **more}}
