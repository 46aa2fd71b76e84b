"""Answers: read, saved in versions, their evidence and comments."""

from typing import Any
from uuid import UUID

from django.http import Http404
from ninja import Router

from compliance.identity.organisations.access import Permission
from compliance.programs.api.bearer import ApiRequest, author_of
from compliance.programs.api.cursors import Cursor, Limit, Page, sliced
from compliance.programs.api.operations import Said, conflict, operation
from compliance.programs.api.resources.assessments import find_assessment
from compliance.programs.api.resources.evidence import find_evidence
from compliance.programs.api.shapes.answers import (
    AnswerChange,
    AnswerConflict,
    AnswerShape,
    CommentGiven,
    CommentShape,
    answer_of,
    changes_in,
    faults_in_set,
)
from compliance.programs.api.shapes.leaves import Id
from compliance.programs.api.tags import refuse_stale
from compliance.proof.audit.transaction import writing
from compliance.work.assessments import actions
from compliance.work.assessments.answer_fields import BY_COLUMN, Kind
from compliance.work.assessments.holding import hold_open
from compliance.work.assessments.models import Answer, Comment
from compliance.work.discussion import actions as talk

router = Router(tags=["answers"])


@operation(
    router,
    "GET",
    "/assessments/{uuid:assessment_id}/answers",
    Permission.VIEW,
    gives={200: Page[AnswerShape]},
)
def list_answers(
    request: ApiRequest, assessment_id: UUID, limit: Limit = 50, cursor: Cursor = ""
) -> Page[Any]:
    """The answers of an assessment in the order of its questions, those that do not apply, too."""
    rows = find_assessment(request, assessment_id).answers.for_row()
    found, after = sliced(rows, ("question__position", "pk"), cursor, limit)
    return Page[AnswerShape](items=[answer_of(one) for one in found], next=after)


@operation(router, "GET", "/answers/{int:answer_id}", Permission.VIEW, gives={200: AnswerShape})
def get_answer(request: ApiRequest, answer_id: Id) -> Any:
    """One answer."""
    return answer_of(find_answer(request, answer_id))


@operation(
    router,
    "PATCH",
    "/answers/{int:answer_id}",
    Permission.ANSWER,
    gives={200: AnswerShape, 409: AnswerConflict},
    matches=True,
)
def change_answer(request: ApiRequest, answer_id: Id, given: AnswerChange) -> Any:
    """Set some fields of an answer that you read in ``version``.

    Fields that only others changed since are kept, as on the page. A field that both
    changed refuses the whole call (409) with both sides: decide, and send it again with
    the version that stands. The refused text is in the trail, so nothing is lost.
    """
    author = author_of(request)
    with faults_in_set(), writing():
        answer = _unchanged(request, find_answer(request, answer_id))
        done = actions.save_answer(
            by=author,
            organisation=request.organisation,
            assessment_id=answer.assessment_id,
            answer_id=answer.pk,
            changes=changes_in(given.set),
            base=given.version,
        )
        standing = answer_of(find_answer(request, answer_id))
    if isinstance(done, actions.Refused):
        return _conflict(done, standing)
    return standing


def _unchanged(request: ApiRequest, answer: Answer) -> Answer:
    """The answer, if it is as ``If-Match`` says; nobody changes it then before the save."""
    if "If-Match" not in request.headers:
        return answer
    hold_open(answer.assessment_id)
    list(Answer.objects.select_for_update(of=("self",)).filter(pk=answer.pk))
    held = find_answer(request, answer.pk)
    refuse_stale(request, answer_of(held))
    return held


def _conflict(done: actions.Refused, standing: Any) -> Said:
    sides = [
        {
            "field": BY_COLUMN[column].name,
            "yours": done.mine[column],
            "theirs": _theirs(standing, column),
        }
        for column in done.fields
    ]
    return conflict(AnswerConflict, sides, standing)


def _theirs(standing: Any, column: str) -> Any:
    field = BY_COLUMN[column]
    value = getattr(standing, field.name)
    return value.id if field.kind == Kind.PERSON and value else value


def find_answer(request: ApiRequest, answer_id: int) -> Answer:
    """The answer with all that its shape shows, if it is the organisation's own. Raises ``Http404``."""
    rows = Answer.objects.filter(assessment__organisation=request.organisation)
    found = rows.for_row().select_related("assessment").filter(pk=answer_id).first()
    if found is None:
        raise Http404
    return found


@operation(
    router,
    "PUT",
    "/answers/{int:answer_id}/evidence/{uuid:evidence_id}",
    Permission.ANSWER,
    gives={200: AnswerShape},
)
def use_evidence(request: ApiRequest, answer_id: Id, evidence_id: UUID) -> Any:
    """Use a piece of evidence in an answer; twice is once."""
    actions.attach(
        by=author_of(request),
        answer=find_answer(request, answer_id),
        evidence=find_evidence(request, evidence_id),
    )
    return answer_of(find_answer(request, answer_id))


@operation(
    router,
    "DELETE",
    "/answers/{int:answer_id}/evidence/{uuid:evidence_id}",
    Permission.ANSWER,
    gives={200: AnswerShape},
)
def stop_using_evidence(request: ApiRequest, answer_id: Id, evidence_id: UUID) -> Any:
    """Take a piece of evidence out of an answer; it stays in the library."""
    actions.detach(
        by=author_of(request),
        answer=find_answer(request, answer_id),
        evidence=find_evidence(request, evidence_id),
    )
    return answer_of(find_answer(request, answer_id))


@operation(
    router,
    "GET",
    "/answers/{int:answer_id}/comments",
    Permission.VIEW,
    gives={200: Page[CommentShape]},
)
def list_comments(
    request: ApiRequest, answer_id: Id, limit: Limit = 50, cursor: Cursor = ""
) -> Page[CommentShape]:
    """The comments on an answer, oldest first."""
    rows = find_answer(request, answer_id).comments.select_related("author", "resolved_by")
    found, after = sliced(rows, ("pk",), cursor, limit)
    return Page(items=[CommentShape.of(one) for one in found], next=after)


@operation(
    router,
    "POST",
    "/answers/{int:answer_id}/comments",
    Permission.COMMENT,
    gives={201: CommentShape},
    once="within",
)
def write_comment(request: ApiRequest, answer_id: Id, given: CommentGiven) -> Said:
    """Say something about an answer."""
    answer = find_answer(request, answer_id)
    said = talk.comment(by=author_of(request), answer=answer, text=given.text)
    return Said(CommentShape.of(said), 201)


@operation(
    router,
    "POST",
    "/answers/{int:answer_id}/comments/{int:comment_id}/resolve",
    Permission.COMMENT,
    gives={200: CommentShape},
)
def resolve_comment(request: ApiRequest, answer_id: Id, comment_id: Id) -> CommentShape:
    """Say that a comment needs nobody any more; twice is once."""
    return _talked(request, answer_id, comment_id, talk.resolve)


@operation(
    router,
    "POST",
    "/answers/{int:answer_id}/comments/{int:comment_id}/reopen",
    Permission.COMMENT,
    gives={200: CommentShape},
)
def reopen_comment(request: ApiRequest, answer_id: Id, comment_id: Id) -> CommentShape:
    """Say that a resolved comment needs someone again; twice is once."""
    return _talked(request, answer_id, comment_id, talk.reopen)


def _talked(request: ApiRequest, answer_id: int, comment_id: int, change: Any) -> CommentShape:
    answer = find_answer(request, answer_id)
    found = answer.comments.filter(pk=comment_id).first()
    if found is None:
        raise Http404
    said: Comment = change(by=author_of(request), answer=answer, comment=found)
    return CommentShape.of(said)
