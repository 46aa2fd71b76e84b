"""Contexts of pages that several views send."""

from datetime import date
from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone

from compliance.assurance.seats import actions
from compliance.assurance.seats.choices import SampleResult
from compliance.assurance.seats.forms import AskForm, MarkForm, SeatForm, ShareForm
from compliance.assurance.seats.models import SampleItem, Seat
from compliance.assurance.seats.queries import (
    lines_of,
    links_in,
    offers_in,
    openings,
    past,
    sample_of,
    seats_in,
)
from compliance.content.evidence.previews import previews_of
from compliance.identity.organisations.access import MemberRequest
from compliance.work.assessments.models import Answer, Assessment
from compliance.work.discussion.thread import thread


def note(request: MemberRequest, here: Seat, about: str) -> None:
    """Put on the trail that the page was read; a look at its headers is none."""
    if request.method != "HEAD":
        actions.note_view(by=request.user, seat=here, about=about)


def inside(here: Seat) -> dict[str, Any]:
    """Context of every page of a seat."""
    return {
        "seat": here,
        "assessment": here.assessment,
        "today": timezone.localdate(),
    }


def waits(item: SampleItem) -> bool:
    """Whether a question of the sample was not looked at yet."""
    return item.result == SampleResult.OPEN and item.answer.archived_at is None


def question_context(here: Seat, answer: Answer, mark: MarkForm | None = None) -> dict[str, Any]:
    """One answer whole, with comments and history, and what the auditor says of it."""
    items = {item.answer_id: item for item in sample_of(here)}
    item = items.pop(answer.pk, None)
    left = (one for one in items.values() if waits(one))
    said = {"note": item.note} if item else None
    return inside(here) | {
        "answer": answer,
        "line": lines_of(here.assessment, [answer])[0],
        "question": answer.question,
        "previews": previews_of(one.evidence for one in answer.attachments.all()),
        "history": past(answer),
        "thread": thread(answer),
        "can_comment": False,
        "base_url": "",
        "seen_seq": None,
        "can_answer": False,
        "item": item,
        "next": next(left, None),
        "mark": mark or MarkForm(initial=said),
        "form": AskForm(answer_id=answer.pk),
        "requests": here.requests.filter(answer=answer),
    }


def find(request: MemberRequest, assessment_id: UUID) -> Assessment:
    """The assessment, if it is the organisation's own; else 404."""
    rows = request.organisation.assessments.select_related("organisation").for_page()
    return get_object_or_404(rows, pk=assessment_id)


def _standing(seat: Seat, today: date, held: set[int]) -> str:
    """As the seat says, or "left" when its person is no member any more."""
    standing = seat.standing(today)
    has_left = standing in {"open", "waits"} and seat.pk not in held
    return "left" if has_left else standing


def seats_context(request: MemberRequest, assessment: Assessment, **extra: Any) -> dict[str, Any]:
    """Seats and share links of one assessment, with the forms for more."""
    today = timezone.localdate()
    rows = seats_in(request.organisation).filter(assessment=assessment)
    held = set(rows.held().values_list("pk", flat=True))
    found = links_in(request.organisation).filter(assessment=assessment)
    is_open = set(found.open_at(timezone.now()).values_list("pk", flat=True))
    links = list(found)
    opened = openings(links)
    return {
        "assessment": assessment,
        "seats": [(seat, _standing(seat, today, held)) for seat in rows],
        "offers": offers_in(request.organisation).filter(assessment=assessment),
        "links": [(link, link.pk in is_open, *opened.get(link.pk, (0, None))) for link in links],
        "form": SeatForm(),
        "share": ShareForm(),
        "fresh": None,
        "address": "",
    } | extra
