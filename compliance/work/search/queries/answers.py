"""Finds questions, notes and comments."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db.models import (
    Case,
    Exists,
    F,
    OuterRef,
    QuerySet,
    StringAgg,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Concat

from compliance.content.checklists.models import Citation, Question
from compliance.identity.organisations.models import name_of_person
from compliance.work.assessments.answer_fields import TEXTS
from compliance.work.assessments.choices import Verdict
from compliance.work.assessments.models import Answer, Assessment, Attachment, Comment
from compliance.work.search.index import (
    ANSWER,
    COMMENT,
    EVIDENCE,
    QUESTION,
    TYPED_KINDS,
    Matches,
    ValueText,
    scope_of,
)
from compliance.work.search.queries.hits import EXACT, NEAR, TEXT, Hit, Place, Search
from compliance.work.search.terms import Terms, cited, ends_so, fold, read

WORDS = dict(Verdict.choices)
FIRST = 400
"""Questions that fit best, among which those that apply come first."""
_ASKED = ("question__key", "question__title")
_WHERE = ("assessment_id", "applies", "archived_at")


@dataclass(frozen=True, slots=True)
class _QuestionHit:
    """A question that fits, and how well."""

    rank: int
    position: int
    id: int
    edition_id: int
    key: str
    title: str
    text: str
    cite: str


def questions(search: Search) -> list[Hit]:
    """Questions of running assessments: by rank, those that apply first."""
    places = [place for place in search.places if place.is_open]
    found = sorted(
        _asked(search, sorted({place.edition_id for place in places})),
        key=lambda asked: (asked.rank, asked.position, asked.id),
    )
    pairs = list(islice(_pairs(found, places), FIRST))
    rows = Answer.objects.filter(
        question_id__in={asked.id for asked, _ in pairs},
        assessment_id__in={place.id for _, place in pairs},
    )
    columns = ("question_id", "assessment_id", "pk", "verdict", "applies")
    answers = {row[:2]: row[2:] for row in rows.values_list(*columns)} if pairs else {}
    there = [
        (asked, place, answers[asked.id, place.id])
        for asked, place in pairs
        if (asked.id, place.id) in answers
    ]
    there.sort(key=lambda one: (one[0].rank, not one[2][2]))
    return [_question_hit(search, *one) for one in there[: search.most]]


def _pairs(found: list[_QuestionHit], places: list[Place]) -> Iterator[tuple[_QuestionHit, Place]]:
    for rank in sorted({asked.rank for asked in found}):
        of_rank: dict[int, list[_QuestionHit]] = {}
        for asked in found:
            if asked.rank == rank:
                of_rank.setdefault(asked.edition_id, []).append(asked)
        for place in places:
            for asked in of_rank.get(place.edition_id, ()):
                yield asked, place


def _asked(search: Search, editions: list[int]) -> Iterator[_QuestionHit]:
    if not editions:
        return
    terms = search.terms
    scopes = tuple(f"e{edition}" for edition in editions)
    citing = _citing(terms, "pk")
    rows = (
        Question.objects.filter(edition_id__in=editions)
        .filter(Matches(QUESTION, terms, scopes) | Exists(citing))
        .annotate(cites=_cites(OuterRef("pk")))
        .values_list("position", "pk", "edition_id", "key", "title", "text", "cites")
    )
    for position, pk, edition_id, key, title, text, cites in rows:
        found = [one for one in cites.split("; ") if cited(search.typed, one)]
        rank = _rank(search, key, title, text, found)
        if rank is not None:
            cite = "; ".join(found)
            yield _QuestionHit(rank, position, pk, edition_id, key, title, text, cite)


def _citing(terms: Terms, question: str) -> QuerySet[Citation]:
    """The citations of a question, of the row around it, that have every word."""
    rows = Citation.objects.filter(question=OuterRef(question))
    for text in (*terms.words, *terms.parts):
        rows = rows.filter(provision__cite__icontains=text)
    return rows


def _cites(question: OuterRef) -> Coalesce:
    """The provisions of a question in one text."""
    rows = Citation.objects.filter(question=question).order_by().values("question")
    text = StringAgg(
        "provision__cite",
        delimiter=Value("; "),
        order_by="position",
        output_field=TextField(),
    )
    joined = Subquery(rows.annotate(joined=text).values("joined"))
    return Coalesce(joined, Value(""), output_field=TextField())


def _rank(search: Search, key: str, title: str, text: str, cites: list[str]) -> int | None:
    """How well a question fits; None when it does not.

    A number in what was typed says that a citation is meant.
    """
    is_number = any(char.isdigit() for char in search.typed)
    ranks = [TEXT if not is_number else EXACT if ends_so(search.typed, cite) else NEAR for cite in cites]
    if fold(key).startswith(fold(search.typed)):
        ranks.append(NEAR)
    if search.terms.are_in(f"{key} {title} {text}"):
        ranks.append(min(search.rank(title), search.rank(key)))
    return min(ranks, default=None)


def _question_hit(search: Search, asked: _QuestionHit, place: Place, answer: tuple[int, str, bool]) -> Hit:
    answer_id, verdict, applies = answer
    return Hit(
        "question",
        search.terms.marked(f"{asked.key} {asked.title}"),
        search.url_of_answer(place, answer_id, applies=applies),
        asked.rank,
        search.terms.snippet(asked.text),
        f"{asked.cite} · {place.title}" if asked.cite else place.title,
        WORDS[verdict] if applies else "Does not apply",
    )


def notes(search: Search) -> list[Hit]:
    """Answers by note, reason and typed value, the newest rows first."""
    rows = _of(search, Answer.everything.all(), "", ANSWER).annotate(said=_said())
    columns = ("pk", *_WHERE, "said", *_ASKED)
    hits = [
        _said_hit(search, where, f"{key} {title}", said)
        for *where, said, key, title in rows.values_list(*columns)[: search.most]
    ]
    return [hit for hit in hits if hit is not None]


def comments(search: Search) -> list[Hit]:
    """Comments, the newest first."""
    rows = _of(search, Comment.objects.order_by(), "answer__", COMMENT)
    where = ("answer_id", *(f"answer__{name}" for name in _WHERE))
    asked = (f"answer__{name}" for name in _ASKED)
    author = ("author__name", "author__email", "author__has_namesake")
    columns = (*where, "text", "resolved_at", *asked, *author)
    hits = [
        _said_hit(
            search,
            where,
            f"{name_of_person(name, email, is_shared)} on {key} {title}",
            text,
            bool(done),
        )
        for *where, text, done, key, title, name, email, is_shared in rows.values_list(*columns)[
            : search.most
        ]
    ]
    return [hit for hit in hits if hit is not None]


def _of(search: Search, rows: Any, prefix: str, source: Any) -> Any:
    """The rows of the organisation that the index names, newest first."""
    within: Any = search.within or search.organisation
    places = [place.id for place in search.places]
    fits = Matches(
        source,
        search.terms,
        (scope_of(within),),
        newest=search.most,
        places=[f"a{one.hex}" for one in places],
    )
    found = rows.filter(fits, **{f"{prefix}assessment__in": places})
    # The key alone would lead PostgreSQL through its index, past the rows of all others.
    return found.order_by((F("pk") + 0).desc())


def _said() -> Concat:
    """The texts and the typed value of an answer in one text."""
    typed = Case(
        When(question__kind__in=TYPED_KINDS, then=ValueText("value")),
        default=Value(""),
        output_field=TextField(),
    )
    return _joined(*TEXTS, typed)


def _said_hit(
    search: Search,
    where: Sequence[Any],
    label: str,
    text: str,
    is_resolved: bool | None = None,
) -> Hit | None:
    """A note, or a comment if it may be resolved; None when the text does not fit.

    ``where`` is the answer, its assessment, whether it applies, and since when it is
    archived.
    """
    answer_id, assessment_id, applies, archived_at = where
    place = search.by_id.get(assessment_id)
    if place is None or not search.terms.are_in(text):
        return None
    is_note = is_resolved is None
    panel = "" if is_note else "comments"
    mark = "Resolved" if is_resolved else "" if place.is_open else "Closed"
    url = search.url_of_answer(place, answer_id, panel, applies=applies)
    if archived_at:
        mark, url = "Archived", search.url_of_archived(place, answer_id)
    return Hit(
        "note" if is_note else "comment",
        search.terms.marked(label),
        url,
        TEXT,
        search.terms.snippet(text),
        place.title,
        mark,
    )


def answers_with(assessment: Assessment, typed: str) -> set[int]:
    """The answers of one assessment that have all that was typed in one place.

    That is in question or citation, in note, reason or value, in a comment, or in the
    name of a piece of evidence. One query.
    """
    terms = read(typed)
    if not terms:
        return set()
    return {
        pk
        for pk, text, is_cite in _texts(assessment, terms)
        if (cited(typed, text) if is_cite else terms.are_in(text))
    }


def _texts(assessment: Assessment, terms: Terms) -> Iterable[tuple[int, str, int]]:
    mine, edition = (scope_of(assessment),), (f"e{assessment.edition_id}",)
    ours = (scope_of(assessment.organisation),)
    answers = assessment.answers.order_by()
    proofs = Attachment.objects.filter(answer__assessment=assessment).order_by()
    said = Comment.objects.filter(answer__assessment=assessment).order_by()
    has_cite = Exists(_citing(terms, "question_id"))
    asks = Matches(QUESTION, terms, edition, "question__")
    named_so = Matches(EVIDENCE, terms, ours, "evidence__")
    no, yes = Value(0), Value(1)
    parts = [
        answers.filter(asks).values_list("pk", _asking("question__"), no),
        answers.filter(has_cite).values_list("pk", _cites(OuterRef("question_id")), yes),
        answers.filter(Matches(ANSWER, terms, mine)).values_list("pk", _said(), no),
        said.filter(Matches(COMMENT, terms, mine)).values_list("answer_id", "text", no),
        proofs.filter(named_so).values_list("answer_id", named("evidence__"), no),
    ]
    first, *rest = parts
    return first.union(*rest, all=True)


def _asking(prefix: str) -> Concat:
    """Key, title and text of a question in one text."""
    return _joined(f"{prefix}key", f"{prefix}title", f"{prefix}text")


def named(prefix: str) -> Concat:
    """The names of a piece of evidence in one text."""
    return _joined(f"{prefix}title", f"{prefix}file_name", f"{prefix}url")


def _joined(*texts: Any) -> Concat:
    first, *rest = texts
    lined = [part for text in rest for part in (Value("\n"), text)]
    return Concat(first, *lined, output_field=TextField())
