"""The rows of a page after many answers changed at once."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from compliance.ground.web.text import number_in
from compliance.identity.organisations.access import MemberRequest
from compliance.work.assessments.applying import Scope
from compliance.work.assessments.models import Assessment
from compliance.work.bulk.actions import events_together
from compliance.work.bulk.picks import read_shown
from compliance.work.workspace import lines
from compliance.work.workspace.milestones import milestone_of_many
from compliance.work.workspace.pages import (
    list_context,
    owners,
    page_context,
    points_shown,
    read_look,
    read_view,
)
from compliance.work.workspace.proposed import proposed

MOST = 100
"""Rows that are sent anew one by one; beyond that the list is."""


def refreshed(
    request: MemberRequest,
    assessment: Assessment,
    ids: Collection[int],
    said: str,
    seq: int | None,
) -> dict[str, Any]:
    """For ``_refreshed.html``: the changed rows that the page shows, and the counts.

    ``shown`` of the request are the ids on the page, ``opened`` is the open one, and
    ``at`` the one at the top of the window. ``said`` is what was done, ``seq`` the
    event that its undo starts from.
    """
    shown = read_shown(request.POST.get("shown", ""))
    wanted = [pk for pk in shown if pk in ids]
    is_undo = request.htmx.target == "undo"
    more = {"said": said, "undo_seq": seq, "is_undo": is_undo, "is_swap": True}
    if len(wanted) > MOST:
        context = _list(request, assessment) | more | {"is_list": True}
    else:
        context = _rows(request, assessment, set(shown), wanted) | more
    if seq is not None:
        events = events_together(assessment, seq)
        context["milestone"] = milestone_of_many(context["view"], events)
    return context


def _list(request: MemberRequest, assessment: Assessment) -> dict[str, Any]:
    """The list anew, from the row at the top of the window on."""
    look = read_look(request.POST)
    context = list_context(request, assessment, look)
    at = request.POST.get("at", "")
    start = next((r.position for r in context["view"].rows if str(r.id) == at), 0)
    return list_context(request, assessment, replace(look, start=start))


def _rows(
    request: MemberRequest,
    assessment: Assessment,
    shown: Collection[int],
    wanted: Collection[int],
) -> dict[str, Any]:
    """The wanted rows one by one, with the sections that the page shows."""
    view, new = read_view(request, assessment)
    opened = request.POST.get("opened", "")
    answers = assessment.answers.filter(pk__in=wanted).for_page()
    rows = lines.lines(
        answers,
        assessment,
        view.today,
        open_id=number_in(opened),
        scope=Scope.of_assessment(assessment),
        news=new.news,
        amended=view.amended,
        proposals=proposed(assessment, answers),
    )
    points = points_shown(assessment, rows)
    open_row = next((line.answer for line in rows if line.is_open), None)
    return page_context(request, assessment, view) | {
        "on_page": {row.section_id for row in view.rows if row.id in shown},
        "parted": [(one, points.get(one.id)) for one in view.sections],
        "lines": rows,
        "people": owners(request, open_row.owner) if open_row else [],
    }
