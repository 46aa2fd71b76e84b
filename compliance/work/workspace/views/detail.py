"""The workspace: the page, a single row, the side panel, the progress."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from compliance.ground.web.htmx import render_page, wants_partial
from compliance.ground.web.text import whole
from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.work.assessments.choices import OPEN
from compliance.work.assessments.models import Assessment
from compliance.work.workspace import lines, overview
from compliance.work.workspace.elsewhere import offers
from compliance.work.workspace.history import since
from compliance.work.workspace.pages import (
    PANELS,
    Look,
    find,
    find_answer,
    find_row,
    list_context,
    numbers_context,
    owners,
    page_context,
    panel_context,
    read_address,
    read_look,
    row_context,
)


@require_safe
@member_required(Permission.VIEW)
def detail(request: MemberRequest, assessment_id: UUID) -> HttpResponse:
    assessment = find(request, assessment_id)
    look = read_look(request.GET)
    context = list_context(request, assessment, look)
    if wants_partial(request.htmx):
        part = "chunk" if request.htmx.target == "more" else "list"
        return render(request, f"work/workspace/detail.html#{part}", context)
    context |= _panel(request, assessment, context, look)
    context["aside"] = whole(request.GET.get("aside", ""))
    return render(request, "work/workspace/detail.html", context)


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


@require_safe
@member_required(Permission.VIEW)
def row(request: MemberRequest, assessment_id: UUID, answer_id: int) -> HttpResponse:
    """One row, opened; without htmx the page at that row."""
    context = row_context(request, find_row(request, assessment_id, answer_id))
    return render_page(request, "work/workspace/row.html", context, partial="body")


@require_safe
@member_required(Permission.VIEW)
def panel(request: MemberRequest, assessment_id: UUID, answer_id: int, tab: str) -> HttpResponse:
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
    return render_page(request, "work/workspace/panel.html", context, partial="panel")


@require_safe
@member_required(Permission.ANSWER)
def next_open(request: MemberRequest, assessment_id: UUID) -> HttpResponse:
    """Leads to the first question that is open."""
    assessment = find(request, assessment_id)
    rows = assessment.answers.applying().filter(verdict__in=OPEN)
    first = rows.order_by("question__position").values_list("pk", flat=True).first()
    if first is None:
        messages.info(request, "All answered: no question of this assessment is open.")
        return redirect(assessment)
    return redirect(assessment.answer_url(first))


@require_safe
@member_required(Permission.VIEW)
def progress(request: MemberRequest, assessment_id: UUID) -> HttpResponse:
    """The counts of the filters of the list at the address ``look``, and of the answer
    strip what ``drawn`` does not have.
    """
    assessment = find(request, assessment_id)
    look = read_address(request.GET.get("look", ""))
    context = numbers_context(request, assessment, look)
    context["redrawn"] = context["view"].strip.since(request.GET.get("drawn", ""))
    return render(request, "work/workspace/_numbers.html", context)
