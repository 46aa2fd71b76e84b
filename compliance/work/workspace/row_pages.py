"""Contexts of one row: saved, refused with both texts, or as it was typed."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django_htmx.http import retarget

from compliance.content.checklists.choices import QuestionKind
from compliance.ground.web.htmx import wants_partial
from compliance.identity.organisations.access import MemberRequest
from compliance.proof.audit import trail
from compliance.proof.audit.models import Event
from compliance.work.assessments import actions
from compliance.work.assessments.answer_fields import BY_COLUMN, INSIDE, TYPED, Kind
from compliance.work.assessments.choices import Verdict
from compliance.work.assessments.models import Answer, Assessment
from compliance.work.assessments.versions import Known
from compliance.work.workspace import lines
from compliance.work.workspace.conflict import Conflict, conflict
from compliance.work.workspace.counts import Counts, counted
from compliance.work.workspace.milestones import Milestone, milestone
from compliance.work.workspace.pages import find_row, row_context
from compliance.work.workspace.points import points_around

ROW = "work/workspace/_saved_row.html"
ALERTS = "#alerts"
"""Beside the toasts, which a save replaces."""


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


def is_inside(event: Event, page: Known) -> bool:
    """Whether only what an opened row shows has changed since the page was made."""
    _, after = trail.changes(event)
    return after["version"] == page.newest + 1 and after.keys() <= INSIDE


def undo_context(answer: Answer, event: Event | None) -> dict[str, Any]:
    """Context of the undo toast: the verdict where the verdict changed."""
    is_verdict = event is not None and "verdict" in trail.changes(event)[1]
    return {"answer": answer, "event": event, "is_verdict": is_verdict}


def whole_row(request: MemberRequest, answer: Answer, event: Event | None, **more: Any) -> dict[str, Any]:
    """Context of ``ROW``: a row as it is now, and the numbers of its section."""
    answer = find_row(request, answer.assessment_id, answer.pk)
    counts = counted(answer, timezone.localdate())
    context = row_context(request, answer) | mark(counts, answer)
    context |= {"milestone": milestone(answer, event, counts.section)}
    return context | undo_context(answer, event) | {"is_swap": True} | more


def add_milestone_message(request: MemberRequest, assessment: Assessment, found: Milestone | None) -> None:
    """Let the next page say a milestone, with the link to what follows; nothing for None."""
    if found:
        url = assessment.get_absolute_url()
        context = {"milestone": found, "assessment": assessment, "base_url": url}
        said = render_to_string("work/workspace/_milestone.html", context, request)
        messages.success(request, said)


def beside(request: MemberRequest, refusal: HttpResponse) -> HttpResponse:
    """A refusal, shown where the proposal is that somebody wanted to use, if one is sent."""
    pk = request.POST.get("proposal", "")
    return retarget(refusal, f"#said-of-{pk}") if pk.isdecimal() else refusal


def undo_refused(request: MemberRequest, faults: Sequence[str], back: Assessment | str) -> HttpResponse:
    """Why an undo changes nothing, and without script a line on the page ``back``."""
    said = " ".join(faults)
    if not wants_partial(request.htmx):
        messages.error(request, said)
        return redirect(back)
    return refused(request, f"{said} Nothing was undone.", 422)


def refused(request: MemberRequest, said: str, status: int) -> HttpResponse:
    """A refusal beside the rows, where it stays until somebody closes it."""
    context = {"level": "bad", "said": said, "is_toast": True}
    return retarget(render(request, "ui/message.html", context, status=status), ALERTS)


def compared(request: MemberRequest, done: actions.Refused) -> Conflict:
    """A refused save, laid out: what was typed beside what stands."""
    answer = done.answer
    standing = {field: getattr(answer, field) for field in done.fields}
    saved = done.events
    return conflict(
        done.fields,
        {f: _in_words(request, answer, f, done.mine[f]) for f in done.fields},
        {f: _in_words(request, answer, f, standing[f]) for f in done.fields},
        done.touched,
        standing,
        saved={f: (str(event.actor or "Attest"), event.at) for f, event in saved.items()},
        is_derived=answer.kind_is_derived,
        more=_sent(request, "then"),
        rests_on=_sent(request, "proposal", "grounds"),
    )


def _sent(request: MemberRequest, *names: str) -> list[tuple[str, str]]:
    """Inputs of those names, as they came."""
    return [(name, text) for name in names for text in request.POST.getlist(name)]


def _in_words(request: MemberRequest, answer: Answer, name: str, value: Any) -> str:
    """A field's value in words."""
    field = BY_COLUMN[name]
    if field.kind == Kind.PERSON:
        members = request.organisation.memberships.with_people()
        owner = members.filter(user_id=value).first() if value else None
        return str(owner.user) if owner else "an unknown person" if value else "nobody"
    if field.kind == Kind.VALUE:
        return lines.value_in_words(answer.question, value) or "nothing"
    return field.words(value) or "nothing"


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
