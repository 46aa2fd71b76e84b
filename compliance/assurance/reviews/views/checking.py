"""Going through answers one by one: accept, or return with a reason."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from compliance.assurance.reviews import actions
from compliance.assurance.reviews.checks import seen_of
from compliance.assurance.reviews.choices import CheckResult
from compliance.assurance.reviews.forms import CheckForm, SeenForm
from compliance.assurance.reviews.pages import PAGE, address, find, shown_again
from compliance.assurance.reviews.queue_filter import Picked, picked
from compliance.assurance.reviews.review_queue import Looks, Stop, last_look, looks_at, way_of
from compliance.content.evidence.previews import previews_of
from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.work.assessments.models import Answer, Assessment
from compliance.work.snapshots.snapshot import line_of, one_moment, to_read


@require_safe
@member_required(Permission.CONFIRM)
def check(request: MemberRequest, assessment_id: UUID) -> HttpResponse:
    """One answer of a sample, with what to say of it."""
    assessment = find(request, assessment_id)
    if not assessment.reviews.filter(ended="").exists():
        messages.info(request, "This assessment is not in review.")
        return redirect(address(assessment))
    way, looks = way_of(assessment), looks_at(assessment)
    which = picked(way, looks, request.GET)
    stop = _stop(which, looks, request.GET)
    if stop is None:
        messages.success(request, f"{which.title}: all looked at.")
        return redirect(address(assessment))
    return _page(request, assessment, which, looks, stop)


def _stop(which: Picked, looks: Looks, given: QueryDict) -> Stop | None:
    """The answer ``at`` a key; else the next that nobody looked at, from ``after`` on.

    Without either the first one, when all were looked at.
    """
    keys = [one.key for one in which.stops]
    if (at := given.get("at", "")) in keys:
        return which.stops[keys.index(at)]
    after = given.get("after", "")
    start = keys.index(after) + 1 if after in keys else 0
    order = [*which.stops[start:], *which.stops[:start]]
    left = (one for one in order if one.result(looks) is None)
    return next(left, None if after else next(iter(order), None))


def _page(
    request: MemberRequest,
    assessment: Assessment,
    which: Picked,
    looks: Looks,
    stop: Stop,
    *,
    form: CheckForm | None = None,
    status: int = 200,
) -> HttpResponse:
    place = which.stops.index(stop)
    context = _shown(assessment, stop) | {
        "which": which,
        "place": place + 1,
        "before": _at(which, which.stops[place - 1 : place]),
        "after": _at(which, which.stops[place + 1 : place + 2]),
        "query": _query(which, stop.key),
        "is_own": request.user.pk in stop.preparers,
        "today": timezone.localdate(),
        "left": sum(one.result(looks) is None for one in which.stops),
        "form": form,
    }
    return render(request, "assurance/reviews/check.html", context, status=status)


def _shown(assessment: Assessment, stop: Stop) -> dict[str, Any]:
    """The answer as it stands now, and the last look at that."""
    with one_moment():
        here = to_read(assessment.pk)
        answer = here.answers.for_page().get(pk=stop.answer_id)
        line = line_of(here, stop.answer_id)
    seen = seen_of(line)
    last = last_look(answer.pk, seen)
    return {
        "assessment": here,
        "line": line,
        "answer": answer,
        "question": answer.question,
        "previews": previews_of(one.evidence for one in answer.attachments.all()),
        "seen": seen,
        "last": last,
    }


def _at(which: Picked, stops: Sequence[Stop]) -> str:
    return _query(which, stops[0].key) if stops else ""


def _query(which: Picked, key: str) -> str:
    return f"?{urlencode(which.params | {'at': key})}"


@require_POST
@member_required(Permission.CONFIRM)
def check_save(request: MemberRequest, assessment_id: UUID, answer_id: int) -> HttpResponse:
    """Keep what was said, and go on to the next that nobody looked at.

    With ``back`` in the address it leads back to the review page, where it came from.
    """
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
    if "back" in request.GET:
        return redirect(address(assessment))
    given = request.GET.dict()
    given["after"] = given.pop("at", "")
    return redirect(f"{address(assessment)}check/?{urlencode(given)}")


@require_POST
@member_required(Permission.CONFIRM)
def accept_ruled_out(request: MemberRequest, assessment_id: UUID) -> HttpResponse:
    """Keep a yes to all that does not apply, and lead back to the review page."""
    assessment, form = find(request, assessment_id), SeenForm(request.POST)
    try:
        form.is_valid()
        count = actions.accept_ruled_out(
            by=request.user,
            assessment=assessment,
            seen=form.cleaned_data.get("seen", ""),
        )
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, f"Accepted: {count} that do not apply.")
    return redirect(address(assessment))


def _refused(request: MemberRequest, assessment: Assessment, form: CheckForm) -> HttpResponse:
    """The answer again with what was typed; the review page where it is not shown."""
    looks = looks_at(assessment)
    which = picked(way_of(assessment), looks, request.GET)
    stop = {one.key: one for one in which.stops}.get(request.GET.get("at", ""))
    if stop and assessment.reviews.filter(ended="").exists():
        return _page(request, assessment, which, looks, stop, form=form, status=422)
    context = shown_again(request, assessment, "check_form", form, "reason")
    return render(request, PAGE, context, status=422)


def _check(request: MemberRequest, assessment: Assessment, answer_id: int, form: CheckForm) -> None:
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
