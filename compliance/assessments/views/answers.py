"""Requests of a row: save, undo."""

import re
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from compliance.assessments import actions, lines
from compliance.assessments.choices import Verdict
from compliance.assessments.conflict import Conflict, conflict
from compliance.assessments.counts import Counts, counted
from compliance.assessments.fields import BY_COLUMN, TYPED, Kind
from compliance.assessments.forms import AnswerForm
from compliance.assessments.models import Answer
from compliance.assessments.points import points_around
from compliance.assessments.versions import Known
from compliance.assessments.views.looking import page_context
from compliance.assessments.views.workspace import (
    find,
    find_row,
    row_context,
)
from compliance.audit import trail
from compliance.audit.models import Event
from compliance.checklists.choices import QuestionKind
from compliance.organisations.access import MemberRequest, Permission, member_required
from compliance.web.htmx import wants_partial

ROW = "assessments/_saved_row.html"


@require_POST
@member_required(Permission.ANSWER)
def answer_save(
    request: MemberRequest, assessment_id: UUID, answer_id: int
) -> HttpResponse:
    form = AnswerForm(request.POST)
    if not form.is_valid():
        known = form.cleaned_data.get("base")
        return _invalid(request, assessment_id, answer_id, form.errors.values(), known)
    known = form.cleaned_data["base"]
    try:
        done = actions.save_answer(
            by=request.user,
            organisation=request.organisation,
            assessment_id=assessment_id,
            answer_id=answer_id,
            changes=form.changes(),
            base=known,
        )
    except Answer.DoesNotExist as error:
        raise Http404 from error
    except ValidationError as error:
        return _invalid(request, assessment_id, answer_id, [error.messages], known)
    if isinstance(done, actions.Refused):
        return _refused(request, done)
    return _saved(request, done)


def _saved(request: MemberRequest, done: actions.Saved) -> HttpResponse:
    answer, event = done.answer, done.event
    if not wants_partial(request.htmx):
        return redirect(f"{answer.assessment.get_absolute_url()}?open={answer.pk}")
    if request.POST.get("want") == "row":
        return render(request, ROW, whole_row(request, answer, event))
    if request.POST.get("want") == "mine":
        told = _told_event(answer, event) | {"known": done.known, "is_swap": True}
        told |= {"now": timezone.now()}
        return render(request, "assessments/_saved_mine.html", told)
    counts = counted(answer, timezone.localdate())
    context = page_context(request, answer.assessment, counts) | mark(counts, answer)
    context |= _told_event(answer, event) | {"known": done.known}
    context["has_body"] = "body" in request.POST
    return render(request, "assessments/_saved.html", context)


def mark(counts: Counts, answer: Answer) -> dict[str, Any]:
    """The marks of the row after a save, without reading it again."""
    warnings = lines.row_warnings(answer.verdict, [""] if counts.has_evidence else [])
    if counts.has_expired:
        warnings.append("Evidence: expired")
    return {
        "section": counts.section,
        "points": points_around(answer),
        "warnings": warnings,
        "is_due_soon": lines.is_pressing(answer.due_on, answer.verdict, counts.today),
    }


def _told_event(answer: Answer, event: Event | None) -> dict[str, Any]:
    """Context of the undo toast: the verdict where the verdict changed."""
    is_verdict = event is not None and "verdict" in trail.changes(event)[1]
    return {"answer": answer, "event": event, "is_verdict": is_verdict}


def whole_row(
    request: MemberRequest, answer: Answer, event: Event | None, **more: Any
) -> dict[str, Any]:
    """Context of ``ROW``: a row as it is now, and the numbers around it."""
    answer = find_row(request, answer.assessment_id, answer.pk)
    counts = counted(answer, timezone.localdate())
    context = row_context(request, answer) | mark(counts, answer)
    context |= page_context(request, answer.assessment, counts)
    return context | _told_event(answer, event) | {"is_swap": True} | more


def _refused(request: MemberRequest, done: actions.Refused) -> HttpResponse:
    answer = done.answer
    block = compared(request, done)
    context: dict[str, Any] = {"answer": answer, "conflict": block, "is_swap": True}
    context["known"] = done.known
    url = answer.assessment.get_absolute_url()
    context["answers_url"] = f"{url}answers/"
    template = "assessments/_conflict.html"
    if not wants_partial(request.htmx):
        context |= _typed_row(request, answer.assessment_id, answer.pk)
        context["is_swap"] = False
        template = "assessments/row.html"
    return render(request, template, context, status=409)


def compared(request: MemberRequest, done: actions.Refused) -> Conflict:
    """A refused save, laid out: what was typed beside what stands."""
    answer = done.answer
    standing = {field: getattr(answer, field) for field in done.fields}
    saved = done.events
    return conflict(
        done.fields,
        {f: _told(request, answer, f, done.mine[f]) for f in done.fields},
        {f: _told(request, answer, f, standing[f]) for f in done.fields},
        done.touched,
        standing,
        saved={
            f: (str(event.actor or "Attest"), event.at) for f, event in saved.items()
        },
        is_derived=answer.kind_is_derived,
        more=[("then", then) for then in request.POST.getlist("then")],
    )


def _told(request: MemberRequest, answer: Answer, name: str, value: Any) -> str:
    """A field's value in words."""
    field = BY_COLUMN[name]
    if field.kind == Kind.PERSON:
        members = request.organisation.memberships.with_people()
        owner = members.filter(user_id=value).first() if value else None
        return str(owner.user) if owner else "somebody unknown" if value else "nobody"
    if field.kind == Kind.VALUE:
        return lines.value_in_words(answer.question, value) or "nothing"
    return field.words(value) or "nothing"


def _invalid(
    request: MemberRequest,
    assessment_id: UUID,
    answer_id: int,
    faults: Any,
    known: Known | None,
) -> HttpResponse:
    """The faults in words beside the row; everything typed stays on the page."""
    context: dict[str, Any] = {"faults": [text for group in faults for text in group]}
    template = "assessments/_faults.html"
    if not wants_partial(request.htmx):
        context |= _typed_row(request, assessment_id, answer_id) | {"known": known}
        template = "assessments/row.html"
    return render(request, template, context, status=422)


def _typed_row(
    request: MemberRequest, assessment_id: UUID, answer_id: int
) -> dict[str, Any]:
    """The row with what was typed in place of what is saved."""
    answer = find_row(request, assessment_id, answer_id)
    put_typed(answer, request.POST)
    if request.POST.get("owner", str(answer.owner_id)) != str(answer.owner_id):
        chosen = request.organisation.memberships.with_people()
        member = chosen.filter(user_id__in=_ids(request.POST["owner"])).first()
        answer.owner = member.user if member else None
    return row_context(request, answer)


def put_typed(answer: Answer, sent: QueryDict) -> None:
    """Show in a row what was typed, as far as it can be shown; but for people."""
    for field in TYPED:
        if field.name not in sent:
            continue
        typed = sent[field.name]
        if field.kind == Kind.TEXT:
            setattr(answer, field.column, typed)
        elif field.kind == Kind.VERDICT and typed in Verdict.values:
            answer.verdict = typed
        elif field.kind == Kind.DAY:
            with suppress(ValueError):
                setattr(answer, field.column, field.from_json(typed) or None)
        elif field.kind == Kind.VALUE:
            texts = [text for text in sent.getlist(field.name) if text]
            is_list = answer.question.kind == QuestionKind.CHOICES
            answer.value = texts if is_list else "".join(texts[:1])


def _ids(typed: str) -> list[int]:
    """The id that was sent, if it can be one."""
    return [int(typed)] if re.fullmatch("[0-9]{1,18}", typed) else []


@require_POST
@member_required(Permission.ANSWER)
def undo(request: MemberRequest, assessment_id: UUID, seq: int) -> HttpResponse:
    assessment = find(request, assessment_id)
    try:
        done = actions.undo(by=request.user, assessment=assessment, seq=seq)
    except (Event.DoesNotExist, Answer.DoesNotExist) as error:
        raise Http404 from error
    except ValidationError as error:
        return render(
            request, "assessments/_faults.html", {"faults": error.messages}, status=422
        )
    said = (
        "Undone."
        if done.event
        else "Nothing was undone: it has been changed again since."
    )
    if not wants_partial(request.htmx):
        messages.info(request, said)
        return redirect(f"{assessment.get_absolute_url()}?open={done.answer.pk}")
    return render(request, ROW, whole_row(request, done.answer, None, said=said))
