"""The scope of a running assessment: its facts, what does not apply, what it rests on."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from compliance.content.checklists.models import Fact
from compliance.ground.web.htmx import render_page
from compliance.ground.web.text import counted
from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.work.assessments import actions
from compliance.work.assessments.applying import Scope
from compliance.work.assessments.models import Answer, Assessment
from compliance.work.assessments.resting import bears, may_rest_on
from compliance.work.scoping.forms import FactsForm, RestsOnForm
from compliance.work.scoping.pages import applying_counts
from compliance.work.workspace.pages import find
from compliance.work.workspace.standing_in import borne_by

BASE = "base"
"""Before the name of a fact: what the page knew of it."""


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
        except actions.StaleError as stale:
            return _stale_facts(request, assessment, asked, stale)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _moved(moved))
            return redirect(assessment)
    context = {"assessment": assessment, "facts": form, "base": base.hidden()}
    status = 200 if data is None else 422
    return _facts_page(request, context, assessment.facts, status)


def _stale_facts(
    request: MemberRequest,
    assessment: Assessment,
    asked: list[Fact],
    stale: actions.StaleError,
) -> HttpResponse:
    """Chosen values beside those of others; saving from here takes the chosen ones."""
    scope = Scope(assessment.edition, stale.now)
    clashes = [
        (
            scope.words[key].label,
            scope.fact_in_words(key, stale.mine),
            scope.fact_in_words(key),
        )
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
    counts = applying_counts(here.edition, known, period_from=here.period_from, rests=here.rests)
    context |= {"edition": here.edition, "once": _once(here)} | counts
    context["borne"] = borne_by(here).others
    return render(request, "work/scoping/facts.html", context, status=status)


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
        return redirect("scoping:facts", request.organisation.slug, here.pk)
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
        return redirect("scoping:facts", request.organisation.slug, here.pk)
    messages.success(request, _rested(other, moved))
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
        "facts": list(scope.facts_in_words()),
        "rows": [(answer, scope.of(answer.question)) for answer in answers],
        "total": assessment.answers.count(),
        "archived": Answer.archived_of(assessment).count(),
    }
    return render_page(request, "work/scoping/applicability.html", context, partial="content")
