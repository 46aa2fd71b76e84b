"""Pieces of evidence that fit a question: found as one types, and the usual ones."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from compliance.content.evidence.models import Evidence, EvidenceQuerySet
from compliance.content.evidence.safe_names import link_fault
from compliance.ground.web.spelling import having
from compliance.work.assessments.coverage import covers
from compliance.work.assessments.models import Answer
from compliance.work.workspace.lines import proof_warning

MOST = 6
"""How many pieces are offered at once: more words find others."""
_READ = 50
"""How many are read to choose them from."""
_SHORTEST = 3
"""Letters of a word that says which document is meant; "of" does not."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A piece of the library, and whether it fits the audit period."""

    evidence: Evidence
    warning: str
    fits: bool
    """Whether it says that it covers the whole audit period."""
    before: str
    found: str
    after: str
    """The title, cut where it has what was typed."""


@dataclass(frozen=True, slots=True)
class Usual:
    """Evidence that the checklist calls usual, and how far one has it.

    ``is_there`` when the answer uses it; else ``offer`` is a piece of the library that is
    called so, if there is one.
    """

    name: str
    is_there: bool
    offer: Offer | None


def choosable(answer: Answer) -> EvidenceQuerySet:
    """The newest versions that the answer does not use yet, newest first."""
    rows = answer.assessment.organisation.evidence.current().newest_first()
    return rows.exclude(attachments__answer=answer)


def offers(answer: Answer, query: str, today: date) -> list[Offer]:
    """Pieces that have what was typed, in the title first, or else the newest; one query."""
    rows = choosable(answer).with_use()
    rows = rows.matching(query)[:_READ] if query else rows[:MOST]
    found = [_offer(one, answer, today, query) for one in rows]
    return sorted(found, key=lambda one: not one.found)[:MOST]


def usual(answer: Answer, today: date) -> list[Usual]:
    """The usual evidence of the question; one query, none where it names none."""
    names: Sequence[str] = answer.question.evidence_hints
    used = [row.evidence.title for row in answer.attachments.all()]
    there = [any(_is_called(title, name) for title in used) for name in names]
    wanted = [name for name, is_there in zip(names, there, strict=True) if not is_there]
    rows = _called(choosable(answer), wanted)
    return [
        Usual(
            name,
            is_there,
            None
            if is_there
            else next(
                (_offer(row, answer, today) for row in rows if _is_called(row.title, name)),
                None,
            ),
        )
        for name, is_there in zip(names, there, strict=True)
    ]


def title_of(link: str) -> str:
    """How a pasted link is called until someone says better: "" where it is none."""
    if not re.match(r"https?://\S+$", link) or link_fault(link):
        return ""
    return link.partition("://")[2].removeprefix("www.").rstrip("/")[:200]


def _called(rows: EvidenceQuerySet, names: Iterable[str]) -> list[Evidence]:
    """Of some rows those whose title has every word of one of the names."""
    found = Q()
    for name in names:
        one = Q()
        for word in _words(name):
            one &= having(word, "title")
        found |= one
    return list(rows.filter(found)[:_READ]) if found else []


def _is_called(title: str, name: str) -> bool:
    words = _words(name)
    return bool(words) and all(word in title.casefold() for word in words)


def _words(name: str) -> list[str]:
    """The words that say which document is meant, without the ending of a plural."""
    words = re.findall(r"\w+", name.casefold())
    long = [word for word in words if len(word) >= _SHORTEST]
    return [word.removesuffix("s") for word in long or words]


def _offer(evidence: Evidence, answer: Answer, today: date, query: str = "") -> Offer:
    assessment, title = answer.assessment, evidence.title
    period = evidence.covers_from, evidence.covers_to
    warning = proof_warning(evidence, assessment, today)
    at = title.casefold().find(query.casefold()) if query else -1
    end = at + len(query)
    return Offer(
        evidence,
        warning,
        fits=period != (None, None)
        and not warning
        and covers(period, assessment.period_from, assessment.period_to),
        before=title[:at] if at >= 0 else title,
        found=title[at:end] if at >= 0 else "",
        after=title[end:] if at >= 0 else "",
    )
