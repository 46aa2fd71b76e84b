"""The details of a running assessment: its subject, audit period and due day, corrected."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from compliance.ground.web.text import counted
from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.templatetags.ui import day
from compliance.work.assessments import actions
from compliance.work.assessments.detail_fields import BY_COLUMN
from compliance.work.assessments.models import Assessment
from compliance.work.scoping.forms import DetailsForm, ShownDetails
from compliance.work.workspace.pages import find

BASE = "base"
"""Before the name of a detail: what the page showed of it."""


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.ASSESS)
def details(request: MemberRequest, assessment_id: UUID) -> HttpResponse:
    assessment = find(request, assessment_id)
    now = {column: getattr(assessment, column) for column in BY_COLUMN}
    data = request.POST if request.method == "POST" else None
    form = DetailsForm(data, edition=assessment.edition, initial=now)
    base = ShownDetails(data, initial=now, prefix=BASE)
    if data is not None and form.is_valid():
        base.is_valid()
        typed = dict(form.cleaned_data)
        reason = typed.pop("reason")
        try:
            moved = actions.correct_details(
                by=request.user,
                assessment=assessment,
                details=typed,
                base=base.cleaned_data,
                reason=reason,
            )
        except actions.StaleError as stale:
            return _stale_details(request, assessment, stale, reason)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _corrected(moved))
            return redirect(assessment)
    context = {"assessment": assessment, "form": form, "base": base}
    status = 200 if data is None else 422
    return render(request, "work/scoping/details.html", context, status=status)


def _stale_details(
    request: MemberRequest, assessment: Assessment, stale: actions.StaleError, reason: str
) -> HttpResponse:
    """Typed details beside those of others; saving from here takes the typed ones."""
    merged = {**stale.now, **stale.mine, "reason": reason}
    form = DetailsForm(edition=assessment.edition, initial=merged)
    labels = {column: _label(column, form) for column in stale.keys}
    sides = {
        label: (_in_words(column, merged), _in_words(column, stale.now)) for column, label in labels.items()
    }
    context = {
        "assessment": assessment,
        "form": form,
        "base": ShownDetails(initial=dict(stale.now), prefix=BASE),
        "clashes": [(label, *texts) for label, texts in sides.items()],
    }
    return render(request, "work/scoping/details.html", context, status=409)


def _label(column: str, form: DetailsForm) -> str:
    """Its name above two sides; the two days of the period have one."""
    return "Audit period" if column in actions.PERIOD else str(form.fields[column].label)


def _in_words(column: str, side: dict[str, Any]) -> str:
    if column in actions.PERIOD:
        first, last = (day(side[name]) for name in actions.PERIOD)
        return f"{first} to {last}"
    return BY_COLUMN[column].words(side[column]) or "empty"


def _corrected(count: int) -> str:
    if not count:
        return "Details corrected. The same questions apply as before."
    return f"Details corrected. {counted(count, 'question')} changed; every answer is kept."
