"""Differences of an assessment from the one before it: for the report."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from compliance.work.assessments.answer_fields import ANSWERING, BY_COLUMN
from compliance.work.assessments.models import Answer, Assessment
from compliance.work.snapshots.content import PreviousAnswer


@dataclass(frozen=True, slots=True)
class EarlierAnswer:
    """An earlier answer: its fields and the ids of its evidence."""

    values: Mapping[str, Any]
    proofs: frozenset[UUID]


Before = Mapping[str, EarlierAnswer]
"""Question key to what was said."""


def before(earlier: Assessment | None) -> Before | None:
    """The earlier assessment, in two queries; None without one."""
    if earlier is None:
        return None
    rows = earlier.answers.select_related("question").prefetch_related("attachments")
    return said_in(rows)


def said_in(answers: Iterable[Answer]) -> Before:
    """The same of answers that are at hand."""
    return {row.question.key: _said(row) for row in answers}


def _said(answer: Answer) -> EarlierAnswer:
    values = {name: getattr(answer, name) for name in ANSWERING}
    proofs = frozenset(one.evidence_id for one in answer.attachments.all())
    return EarlierAnswer(values, proofs)


def then(answer: Answer, earlier: Before | None) -> PreviousAnswer | None:
    """The earlier answer, and its differences from now."""
    if earlier is None:
        return None
    said, now = earlier.get(answer.question.key), _said(answer)
    if said is None:
        is_new = answer.verdict != "unanswered"
        return PreviousAnswer("", ("new question",) if is_new else ())
    changed = [BY_COLUMN[name].label for name in ANSWERING if said.values[name] != now.values[name]]
    if now.proofs - said.proofs:
        changed.append("evidence added")
    if said.proofs - now.proofs:
        changed.append("evidence taken out")
    return PreviousAnswer(said.values["verdict"], tuple(changed))
