"""The search index of the database: its tables, and its queries.

SQLite: full-text tables (FTS5) that triggers keep. They hold no text, only words, and
in ``scope`` the organisation, assessment or edition, so that a search never walks
through what belongs to others. PostgreSQL: a GIN index over the words of each row, each
behind a mark of the organisation, assessment or edition that the row names itself: it
gathers all that begins with a word before it looks at others.

All of it follows from other rows. ``keep`` makes what is missing, after every
``migrate``; ``release`` takes the triggers away before one, because SQLite drops the
triggers of a table that is made anew and stumbles over those that name it.
"""
# ruff: noqa: S608, RUF001 - the SQL is built from the names below; Greek is meant

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import BooleanField, F, Func, TextField

from compliance.work.assessments.answer_fields import TEXTS
from compliance.work.search.terms import WORD_LENGTH, Terms, spellings

Sql = tuple[str, Any]


@dataclass(frozen=True)
class Source:
    """A table that is searched; ``text`` and ``scope`` are SQL over a row ``{0}``.

    ``place`` is its own column that leads to what it belongs to, if it has one.
    """

    name: str
    columns: tuple[str, ...]
    text: str
    scope: str
    place: str = ""
    rowid: str = "{0}.id"

    @property
    def table(self) -> str:
        return f"compliance_{self.name}"

    @property
    def index(self) -> str:
        return f"compliance_search_{self.name}"

    @property
    def words(self) -> str:
        """The function of PostgreSQL that gives the words of a row."""
        return f"compliance_{self.name}_words"


TYPED_KINDS = ("text", "number", "date")
"""Kinds of question whose value is what a person typed."""
_TYPED = ", ".join(f"'{kind}'" for kind in TYPED_KINDS)
_PLACE = "'a' || s.id || ' o' || s.organisation_id FROM compliance_assessment s"
ANSWER = Source(
    "answer",
    (*TEXTS, "value"),
    "".join(f"{{0}}.{name} || ' ' || " for name in TEXTS) + "CASE WHEN json_type({0}.value) = 'text'"
    " AND (SELECT q.kind FROM compliance_question q WHERE q.id = {0}.question_id)"
    f" IN ({_TYPED}) THEN json_extract({{0}}.value, '$') ELSE '' END",
    f"(SELECT {_PLACE} WHERE s.id = {{0}}.assessment_id)",
    place="assessment_id",
)
# A comment names no assessment itself. Where a word is common, PostgreSQL knows it from the
# statistics of the index, and goes from the organisation's answers to their comments.
COMMENT = Source(
    "comment",
    ("text",),
    "{0}.text",
    f"(SELECT {_PLACE} JOIN compliance_answer w ON w.assessment_id = s.id WHERE w.id = {{0}}.answer_id)",
)
QUESTION = Source(
    "question",
    ("key", "title", "text"),
    "{0}.key || ' ' || {0}.title || ' ' || {0}.text",
    "'e' || {0}.edition_id",
    place="edition_id",
)
ACTION = Source(
    "action",
    ("title", "text"),
    "{0}.title || ' ' || {0}.text",
    "'o' || {0}.organisation_id",
    place="organisation_id",
)
KEYS = "compliance_search_evidence_key"
"""Evidence has no number of its own that lasts: this table gives it one."""
EVIDENCE = Source(
    "evidence",
    ("title", "file_name", "url"),
    "{0}.title || ' ' || {0}.file_name || ' ' || {0}.url",
    "'o' || {0}.organisation_id",
    place="organisation_id",
    rowid=f"(SELECT k.id FROM {KEYS} k WHERE k.evidence_id = {{0}}.id)",
)
SOURCES = (ANSWER, COMMENT, QUESTION, ACTION, EVIDENCE)


def scope_of(row: Any) -> str:
    """The word in ``scope`` for an organisation, an assessment or an edition."""
    key = getattr(row.pk, "hex", row.pk)
    return f"{row._meta.model_name[0]}{key}"


MARK = "@"
"""Ends a place before a word of PostgreSQL: no word of a text has it."""
MARKED = 12
"""Characters of a place's key before a word: two that share them cost time, nothing else."""


class Matches(Func):
    """Whether a row has all the terms; ``scopes`` and ``newest`` only speed it up.

    ``prefix`` leads from the rows that are filtered to those of the source. Of more
    than ``newest`` rows the older ones need not be found. ``places`` are the scopes that the
    rows name themselves (``Source.place``), where those are others.
    """

    output_field = BooleanField()

    def __init__(
        self,
        source: Source,
        terms: Terms,
        scopes: tuple[str, ...] = (),
        prefix: str = "",
        *,
        newest: int = 0,
        places: Sequence[str] = (),
    ) -> None:
        columns = filter(None, ("id", *source.columns, source.place))
        super().__init__(*(F(prefix + column) for column in columns))
        self.source, self.terms = source, terms
        self.scopes, self.newest = scopes, newest
        self.places = (places or scopes) if source.place else ()

    def _columns(self, compiler: Any) -> list[str]:
        return [compiler.compile(column)[0] for column in self.get_source_expressions()]

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Sql:
        row, *columns = self._columns(compiler)[: 1 + len(self.source.columns)]
        tests, params = _parts(columns, self.terms, "LIKE")
        if self.terms.words:
            index, asked = self.source.index, fts_query(self.terms, self.scopes)
            found = f"SELECT rowid FROM {index} WHERE {index} MATCH %s"
            if self.newest and not self.terms.parts:
                found += f" ORDER BY rowid DESC LIMIT {int(self.newest)}"
            if self.source is EVIDENCE:
                found = f"SELECT evidence_id FROM {KEYS} WHERE id IN ({found})"
            tests, params = [f"{row} IN ({found})", *tests], [asked, *params]
        return f"({' AND '.join(tests)})", params

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Sql:
        _, *columns = self._columns(compiler)
        texts = [_plain(column) for column in columns[: len(self.source.columns)]]
        tests, params = _parts(texts, self.terms, "ILIKE")
        if self.terms.words:
            words = f"{self.source.words}({', '.join(columns)})"
            tests = [f"{words} @@ %s::tsquery", *tests]
            params = [ts_query(self.terms, self.places), *params]
        return f"({' AND '.join(tests)})", params


class ValueText(Func):
    """The typed value of an answer, as text; NULL for lists."""

    output_field = TextField()

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        template = "JSON_EXTRACT(%(expressions)s, '$')"
        return super().as_sql(compiler, connection, template=template, **extra)

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        template = "(%(expressions)s #>> '{}')"
        return super().as_sql(compiler, connection, template=template, **extra)


def _plain(column: str) -> str:
    return f"({column} #>> '{{}}')" if column.endswith('"value"') else column


def _parts(columns: list[str], terms: Terms, like: str) -> tuple[list[str], list[Any]]:
    """Each part in any of the columns, in either spelling of its letters."""
    tests, params = [], []
    for part in terms.parts:
        spelled = {unicodedata.normalize(form, part) for form in ("NFC", "NFD")}
        asked = [f"%{connection.ops.prep_for_like_query(text)}%" for text in spelled]
        either = [f"{c} {like} %s ESCAPE '\\'" for c in columns for _ in asked]
        tests.append(f"({' OR '.join(either)})")
        params += asked * len(columns)
    return tests, params


def fts_query(terms: Terms, scopes: tuple[str, ...]) -> str:
    """The terms in the language of FTS5; words are quoted, so none is an operator."""
    last = len(terms.words) - 1
    asked = [
        _spelled(word, "*" if terms.is_open and place == last else "")
        for place, word in enumerate(terms.words)
    ]
    text = f"text : ({' AND '.join(asked)})"
    if not scopes:
        return text
    return f"scope : ({' OR '.join(f'"{scope}"' for scope in scopes)}) AND {text}"


def _spelled(word: str, star: str) -> str:
    """A word in every spelling that the index may hold it in."""
    either = [f'"{text}"{star}' for text in sorted(spellings(word) | _accented(word))]
    for text in sorted(spellings(word)):
        apart = unicodedata.normalize("NFD", text)
        pieces = "".join(c if c.isalnum() or c in _DROPPED else " " for c in apart)
        either.append(" AND ".join(f'"{piece}"{star}' for piece in pieces.split()))
    return f"({' OR '.join(f'({text})' for text in dict.fromkeys(either))})"


_DROPPED = frozenset(
    "\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u0309\u030a\u030b\u030c\u030f"
    "\u0311\u031b\u0323\u0324\u0325\u0326\u0327\u0328\u032d\u032e\u0330\u0331"
)
"""Marks that FTS5 drops; at others it cuts the word."""
_TONOS = str.maketrans("αεηιουωϊϋ", "άέήίόύώΐΰ")
_DIAERESIS = str.maketrans("ιυ", "ϊϋ")


def _accented(word: str) -> set[str]:
    """Greek with its one accent in every place: FTS5 takes those for other letters."""
    if not any("α" <= char <= "ω" for char in word):
        return set()
    bases = {word} | _changed({word}, _DIAERESIS)
    return bases | _changed(bases, _TONOS)


def _changed(words: set[str], table: dict[int, int]) -> set[str]:
    return {
        word[:at] + word[at].translate(table) + word[at + 1 :]
        for word in words
        for at in range(min(len(word), 20))
    }


def ts_query(terms: Terms, places: Sequence[str] = ()) -> str:
    """The terms in the language of PostgreSQL, behind the mark of one of the places."""
    last = len(terms.words) - 1

    def asked(mark: str) -> str:
        return " & ".join(
            f"'{mark}{bare(word)}'{':*' if terms.is_open and at == last else ''}"
            for at, word in enumerate(terms.words)
        )

    marked = [f"({asked(place[: 1 + MARKED] + MARK)})" for place in places]
    return " | ".join(marked) or asked("")


def bare(word: str) -> str:
    """A folded word as ``compliance_words`` writes it."""
    apart = unicodedata.normalize("NFD", word)
    kept = "".join(char for char in apart if not "\u0300" <= char <= "\u036f")
    return unicodedata.normalize("NFC", kept).replace("ß", "ss")[:WORD_LENGTH]
