"""The list of the library, with one piece beside it."""

from uuid import UUID

from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from compliance.content.evidence.choices import Show
from compliance.content.evidence.models import SOON_DAYS, Evidence, EvidenceQuerySet
from compliance.content.evidence.pages import context_of, find
from compliance.content.evidence.periods import bar_of
from compliance.ground.web.text import searched
from compliance.identity.organisations.access import MemberRequest, Permission, member_required

PAGE_SIZE = 50


@require_safe
@member_required(Permission.VIEW)
def library(request: MemberRequest) -> HttpResponse:
    today = timezone.localdate()
    query = searched(request.GET.get("q", ""))
    show = request.GET.get("show", "")
    show = show if show in Show.values else Show.ALL.value
    evidence: EvidenceQuerySet = request.organisation.evidence.newest_first()
    if query:
        evidence = evidence.matching(query)
    counts = evidence.counts(today)
    pages = Paginator(evidence.shown(show, today).with_use(), PAGE_SIZE)
    pages.count = counts[show]  # counted already
    page = pages.get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(row, row.days_left(today), _bar(row)) for row in page],
        "counts": counts,
        "filters": [(one.value, one.label, counts[one.value]) for one in Show],
        "query": query,
        "show": show,
        "today": today,
        "soon_days": SOON_DAYS,
    }
    if opened := _opened(request, page):
        context |= context_of(request, find(request, opened))
    return render(request, "content/evidence/list.html", context)


def _opened(request: MemberRequest, page: Page[Evidence]) -> UUID | None:
    """The piece that stands beside the list: the one asked for, or the first."""
    asked = request.GET.get("open", "")
    return next((row.pk for row in page if str(row.pk) == asked), page[0].pk if page else None)


def _bar(evidence: Evidence) -> object:
    return bar_of(
        evidence.covers_from,
        evidence.covers_to,
        evidence.expires_on,
        timezone.localdate(),
    )
