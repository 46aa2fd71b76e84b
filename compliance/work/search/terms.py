"""Search terms, parsed from anything that a person types; and their places in a text.

Marks are ignored on Latin and Greek letters, capitals nowhere count, and a letter
written as one character equals the same letter written as two (NFC, NFD). Hits of the
databases are checked here, so that both give the same.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from compliance.ground.web.text import searched

WORD_LENGTH = 60
"""Characters of a word that count."""
WINDOW = 160
BEFORE = 50

_MARKS = re.compile("[\u0300-\u036f]")
_WORD = re.compile(r"[^\W_]+")
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff\u2e80-\u312f\u31a0-\u9fff"
    "\uf900-\ufaff\uff66-\uff9f\U0001b000-\U0001b2ff\U00020000-\U0003ffff]"
)
"""Scripts that write words without spaces: Thai, Lao, Tibetan, Khmer, Chinese, ..."""
_OLD = unicodedata.ucd_3_2_0
"""Letters of this age are letters for every database."""


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a text, marked where the search found it."""

    text: str
    is_found: bool = False


Runs = tuple[Run, ...]


class _Folding(dict[int, str]):
    """Character to folded character, one for one, worked out when first met."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = _fold_one(chr(code))
        return folded


def _fold_one(char: str) -> str:
    base, *marks = list(unicodedata.normalize("NFD", char))
    if marks and _MARKS.fullmatch(marks[0]) and _is_latin_or_greek(base):
        char = base
    small = char.casefold()
    return small if len(small) == 1 else char


def _is_latin_or_greek(char: str) -> bool:
    return char.isalpha() and (char < "\u0250" or "\u0370" <= char < "\u0400")


_FOLDING = _Folding()


def composed(text: str) -> str:
    """Letters as one character each; a mark that no letter takes is left out."""
    return _MARKS.sub("", unicodedata.normalize("NFC", text))


def fold(text: str) -> str:
    """The same length as ``composed`` text: what counts when texts are compared."""
    return text.translate(_FOLDING)


@dataclass(frozen=True)
class Terms:
    """A search taken apart: all of it has to be found.

    ``words`` are folded; ``parts`` are searched anywhere, for scripts without
    spaces and for signs. When ``is_open`` the last word is only the beginning of one.
    """

    words: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    is_open: bool = False

    def __bool__(self) -> bool:
        return bool(self.words or self.parts)

    @cached_property
    def _patterns(self) -> list[re.Pattern[str]]:
        last = len(self.words) - 1
        made = [
            _pattern(word, is_open=self.is_open and place == last) for place, word in enumerate(self.words)
        ]
        return made + [re.compile(re.escape(fold(part))) for part in self.parts]

    @cached_property
    def _any(self) -> re.Pattern[str]:
        return re.compile("|".join(pattern.pattern for pattern in self._patterns))

    def are_in(self, text: str) -> bool:
        """Whether a text has all of them."""
        folded = fold(composed(text))
        return all(pattern.search(folded) for pattern in self._patterns)

    def marked(self, text: str) -> Runs:
        """The whole of a short text, with what was found."""
        return _runs(composed(text), self._any)

    def snippet(self, text: str) -> Runs:
        """Some words around the first place of a long text, with what was found."""
        text = composed(text)
        first = self._any.search(fold(text))
        start = max(0, first.start() - BEFORE) if first else 0
        if start:
            start = text.find(" ", start, start + BEFORE) + 1 or start
        cut = text[start : start + WINDOW]
        if start + WINDOW < len(text):
            cut = cut[: cut.rfind(" ", WINDOW // 2) + 1 or WINDOW].rstrip() + "…"
        shown = " ".join(cut.split())
        return _runs("…" + shown if start else shown, self._any)


def _pattern(word: str, *, is_open: bool) -> re.Pattern[str]:
    spelled = "|".join(re.escape(text) for text in sorted(spellings(word)))
    end = "" if is_open or len(word) >= WORD_LENGTH else r"(?![^\W_])"
    return re.compile(rf"(?<![^\W_])(?:{spelled}){end}")


def spellings(word: str) -> set[str]:
    """A word with sharp s written either way."""
    return {word, word.replace("ß", "ss"), word.replace("ss", "ß")}


def _runs(text: str, pattern: re.Pattern[str]) -> Runs:
    return tuple(run for run in _cut(text, pattern) if run.text)


def _cut(text: str, pattern: re.Pattern[str]) -> Iterator[Run]:
    at = 0
    for found in pattern.finditer(fold(text)):
        yield Run(text[at : found.start()])
        yield Run(text[found.start() : found.end()], is_found=True)
        at = found.end()
    yield Run(text[at:])


def read(typed: str) -> Terms:
    """Terms of anything that can be typed; empty for nothing."""
    text = composed(searched(typed))
    found = _WORD.findall(text)
    if not found:
        return Terms(parts=tuple(dict.fromkeys(text.split())))
    kept = [fold(piece)[:WORD_LENGTH] for piece in found if _is_word(piece)]
    last = found[-1]
    words = tuple(dict.fromkeys(reversed(kept)))[::-1]
    parts = tuple(dict.fromkeys(piece for piece in found if not _is_word(piece)))
    return Terms(words, parts, is_open=_is_word(last))


def _is_word(piece: str) -> bool:
    return not _UNSPACED.search(piece) and all(_OLD.category(char)[0] in "LN" for char in piece)


def cited(typed: str, cite: str) -> bool:
    """Whether a citation has the typed words one after the other: "Art. 26(5)"."""
    asked, words = _sequence(typed), _sequence(cite)
    return any(
        words[at : at + len(asked) - 1] == asked[:-1] and words[at + len(asked) - 1].startswith(asked[-1])
        for at in range(len(words) - len(asked) + 1)
        if asked
    )


def ends_so(typed: str, cite: str) -> bool:
    """Whether a citation ends with exactly what was typed."""
    asked = _sequence(typed)
    return bool(asked) and _sequence(cite)[-len(asked) :] == asked


def _sequence(text: str) -> list[str]:
    return _WORD.findall(fold(composed(text)))
