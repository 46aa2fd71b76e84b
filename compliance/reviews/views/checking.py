"""Going through answers one by one: accept, or return with a reason."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from compliance.assessments.models import Answer, Assessment
from compliance.organisations.access import MemberRequest, Permission, member_required
from compliance.reviews import actions
from compliance.reviews.checks import last_of, seen_of
from compliance.reviews.choices import CheckResult
from compliance.reviews.content import Line
from compliance.reviews.forms import CheckForm
from compliance.reviews.picking import Picked, picked
from compliance.reviews.reading import Desk, desk_of
from compliance.reviews.views.showing import address, find


@require_safe
@member_required(Permission.CONFIRM)
def check(request: MemberRequest, assessment_id: UUID) -> HttpResponse:
    """One answer of a sample, with what to say of it."""
    assessment = find(request, assessment_id)
    desk = desk_of(assessment)
    if desk.review is None:
        messages.info(request, "This assessment is not in review.")
        return redirect(address(assessment))
    which = picked(desk, request.GET)
    line = _line(desk, which, request.GET)
    if line is None:
        messages.success(request, f"{which.title}: all looked at.")
        return redirect(address(assessment))
    return _page(request, desk, which, line)


def _line(desk: Desk, which: Picked, given: QueryDict) -> Line | None:
    """The line ``at`` a key; else the next that nobody looked at, from ``after`` on.

    Without either the first one, when all were looked at.
    """
    keys = [line.key for line in which.lines]
    if (at := given.get("at", "")) in keys:
        return which.lines[keys.index(at)]
    after = given.get("after", "")
    start = keys.index(after) + 1 if after in keys else 0
    order = [*which.lines[start:], *which.lines[:start]]
    left = (line for line in order if last_of(line, desk.checks) is None)
    return next(left, None if after else next(iter(order), None))


def _page(
    request: MemberRequest,
    desk: Desk,
    which: Picked,
    line: Line,
    *,
    form: CheckForm | None = None,
    status: int = 200,
) -> HttpResponse:
    here = desk.assessment
    place = which.lines.index(line)
    context: dict[str, Any] = {
        "assessment": here,
        "which": which,
        "line": line,
        "answer": here.answers.for_page().get(pk=desk.answers[line.key]),
        "place": place + 1,
        "before": _at(which, which.lines[place - 1 : place]),
        "after": _at(which, which.lines[place + 1 : place + 2]),
        "query": _query(which, line.key),
        "seen": seen_of(line),
        "last": last_of(line, desk.checks),
        "is_own": request.user.pk in desk.hands.get(line.key, ()),
        "left": sum(last_of(one, desk.checks) is None for one in which.lines),
        "form": form,
    }
    return render(request, "reviews/check.html", context, status=status)


def _at(which: Picked, lines: Sequence[Line]) -> str:
    return _query(which, lines[0].key) if lines else ""


def _query(which: Picked, key: str) -> str:
    return f"?{urlencode(which.params | {'at': key})}"


@require_POST
@member_required(Permission.CONFIRM)
def check_save(
    request: MemberRequest, assessment_id: UUID, answer_id: int
) -> HttpResponse:
    """Keep what was said, and go on to the next that nobody looked at."""
    assessment = find(request, assessment_id)
    form = CheckForm(request.POST)
    try:
        if form.is_valid():
            _check(request, assessment, answer_id, form)
        elif not assessment.answers.filter(pk=answer_id).exists():
            raise Http404
    except Answer.DoesNotExist as error:
        raise Http404 from error
    if form.errors:
        return _refused(request, assessment, form)
    given = request.GET.dict()
    given["after"] = given.pop("at", "")
    return redirect(f"{address(assessment)}check/?{urlencode(given)}")


def _refused(
    request: MemberRequest, assessment: Assessment, form: CheckForm
) -> HttpResponse:
    """The answer again with what was typed; the review page where it is not shown."""
    desk = desk_of(assessment)
    which = picked(desk, request.GET)
    keys = {line.key: line for line in which.lines}
    line = keys.get(request.GET.get("at", ""))
    if desk.review and line:
        return _page(request, desk, which, line, form=form, status=422)
    for words in form.errors.values():
        messages.error(request, str(words[0]))
    return redirect(address(assessment))


def _check(
    request: MemberRequest, assessment: Assessment, answer_id: int, form: CheckForm
) -> None:
    try:
        actions.check(
            by=request.user,
            assessment=assessment,
            answer_id=answer_id,
            seen=form.cleaned_data["seen"],
            result=CheckResult(form.cleaned_data["result"]),
            reason=form.cleaned_data["reason"],
        )
    except ValidationError as error:
        form.add_error(None, error.messages)
