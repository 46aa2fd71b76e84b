"""Pages of an auditor. Every page and file of it is on the trail."""

from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from compliance.assurance.reviews.signatures import signature_of
from compliance.assurance.seats import actions
from compliance.assurance.seats.access import answer_for, evidence_for, seated, seats_of
from compliance.assurance.seats.expired import explain_when_over
from compliance.assurance.seats.pages import inside, note, question_context, waits
from compliance.assurance.seats.queries import (
    beside,
    facts,
    items_by_answer,
    page_of,
    parts,
    reports_in,
    sample_of,
)
from compliance.content.evidence.download import sent
from compliance.content.evidence.models import Evidence
from compliance.content.evidence.previews import picture_of
from compliance.content.evidence.storage import StorageError
from compliance.ground.pictures import drawing
from compliance.ground.web.own_languages import OwnLanguage
from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.work.signatures.validity import void_of, voids_in


@require_safe
@member_required(Permission.AUDIT)
def home(request: MemberRequest) -> HttpResponse:
    """The person's seats that are open today."""
    seats = seats_of(request)
    voids = voids_in(one.assessment for one in seats)
    context = {"seats": seats, "voids": voids}
    return render(request, "assurance/seats/home.html", context)


@require_safe
@member_required(Permission.AUDIT)
@explain_when_over
def seat(request: MemberRequest, seat_id: int) -> HttpResponse:
    """The assessment at a glance: facts, sections, reports."""
    here = seated(request, seat_id)
    note(request, here, "Overview")
    items = list(sample_of(here))
    void = void_of(here.assessment)
    context = inside(here) | {
        "facts": facts(here.assessment),
        "void": void,
        "signature": signature_of(here.assessment, void),
        "parts": parts(here.assessment),
        "items": items,
        "left": sum(item.result == "open" for item in items),
        "next": next((item for item in items if waits(item)), None),
        "requests": here.requests.unanswered().count(),
        "reports": reports_in(here),
        "languages": OwnLanguage.choices,
    }
    return render(request, "assurance/seats/seat.html", context)


@require_safe
@member_required(Permission.AUDIT)
@explain_when_over
def section(request: MemberRequest, seat_id: int, section_id: int) -> HttpResponse:
    """The questions of a section with their answers, fifty to a page."""
    here = seated(request, seat_id)
    every = parts(here.assessment)
    part = next((part for part in every if part.id == section_id), None)
    if part is None:
        raise Http404
    page = page_of(here.assessment, part, request.GET.get("page"))
    note(request, here, f"Section {part.title}, page {page.number}")
    context = inside(here) | {
        "part": part,
        "parts": every,
        "page": page,
        "items": items_by_answer(here),
    }
    context |= beside(every, part)
    return render(request, "assurance/seats/section.html", context)


@require_safe
@member_required(Permission.AUDIT)
@explain_when_over
def question(request: MemberRequest, seat_id: int, answer_id: int) -> HttpResponse:
    here = seated(request, seat_id)
    answer = answer_for(here, answer_id)
    note(request, here, answer.question.key)
    context = question_context(here, answer)
    for one in context["previews"]:
        if one.text:  # a picture is noted when it is sent
            note(request, here, _preview(one.evidence))
    return render(request, "assurance/seats/question.html", context)


@require_safe
@member_required(Permission.AUDIT)
@explain_when_over
def evidence_file(request: MemberRequest, seat_id: int, evidence_id: UUID) -> HttpResponseBase:
    """A file behind the assessment, and no other of the organisation."""
    here = seated(request, seat_id)
    evidence = evidence_for(here, evidence_id)
    try:
        response = sent(evidence)
    except StorageError as error:
        context = inside(here) | {"problem": error.messages[0]}
        return render(request, "assurance/seats/lost.html", context, status=503)
    if request.method == "GET":
        actions.note_download(by=request.user, seat=here, about=evidence.title, sha256=evidence.sha256)
    return response


@require_safe
@member_required(Permission.AUDIT)
@explain_when_over
def evidence_preview(request: MemberRequest, seat_id: int, evidence_id: UUID) -> HttpResponse:
    """The photo, or the first page, of a file behind the assessment."""
    here = seated(request, seat_id)
    evidence = evidence_for(here, evidence_id)
    try:
        response = drawing.sent(picture_of(evidence))
    except (drawing.UndrawnError, StorageError) as error:
        return drawing.unsent(error)
    note(request, here, _preview(evidence))
    return response


def _preview(evidence: Evidence) -> str:
    return f"Preview of {evidence.title}"
