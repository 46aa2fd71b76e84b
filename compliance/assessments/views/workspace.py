"""The workspace: the page, a single row, the side panel, the progress."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from compliance.assessments import lines, overview
from compliance.assessments.applying import Scope
from compliance.assessments.elsewhere import offers
from compliance.assessments.history import history, since
from compliance.assessments.law import laws
from compliance.assessments.models import Answer, Assessment
from compliance.assessments.seeing import seen_seq, unseen
from compliance.assessments.thread import offered, thread
from compliance.assessments.views.looking import (
    PANELS,
    Look,
    frame,
    list_context,
    numbers_context,
    owners,
    page_context,
    read_look,
)
from compliance.checklists.frameworks import shown_by
from compliance.checklists.translator import tongues
from compliance.organisations.access import MemberRequest, Permission, member_required
from compliance.web.htmx import render_page, wants_partial


def find(request: MemberRequest, assessment_id: UUID) -> Assessment:
    """The assessment, if it is the organisation's own; else 404."""
    rows = request.organisation.assessments.for_page()
    return get_object_or_404(rows, pk=assessment_id)


def find_answer(assessment: Assessment, answer_id: int) -> Answer:
    """The answer with all its row shows, if it is the assessment's own; else 404."""
    return get_object_or_404(assessment.answers.for_page(), pk=answer_id)


def find_row(request: MemberRequest, assessment_id: UUID, answer_id: int) -> Answer:
    """The same with its assessment, and whether the law changed under its question."""
    rows = Answer.rows_of(request.organisation, assessment_id)
    return get_object_or_404(rows, pk=answer_id)


@require_safe
@member_required(Permission.VIEW)
def detail(request: MemberRequest, assessment_id: UUID) -> HttpResponse:
    assessment = find(request, assessment_id)
    look = read_look(request.GET)
    context = list_context(request, assessment, look)
    if wants_partial(request.htmx):
        part = "chunk" if request.htmx.target == "more" else "list"
        return render(request, f"assessments/detail.html#{part}", context)
    context |= _panel(request, assessment, context, look)
    return render(request, "assessments/detail.html", context)


def _panel(
    request: MemberRequest, assessment: Assessment, context: dict[str, Any], look: Look
) -> dict[str, Any]:
    shown = [line for group in context["groups"] for line in group["lines"]]
    if not shown:
        return {"line": None}
    line = next((line for line in shown if line.is_open), shown[0])
    if look.open_id:
        context["takeable"] = offers(assessment, line.answer)
        context["news"] = since(line.answer, context["unseen"], request.user.pk)
        context["people"] = owners(request, line.answer.owner)
    return panel_context(line, context["view"], look.panel or PANELS[0])


def panel_context(
    line: lines.Line, view: overview.Overview, panel: str
) -> dict[str, Any]:
    """Context of one tab of the side panel for one question."""
    answer = line.answer
    related = {row.key: row for row in view.rows}
    context: dict[str, Any] = {
        "line": line,
        "panel": panel,
        "panels": [(name, name.capitalize()) for name in PANELS],
        "related": [related[k] for k in line.question.related if k in related],
    }
    if panel == "guidance":
        context["tongues"] = tongues(line.question)
    elif panel == "law":
        context["laws"] = laws(answer)
        checklist = answer.assessment.edition.checklist
        context["frameworks"] = shown_by(checklist, line.question.key)
    elif panel == "history":
        context["history"] = history(answer)
        context["seen_seq"] = seen_seq(answer.assessment, view.viewer_id)
    elif panel == "comments":
        context["thread"] = thread(answer)
        context["offers"] = offered(answer, view.viewer_id)
    return context


@require_safe
@member_required(Permission.VIEW)
def row(request: MemberRequest, assessment_id: UUID, answer_id: int) -> HttpResponse:
    """One row, opened; without htmx the page at that row."""
    context = row_context(request, find_row(request, assessment_id, answer_id))
    return render_page(request, "assessments/row.html", context, partial="body")


def row_context(request: MemberRequest, answer: Answer) -> dict[str, Any]:
    """An opened row; ``find_row`` finds its answer."""
    assessment, today = answer.assessment, timezone.localdate()
    new = unseen(assessment, request.user.pk, answer.pk)
    return frame(request, assessment, today) | {
        "line": lines.line(
            answer,
            assessment,
            today,
            scope=Scope.of_assessment(assessment),
            is_open=True,
            news=new.news.get(answer.pk),
            law_changed=assessment.is_open and answer.applies and answer.law_moved,
        ),
        "news": since(answer, new, request.user.pk),
        "takeable": offers(assessment, answer),
        "people": owners(request, answer.owner),
    }


@require_safe
@member_required(Permission.VIEW)
def panel(
    request: MemberRequest, assessment_id: UUID, answer_id: int, tab: str
) -> HttpResponse:
    """A tab of the side panel; without htmx on a page of its own."""
    if tab not in PANELS:
        raise Http404
    assessment = find(request, assessment_id)
    answer = find_answer(assessment, answer_id)
    today = timezone.localdate()
    view = overview.read(assessment, request.user.pk, today)
    context = page_context(request, assessment, view) | panel_context(
        lines.line(answer, assessment, today), view, tab
    )
    return render_page(request, "assessments/panel.html", context, partial="panel")


@require_safe
@member_required(Permission.VIEW)
def progress(request: MemberRequest, assessment_id: UUID) -> HttpResponse:
    """The counts of the filters and the answer strip, as they are now."""
    assessment = find(request, assessment_id)
    context = numbers_context(request, assessment, read_look(request.GET))
    return render(request, "assessments/_numbers.html", context)
