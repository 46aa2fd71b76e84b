"""The trail of an organisation: filtered, verified, taken away as a file."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from compliance.ground.web.replica import may_lag
from compliance.ground.web.text import number_in
from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.proof.audit import checkpoints, export, last_verified
from compliance.proof.audit import trail as chain
from compliance.proof.audit.chain_check import Checked
from compliance.proof.audit.event_types import Topic
from compliance.proof.audit.events import TRAIL_EXPORTED
from compliance.proof.audit.transaction import writing
from compliance.reporting.history.filters import PROGRAM, Chosen, chosen_in, nonsense_in
from compliance.reporting.history.trail_rows import csv_of, named_by, rows_of

PAGE = 100
FORMS = ("csv", "jsonl")


@require_safe
@member_required(Permission.TRAIL)
def trail(request: MemberRequest) -> HttpResponse:
    """Newest first; ``?before=SEQ`` for older ones, ``?check=1`` verifies the chain.

    That is compared with checkpoints in files: an event that a replica does not have yet
    would be missing.
    """
    if "check" not in request.GET:
        return _listed(request)
    checked = last_verified.verify(request.organisation.pk, is_quick=True)
    return _shown(request, checked)


@may_lag
def _listed(request: MemberRequest) -> HttpResponse:
    return _shown(request, None)


def _shown(request: MemberRequest, checked: Checked | None) -> HttpResponse:
    wrong = nonsense_in(request.GET)
    context = _page(request, chosen_in(request.GET)) | {"checked": checked}
    return render(request, "reporting/history/trail.html", context | {"wrong": wrong})


def _page(request: MemberRequest, chosen: Chosen) -> dict[str, Any]:
    organisation = request.organisation
    events = _events(request, chosen)
    head = chain.head_of(organisation.pk)
    before = number_in(request.GET.get("before"))
    is_older = before is not None
    later = events.filter(seq__lt=before) if is_older else events
    shown = list(later[: PAGE + 1])
    return {
        "rows": rows_of(shown[:PAGE]),
        "older": shown[PAGE - 1].seq if len(shown) > PAGE else None,
        "is_older": is_older,
        "count": head[0] if chosen.is_all else events.count(),
        "chosen": chosen,
        "head": head,
        "last": checkpoints.latest(organisation.pk),
        "verified": last_verified.verified(organisation.pk),
    } | _offered(request, chosen)


@require_POST
@member_required(Permission.TRAIL, also=Permission.EXPORT)
def trail_export(request: MemberRequest) -> HttpResponseBase:
    """The filtered trail as CSV, or as JSON Lines that check themselves.

    A filter that makes no sense is refused (400): a file of everything would pass for
    the part that was asked for.
    """
    organisation = request.organisation
    chosen, form = chosen_in(request.POST), request.POST.get("form", "csv")
    if wrong := [*nonsense_in(request.POST), *_no_form(form)]:
        context = _page(request, chosen) | {"wrong": wrong, "is_refused": True}
        return render(request, "reporting/history/trail.html", context, status=400)
    is_table = form == "csv"
    head, _ = chain.head_of(organisation.pk)
    events = _events(request, chosen).filter(seq__lte=head)
    with writing():
        chain.record(
            by=request.user,
            organisation_id=organisation.pk,
            action=TRAIL_EXPORTED,
            subject=organisation,
            after={"form": form, "chosen": chosen.query},
        )
    lines: Iterator[str]
    if is_table:
        lines = csv_of(events)
    else:
        checkpoints.checkpoint_safely(organisation.pk)
        lines = export.part(organisation.pk, organisation.name, events, chosen.query)
    return _file(lines, f"trail-{organisation.slug}", is_table=is_table)


def _no_form(form: str) -> list[str]:
    is_known = form in FORMS
    return [] if is_known else [f"“{form[:40]}” is not a kind of file: csv or jsonl."]


def _events(request: MemberRequest, chosen: Chosen) -> Any:
    events = chain.events_of(request.organisation.pk)
    return chosen.of(events, named_by(request.organisation, chosen.text))


def _offered(request: MemberRequest, chosen: Chosen) -> dict[str, Any]:
    """Choices of the filter: people, types and assessments of the organisation."""
    members = request.organisation.memberships.with_people()
    people = [(str(one.user_id), str(one.user)) for one in members]
    if chosen.who and chosen.who not in {PROGRAM, *(pk for pk, _ in people)}:
        people.append((chosen.who, "A former member"))
    every = request.organisation.assessments.for_page().order_by("-started_at")
    return {
        "people": [*people, (PROGRAM, "Attest itself")],
        "sorts": Topic.choices,
        "assessments": [(str(one.pk), one) for one in every],
    }


def _file(lines: Iterator[str], name: str, *, is_table: bool) -> StreamingHttpResponse:
    kind = "text/csv" if is_table else "application/jsonl"
    day = timezone.localdate().isoformat()
    ending = "csv" if is_table else "jsonl"
    return StreamingHttpResponse(
        (line.encode() for line in lines),
        content_type=f"{kind}; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}-{day}.{ending}"',
            "X-Content-Type-Options": "nosniff",
        },
    )
