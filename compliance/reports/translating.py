"""What an edition says in the language of a report: printed, and no part of the hash."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from compliance.checklists.models import Edition
from compliance.checklists.translations import Said, said
from compliance.reviews.content import Content, Line, Section


@dataclass(frozen=True, slots=True)
class Words:
    """Texts of an edition by place and name: ``("question", "G001", "text")``."""

    original: str
    found: Mapping[tuple[str, str, str], Said]

    def told(self, place: str, key: str, name: str, text: str) -> str:
        """The text of a place in the language of the report, else as it is."""
        one = self.found.get((place, key, name))
        return str(one.text) if one else text

    def language(self, key: str) -> str:
        """The language in which a question is printed."""
        one = self.found.get(("question", key, "text"))
        return one.language if one else self.original


AS_WRITTEN = Words("en", {})
"""Nothing is translated."""


def words_of(edition: Edition, language: str) -> Words:
    """What is translated of sections and questions, in two queries; nothing where the
    edition is in that language already. A translation of another wording is left out.
    """
    found: dict[tuple[str, str, str], Said] = {}
    if edition.language == language:
        return Words(edition.language, found)
    asked = {"wanted": language, "original": edition.language}
    for section in edition.sections.all():
        one = said("title", section.title, section.translations, **asked)
        _keep(found, ("section", str(section.position), "title"), one, language)
    for question in edition.questions.only("key", "title", "text", "translations"):
        for name in ("title", "text"):
            text = getattr(question, name)
            one = said(name, text, question.translations, **asked)
            _keep(found, ("question", question.key, name), one, language)
    return Words(edition.language, found)


def _keep(
    found: dict[tuple[str, str, str], Said],
    place: tuple[str, str, str],
    one: Said,
    language: str,
) -> None:
    if one.language == language and not one.is_stale:
        found[place] = one


def in_words(content: Content, words: Words) -> Content:
    """The same content for printing, in those words; its hash is another one."""
    if not words.found:
        return content
    return replace(
        content,
        sections=tuple(_section(one, words) for one in content.sections),
        archived=tuple(_line(one, words) for one in content.archived),
    )


def _section(section: Section, words: Words) -> Section:
    title = words.told("section", str(section.number), "title", section.title)
    lines = tuple(_line(line, words) for line in section.lines)
    return Section(section.number, title, lines)


def _line(line: Line, words: Words) -> Line:
    return replace(
        line,
        title=words.told("question", line.key, "title", line.title),
        text=words.told("question", line.key, "text", line.text),
    )
