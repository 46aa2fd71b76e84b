"""The trail of an organisation, and whether it stands as written."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from compliance.assessments.models import Answer
from compliance.audit import trail as chain
from compliance.audit.models import Event
from compliance.organisations.access import MemberRequest, Permission, member_required
from compliance.reviews.telling import told

PAGE = 100


@require_safe
@member_required(Permission.TRAIL)
def trail(request: MemberRequest) -> HttpResponse:
    """Newest first; ``?before=SEQ`` for older ones, ``?check=1`` verifies the chain."""
    organisation_id = request.organisation.pk
    events = chain.events_of(organisation_id)
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit() and len(before) < 19:
        events = events.filter(seq__lt=int(before))
    shown = list(events[: PAGE + 1])
    context: dict[str, Any] = {
        "rows": _rows(shown[:PAGE]),
        "older": shown[PAGE - 1].seq if len(shown) > PAGE else None,
        "head": chain.head_of(organisation_id),
        "checked": False,
    }
    if "check" in request.GET:
        context |= {"checked": True, "fault": chain.verify(organisation_id)}
    return render(request, "reports/trail.html", context)


def _rows(events: list[Event]) -> list[tuple[Event, str]]:
    ids = {int(e.subject_id) for e in events if e.subject_label == "answer"}
    keys = {str(pk): key for pk, key in Answer.keys_of(ids)}
    return [
        (
            event,
            told(event.action, *chain.changes(event), keys.get(event.subject_id, "")),
        )
        if event.subject_label == "answer"
        else (event, told(event.action, *chain.changes(event)))
        for event in events
    ]
