"""Texts of an edition in other languages: which there are, what is missing or stale. Pure.

Each part of a document (the edition, a fact, a section, a question) may have
"translations"::

    {"de": {"title": {"text": "Verzeichnis", "of": "1a2b3c4d5e"}}}

``of`` is the mark of the text it was made from: once that text changes, by whatever way,
the translation is stale, and nobody has to say so. A list has its lines as "text". The
languages of an edition are those that stand in its own translations, empty or not; there
"title" and "summary" are those of the checklist. "choice.KEY.label" is what a choice is
called, "role.KEY" a role; "gate.KEY.title", "gate.KEY.because" and "gate.KEY.2" are the
words of a gate and of its second row, "implies.1" why the first entry follows from a fact.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from compliance.content.applicability.reasons import gate_label, of_gate

Document = Mapping[str, Any]
Text = str | list[str]
Texts = dict[str, Text]
"""Name to text, in the order in which they are read."""
Translations = Mapping[str, Mapping[str, Any]]

ORIGINAL = "en"
"""The language of an edition that names none."""
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")
"""BCP 47: a language, with a script or a region where they tell it apart."""
QUESTION = (
    "title", "text", "good", "how_to_check", "when_partly", "common_mistake",
    "evidence_hints", "remedy", "background",
)  # fmt: skip
LISTS = ("good", "evidence_hints")
LABELS = {
    "title": "Title",
    "summary": "Summary",
    "release_notes": "What changed",
    "subject_label": "Name of the subject",
    "subject_help": "Hint beside it",
    "intro": "Introduction",
    "label": "Label",
    "help": "Hint",
    "text": "Question",
    "good": "A good answer shows",
    "how_to_check": "How to check",
    "when_partly": "When is it “Partly”?",
    "common_mistake": "The usual mistake",
    "evidence_hints": "Usual evidence",
    "remedy": "First step",
    "background": "Background",
    "contested": "Contested",
    "unit": "Unit",
}
ONE_LINE = re.compile(r"title|label|unit|subject_label|role\..*|.*\.(label|title)")
"""Names of texts that stand on one line."""


def language_tag(text: str) -> str:
    """A language as BCP 47 writes it, such as "de", "pt-BR" or "sr-Latn"; else ""."""
    first, *rest = text.strip().replace("_", "-").split("-")
    shaped = [part.title() if len(part) == 4 else part.upper() for part in rest]
    found = "-".join([first.lower(), *shaped])
    return found if LANGUAGE.fullmatch(found) else ""


def mark(text: Text) -> str:
    """A mark of a source text, another one for each text."""
    said = text if isinstance(text, str) else "\n".join(text)
    return sha256(said.encode()).hexdigest()[:10]


def of_edition(edition: Document, title: str, summary: str) -> Texts:
    """The texts of an edition itself, and of its checklist."""
    names = ("release_notes", "subject_label", "subject_help")
    texts: Texts = {"title": title, "summary": summary}
    texts |= {name: edition[name] for name in names}
    texts |= {f"role.{key}": label for key, label in edition["roles"].items()}
    for gate in edition.get("gates") or ():
        texts |= of_gate(gate)
    return texts


def of_section(section: Document) -> Texts:
    """Title and introduction."""
    return {"title": section["title"], "intro": section["intro"]}


def of_question(question: Document) -> Texts:
    """Wording, guidance, unit and choices."""
    texts = words_of(question)
    texts["unit"] = (question["number"] or {}).get("unit", "")
    return texts | _of_choices(question["choices"])


def words_of(question: Document) -> Texts:
    """Wording and guidance alone."""
    return {name: question[name] for name in QUESTION}


def of_fact(fact: Document) -> Texts:
    """Wording and choices, why others follow, and why it is contested."""
    texts: Texts = {name: fact[name] for name in ("label", "text", "help")}
    texts |= _of_choices(fact["choices"])
    for at, entry in enumerate(fact.get("implies") or (), 1):
        texts[f"implies.{at}"] = entry["because"]
    return texts | {"contested": fact.get("contested", "")}


def _of_choices(choices: Iterable[Document]) -> Texts:
    return {
        f"choice.{choice['key']}.{name}": choice.get(name, "")
        for choice in choices
        for name in ("label", "help")
    }


def is_there(texts: Texts, name: str) -> bool:
    """Whether there is a text to translate.

    Title and summary of a checklist may change after an edition of it is final, and its
    content may not: those are always there.
    """
    return bool(texts.get(name)) or (name in texts and name in {"title", "summary"})


def kept(texts: Texts, found: Translations | None) -> dict[str, dict[str, Any]]:
    """The translations whose text is still there; a language without any is left out."""
    named = {
        code: {name: words[name] for name in words if is_there(texts, name)}
        for code, words in (found or {}).items()
    }
    return {code: words for code, words in named.items() if words}


@dataclass(frozen=True, slots=True)
class TranslatedText:
    """A text as it can be said, and the language it came in: for ``lang``."""

    text: Text
    language: str
    is_stale: bool = False


def said(
    name: str,
    text: Text,
    found: Translations | None,
    *,
    wanted: str,
    original: str = ORIGINAL,
) -> TranslatedText:
    """A text in a language, in a wider form of it ("de" for "de-AT"), or as it was written.

    ``found`` are the translations of its part.
    """
    code = wanted
    while code and code != original:
        words = (found or {}).get(code, {}).get(name)
        if words:
            return TranslatedText(words["text"], code, words["of"] != mark(text))
        code = code.rpartition("-")[0]
    return TranslatedText(text, original)


def all_said(
    texts: Texts,
    found: Translations | None,
    *,
    wanted: str,
    original: str = ORIGINAL,
) -> dict[str, TranslatedText]:
    """Every text of a part in a language, each with the language it came in."""
    return {name: said(name, text, found, wanted=wanted, original=original) for name, text in texts.items()}


@dataclass(frozen=True, slots=True)
class Part:
    """Something with texts: its kind, its key, what it is called, texts, translations."""

    kind: str
    key: str
    name: str
    texts: Texts
    found: Translations
    section: str = ""

    def missing(self, language: str) -> list[str]:
        """The texts that have no translation, by name."""
        words = self.found.get(language, {})
        return [name for name, text in self.texts.items() if text and name not in words]

    def stale(self, language: str) -> list[str]:
        """The texts that have changed since they were translated."""
        words = self.found.get(language, {})
        return [
            name
            for name, text in self.texts.items()
            if text and name in words and words[name]["of"] != mark(text)
        ]

    @property
    def total(self) -> int:
        return sum(bool(text) for text in self.texts.values())


def parts(document: Document, title: str, summary: str) -> list[Part]:
    """Every part of a document that has texts, in the order in which they are read."""
    edition = document["edition"]
    texts = of_edition(edition, title, summary)
    found = [Part("edition", "", title, texts, _found(edition))]
    found += [
        Part("fact", fact["key"], fact["label"], of_fact(fact), _found(fact)) for fact in document["facts"]
    ]
    for section in document["sections"]:
        name = section["title"]
        texts = of_section(section)
        found.append(Part("section", section["key"], name, texts, _found(section)))
        found += [
            Part("question", q["key"], q["title"], of_question(q), _found(q), name)
            for q in section["questions"]
        ]
    return found


def _found(values: Document) -> Translations:
    return values.get("translations") or {}


def languages(document: Document) -> list[str]:
    """The languages an edition is translated into."""
    return sorted(document["edition"].get("translations") or {})


def name_languages(document: dict[str, Any]) -> None:
    """Let an edition name every language that a part of it came with."""
    found = {code for part in parts(document, "", "") for code in part.found}
    if found:
        own = document["edition"].get("translations") or {}
        document["edition"]["translations"] = {c: {} for c in sorted(found)} | own


def name_of(name: str, values: Document, _: Callable[[str], str] = str) -> str:
    """The label of a text of a question; a choice by its own label.

    ``_`` says it in another language.
    """
    if not name.startswith("choice."):
        return _(LABELS[name])
    key, field_name = name.removeprefix("choice.").rsplit(".", 1)
    labels = {choice["key"]: choice["label"] for choice in values["choices"]}
    is_hint = field_name == "help"
    pattern = _("Choice “%(label)s”, hint") if is_hint else _("Choice “%(label)s”")
    return pattern % {"label": labels.get(key, key)}


@dataclass(slots=True)
class Progress:
    """How far the translation into a language has come, in texts."""

    language: str
    total: int = 0
    missing: int = 0
    stale: int = 0

    @property
    def done(self) -> int:
        return self.total - self.missing

    @property
    def percent(self) -> int:
        return self.done * 100 // self.total if self.total else 100


def progress(found: Iterable[Part], languages: Iterable[str]) -> list[Progress]:
    """The progress of each language."""
    rows = [Progress(language) for language in languages]
    for part in found:
        for row in rows:
            row.total += part.total
            row.missing += len(part.missing(row.language))
            row.stale += len(part.stale(row.language))
    return rows


def written(
    texts: Texts,
    found: Translations,
    language: str,
    typed: Texts,
    still: Collection[str] = (),
) -> dict[str, Any]:
    """The translations of a part with what was typed for a language; without what is empty.

    An unchanged text keeps its mark, so it stays stale if it was, unless ``still`` says
    that it fits.
    """
    was = found.get(language, {})
    words = dict(was)
    for name, text in typed.items():
        if not text:
            words.pop(name, None)
        elif name in still or name not in was or was[name]["text"] != text:
            words[name] = {"text": text, "of": mark(texts[name])}
    rest = {code: part for code, part in found.items() if code != language}
    return rest | ({language: words} if words else {})


def united(base: Any, theirs: Any, ours: Any) -> dict[str, dict[str, Any]]:
    """Translations of both sides: ours where we changed one since ``base``, else theirs."""
    base, theirs, ours = base or {}, theirs or {}, ours or {}
    found: dict[str, dict[str, Any]] = {}
    for code in {**theirs, **ours}:
        was, new, own = base.get(code, {}), theirs.get(code, {}), ours.get(code, {})
        for name in {**new, **own}:
            is_ours = own.get(name) != was.get(name)
            value = own.get(name) if is_ours or name not in new else new[name]
            if value is not None:
                found.setdefault(code, {})[name] = value
    return found


def anew(old: Document, new: Document) -> Iterator[tuple[str, int, int]]:
    """Language, and how many texts of an edition are translated anew, and no more."""
    before, after = _flat(old), _flat(new)
    for code in sorted({*before, *after}):
        was, now = before.get(code, {}), after.get(code, {})
        changed = sum(was.get(place) != text for place, text in now.items())
        gone = len(was.keys() - now.keys())
        if changed or gone:
            yield code, changed, gone


def _flat(document: Document) -> dict[str, dict[tuple[str, str, str], Any]]:
    found: dict[str, dict[tuple[str, str, str], Any]] = {}
    for part in parts(document, "", ""):
        for code, words in part.found.items():
            texts = found.setdefault(code, {})
            for name, value in words.items():
                texts[part.kind, part.key, name] = value["text"]
    return found


def labels_of(part: Part) -> dict[str, str]:
    """Labels of each text of a part; a choice or role by its own label."""
    found = {}
    for name in part.texts:
        kind, _, rest = name.partition(".")
        if kind == "role":
            found[name] = "Role"
        elif kind == "choice":
            hint = rest.endswith(".help")
            label = part.texts[name.removesuffix("help") + "label"] if hint else ""
            found[name] = f"Hint of “{label}”" if hint else "Choice"
        elif kind == "gate":
            found[name] = gate_label(rest, part.texts)
        elif kind == "implies":
            found[name] = f"Why entry {rest} follows"
        elif name == "title" and part.kind == "question":
            found[name] = "Short name"
        else:
            found[name] = LABELS[name]
    return found
