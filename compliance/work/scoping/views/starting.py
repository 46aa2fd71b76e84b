"""Starting an assessment: its checklist, subject, period, facts and what then applies."""

from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from compliance.content.checklists import content
from compliance.content.checklists.copies import line
from compliance.content.checklists.models import Edition
from compliance.ground.web.sendings import sending_of
from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.work.assessments import actions
from compliance.work.assessments.detail_fields import CARRIED
from compliance.work.assessments.earlier_assessments import can_carry, following
from compliance.work.assessments.models import Assessment, AssessmentQuerySet
from compliance.work.assessments.resting import may_rest_on
from compliance.work.scoping.cards import cards
from compliance.work.scoping.forms import FactsForm, StartForm
from compliance.work.scoping.pages import applying_counts
from compliance.work.workspace.lists import ON_A_PAGE

SOURCES = 3
"""How many assessments are offered to take facts from."""


@require_safe
@member_required(Permission.ASSESS)
def choose(request: MemberRequest) -> HttpResponse:
    found = cards(request.organisation)
    earlier = can_carry(request.organisation, [card.edition for card in found])
    context = {
        "cards": found,
        "earlier": Paginator(earlier, ON_A_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "work/scoping/choose.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.ASSESS)
def start(request: MemberRequest, edition_id: int) -> HttpResponse:
    edition = _edition(request, edition_id)
    earlier = _asked(request, edition, "from")
    is_sent = request.method == "POST"
    data = request.POST if is_sent else None
    others = list(may_rest_on(request.organisation, edition))
    words = _first_words(earlier)
    form = StartForm(data, edition=edition, others=others, initial=words)
    like = earlier or _asked(request, edition, "facts")
    before = like.facts if like else {}
    facts = FactsForm(data, facts=list(edition.facts.all()), known=before)
    if is_sent and form.is_valid() and facts.is_valid():
        typed = dict(form.cleaned_data)
        chosen = typed.pop("rests_on", None)
        try:
            assessment = actions.start(
                by=request.user,
                organisation=request.organisation,
                edition=edition,
                facts=facts.answers(),
                earlier=earlier,
                rests_on=next((one for one in others if one.pk == chosen), None),
                sending=sending_of(request),
                **typed,
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect(assessment)
    known = facts.answers() if is_sent and facts.is_valid() else before
    context = {"edition": edition, "form": form, "facts": facts, "earlier": earlier}
    context |= {"like": like, "alike": _alike(request, edition)[:SOURCES]}
    rests = form["rests_on"].value() if others else None
    first = _first_day(form["period_from"].value())
    context |= applying_counts(edition, known, period_from=first, rests=bool(rests))
    status = 422 if is_sent else 200
    return render(request, "work/scoping/start.html", context, status=status)


def _edition(request: MemberRequest, edition_id: int) -> Edition:
    """An edition that is open; one that gave way while its form stood open, for a POST.

    The form comes back then with what was typed: ``actions.start`` refuses the edition.
    """
    here = request.organisation
    is_sent = request.method == "POST"
    editions = content.readable(here) if is_sent else Edition.open_now(here)
    return get_object_or_404(editions, pk=edition_id)


def _asked(request: MemberRequest, edition: Edition, name: str) -> Assessment | None:
    """The assessment that the address names, of the same checklist; 404 for a foreign one."""
    if name not in request.GET:
        return None
    try:
        return get_object_or_404(_alike(request, edition), pk=UUID(request.GET[name]))
    except ValueError as error:
        raise Http404 from error


def _alike(request: MemberRequest, edition: Edition) -> AssessmentQuerySet:
    """The organisation's own assessments of that checklist, the newest first."""
    own = request.organisation.assessments.for_page()
    alike = line(edition.checklist, request.organisation)
    return own.filter(edition__checklist__in=alike).order_by("-started_at")


def _first_words(earlier: Assessment | None) -> dict[str, Any]:
    """This year, or the subject and the period that follow from an earlier one."""
    if earlier:
        first, last = following(earlier.period_from, earlier.period_to)
        return {column: getattr(earlier, column) for column in CARRIED} | {
            "period_from": first,
            "period_to": last,
            "rests_on": earlier.rests_on_id,
        }
    year = timezone.localdate().year
    return {"period_from": f"{year}-01-01", "period_to": f"{year}-12-31"}


@require_POST
@member_required(Permission.ASSESS)
def applies(request: MemberRequest, edition_id: int) -> HttpResponse:
    """How many questions would apply, while the facts are being answered."""
    edition = _edition(request, edition_id)
    facts = FactsForm(request.POST, facts=list(edition.facts.all()))
    known = facts.answers() if facts.is_valid() else {}
    rests = bool(request.POST.get("rests_on"))
    first = _first_day(request.POST.get("period_from"))
    context = {"edition": edition, "is_reply": True}
    context |= applying_counts(edition, known, period_from=first, rests=rests)
    return render(request, "work/scoping/_counts.html", context)


def _first_day(typed: Any) -> date | None:
    """The first day of the audit period, None while none is typed."""
    try:
        day: date = StartForm.base_fields["period_from"].clean(typed)
    except ValidationError:
        return None
    return day
