"""Proposals of programs as a row shows them: each proposed field beside the present one."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import prefetch_related_objects

from compliance.work.assessments.answer_fields import TYPED, Kind
from compliance.work.assessments.following import (
    Changes,
    choice_lines_of,
    settled,
    touched_of,
    values_of,
)
from compliance.work.assessments.models import Answer, Assessment, Proposal
from compliance.work.assessments.proposing import asked_in
from compliance.work.workspace.lines import Beside, Proposed
from compliance.work.workspace.taking import words_of


def proposed(assessment: Assessment, answers: Iterable[Answer]) -> Mapping[int, Sequence[Proposed]]:
    """The open proposals of some answers ``for_row``, by answer.

    Two queries where there are any, and two more where the assessment moved to another
    edition since. None once it is signed or archived: nobody can use them.
    """
    of = {answer.pk: answer for answer in answers if answer.applies}
    of = {pk: answer for pk, answer in of.items() if answer.proposal_count}
    if not of or not assessment.is_talked_about:
        return {}
    found: defaultdict[int, list[Proposed]] = defaultdict(list)
    rows = Proposal.objects.open().filter(answer__in=of).with_names().order_by("pk")
    moved = [row for row in rows if row.question_id != of[row.answer_id].question_id]
    prefetch_related_objects(moved, "question__choices")
    for row in rows:
        found[row.answer_id].append(_as_proposed(of[row.answer_id], row))
    return found


def _as_proposed(answer: Answer, proposal: Proposal) -> Proposed:
    said = proposal.said
    if answer.kind_is_derived:
        answer.choice_lines = choice_lines_of(answer.question.choices.all())
    fields = list(_beside(answer, said, _after(answer, said)))
    typed = {one.field.column for one in fields if one.may_change}
    used = {row.evidence_id for row in answer.attachments.all()}
    return Proposed(
        proposal,
        fields,
        list(_sent({c: value for c, value in said.items() if c not in typed})),
        [(row.evidence, row.evidence_id in used) for row in proposal.grounds.all()],
        is_behind=proposal.version < answer.version,
        is_asked_else=proposal.question_id != answer.question_id
        and asked_in(proposal.question) != asked_in(answer.question),
    )


def _after(answer: Answer, said: Mapping[str, Any]) -> Changes:
    """The changes that a save of it would make; its words alone where the question changed its form."""
    changes = dict(said)
    if "value" in said:
        changes["value"] = [text for name, text in _sent(said) if name == "value"]
    try:
        return settled(answer, touched_of(answer, changes, values_of(answer)))
    except ValidationError:
        return dict(said)


def _beside(answer: Answer, said: Mapping[str, Any], after: Changes) -> Iterator[Beside]:
    for field in TYPED:
        now = getattr(answer, field.column)
        then = after.get(field.column, now)
        if then != now:
            may_change = field.column in said and field.kind in {Kind.TEXT, Kind.DAY}
            words = words_of(answer, field, now), words_of(answer, field, then)
            yield Beside(field, *words, then, may_change=may_change)


def _sent(fields: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Fields as the form of a row sends them."""
    for field in TYPED:
        if field.column in fields:
            value = fields[field.column]
            for text in value if isinstance(value, list) and value else [value]:
                yield field.name, str(text or "")
