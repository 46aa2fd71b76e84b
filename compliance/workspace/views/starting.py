"""Lists of assessments, starting one, its facts and what follows from them."""

from collections import Counter
from typing import Any
from uuid import UUID

from django.contrib import messages
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

from compliance.assessments import actions
from compliance.assessments.applying import Scope
from compliance.assessments.earlier_assessments import can_carry, following
from compliance.assessments.models import Answer, Assessment, AssessmentQuerySet
from compliance.assessments.resting import bears, may_rest_on
from compliance.checklists.copies import line
from compliance.checklists.models import Edition, Fact
from compliance.organisations.access import MemberRequest, Permission, member_required
from compliance.web.htmx import render_page
from compliance.web.text import counted, searched
from compliance.workspace.cards import cards
from compliance.workspace.forms import FactsForm, RestsOnForm, StartForm
from compliance.workspace.lists import ON_A_PAGE, listed, standing
from compliance.workspace.pages import find
from compliance.workspace.standing_in import borne_by

SOURCES = 3
"""How many assessments are offered to take facts from."""
BASE = "base"
"""Before the name of a fact: what the page knew of it."""


@require_safe
@member_required(Permission.VIEW)
def list_(request: MemberRequest) -> HttpResponse:
    words = searched(request.GET.get("q", ""))
    pages = Paginator(listed(request.organisation, words), ON_A_PAGE)
    page = pages.get_page(request.GET.get("page"))
    rows = standing(list(page), timezone.localdate(), request.user.pk)
    context = {"rows": rows, "groups": [("", rows)], "page": page, "words": words}
    return render(request, "workspace/list.html", context)


@require_safe
@member_required(Permission.ASSESS)
def choose(request: MemberRequest) -> HttpResponse:
    found = cards(request.organisation)
    earlier = can_carry(request.organisation, [card.edition for card in found])
    context = {
        "cards": found,
        "earlier": Paginator(earlier, ON_A_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "workspace/choose.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.ASSESS)
def start(request: MemberRequest, edition_id: int) -> HttpResponse:
    editions = Edition.open_now(request.organisation)
    edition = get_object_or_404(editions, pk=edition_id)
    earlier = _asked(request, edition, "from")
    is_sent = request.method == "POST"
    data = request.POST if is_sent else None
    others = list(may_rest_on(request.organisation, edition))
    first = _first_words(earlier)
    form = StartForm(data, edition=edition, others=others, initial=first)
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
    context |= _counts(edition, known, rests=bool(rests))
    status = 422 if is_sent else 200
    return render(request, "workspace/start.html", context, status=status)


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
        return {
            "subject": earlier.subject,
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
    editions = Edition.open_now(request.organisation)
    edition = get_object_or_404(editions, pk=edition_id)
    facts = FactsForm(request.POST, facts=list(edition.facts.all()))
    known = facts.answers() if facts.is_valid() else {}
    rests = bool(request.POST.get("rests_on"))
    context = {"edition": edition, "is_reply": True}
    context |= _counts(edition, known, rests=rests)
    return render(request, "workspace/_counts.html", context)


def _counts(edition: Edition, known: dict[str, Any], *, rests: bool) -> dict[str, Any]:
    """Numbers of questions by the day they bind, and of those that do not apply."""
    scope = Scope(edition, known, rests=rests)
    today = timezone.localdate()
    found = [scope.of(question) for question in edition.questions.all()]
    applying = [one for one in found if one.applies]
    ahead = Counter(
        one.binds_from for one in applying if one.binds_from and one.binds_from > today
    )
    return {
        "total": len(found),
        "applying": len(applying),
        "now_binding": len(applying) - sum(ahead.values()),
        "ahead_by_day": sorted(ahead.items()),
        "not_applying": len(found) - len(applying),
        "undecided": sum(one.is_open for one in applying),
        "contested": sum(one.is_contested for one in applying),
        "follows": scope.follows(),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.ASSESS)
def facts(request: MemberRequest, assessment_id: UUID) -> HttpResponse:
    assessment = find(request, assessment_id)
    data = request.POST if request.method == "POST" else None
    asked = list(assessment.edition.facts.all())
    form = FactsForm(data, facts=asked, known=assessment.facts)
    base = FactsForm(data, facts=asked, known=assessment.facts, prefix=BASE)
    if data is not None and form.is_valid():
        base.is_valid()
        try:
            moved = actions.change_facts(
                by=request.user,
                assessment=assessment,
                facts=form.answers(),
                base=base.answers(),
            )
        except actions.StaleFactsError as stale:
            return _stale_facts(request, assessment, asked, stale)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.info(request, _moved(moved))
            return redirect(assessment)
    context = {"assessment": assessment, "facts": form, "base": base.hidden()}
    status = 200 if data is None else 422
    return _facts_page(request, context, assessment.facts, status)


def _stale_facts(
    request: MemberRequest,
    assessment: Assessment,
    asked: list[Fact],
    stale: actions.StaleFactsError,
) -> HttpResponse:
    """Chosen values beside those of others; saving from here takes the chosen ones."""
    scope = Scope(assessment.edition, stale.now)
    clashes = [
        (scope.words[key].label, scope.told_of(key, stale.mine), scope.told_of(key))
        for key in stale.keys
    ]
    merged = stale.now | stale.mine
    context = {
        "assessment": assessment,
        "facts": FactsForm(facts=asked, known=merged),
        "base": FactsForm(facts=asked, known=stale.now, prefix=BASE).hidden(),
        "clashes": clashes,
    }
    return _facts_page(request, context, merged, 409)


def _facts_page(
    request: MemberRequest, context: dict[str, Any], known: dict[str, Any], status: int
) -> HttpResponse:
    """The page of the facts; what applies is counted for the ``known`` ones."""
    here = context["assessment"]
    counts = _counts(here.edition, known, rests=here.rests)
    context |= {"edition": here.edition, "once": _once(here)} | counts
    context["borne"] = borne_by(here).others
    return render(request, "workspace/facts.html", context, status=status)


def _once(here: Assessment) -> RestsOnForm | None:
    """The choice of the assessment that answers for this one; None with nothing to choose."""
    others = list(may_rest_on(here.organisation, here.edition, never=here))
    if not here.is_open or not (others or here.rests) or bears(here).exists():
        return None
    return RestsOnForm(others=others, now=here.rests_on_id)


@require_POST
@member_required(Permission.ASSESS)
def rest(request: MemberRequest, assessment_id: UUID) -> HttpResponse:
    """Let an assessment rest on another one, or answer for itself again."""
    here = find(request, assessment_id)
    others = list(may_rest_on(request.organisation, here.edition, never=here))
    form = RestsOnForm(request.POST, others=others)
    if not form.is_valid():
        said = "That assessment cannot answer for this one. Choose another."
        messages.error(request, said)
        return redirect("workspace:facts", request.organisation.slug, here.pk)
    chosen = form.cleaned_data["rests_on"]
    other = next((one for one in others if one.pk == chosen), None)
    try:
        moved = actions.rest_on(
            by=request.user,
            assessment=here,
            other=other,
            base=form.cleaned_data["base"],
        )
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return redirect("workspace:facts", request.organisation.slug, here.pk)
    messages.info(request, _rested(other, moved))
    return redirect(here)


def _rested(other: Assessment | None, count: int) -> str:
    questions = counted(count, "question")
    if other:
        return f"{other.subject} answers {questions} now; every answer here is kept."
    return f"{questions} asked here again, with the answers that were kept."


def _moved(count: int) -> str:
    if not count:
        return "Facts saved. The same questions apply as before."
    return f"Facts saved. {counted(count, 'question')} changed; every answer is kept."


@require_safe
@member_required(Permission.VIEW)
def applicability(request: MemberRequest, assessment_id: UUID) -> HttpResponse:
    """Every question that does not apply, with the rule and the fact."""
    assessment = find(request, assessment_id)
    scope = Scope.of_assessment(assessment)
    answers = assessment.answers.filter(applies=False).with_cites()
    answers = answers.select_related("question__section").order_by("question__position")
    context = {
        "assessment": assessment,
        "facts": list(scope.told()),
        "rows": [(answer, scope.of(answer.question)) for answer in answers],
        "total": assessment.answers.count(),
        "archived": Answer.archived_of(assessment).count(),
    }
    return render_page(
        request, "workspace/applicability.html", context, partial="content"
    )
