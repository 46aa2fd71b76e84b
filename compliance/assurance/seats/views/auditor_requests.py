"""An auditor's requests."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from compliance.assurance.seats import actions
from compliance.assurance.seats.access import seated
from compliance.assurance.seats.expired import explain_when_over
from compliance.assurance.seats.forms import AskForm, SayForm
from compliance.assurance.seats.models import Request, Seat
from compliance.assurance.seats.pages import inside, note
from compliance.ground.web.mail import by_mail
from compliance.ground.web.rejected_input import unsent
from compliance.ground.web.sendings import sending_of
from compliance.identity.organisations import rate_limits
from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.work.assessments.models import Answer


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.AUDIT)
@explain_when_over
def asked_list(request: MemberRequest, seat_id: int) -> HttpResponse:
    """The auditor's requests, and a form to ask for more."""
    here = seated(request, seat_id)
    form = AskForm(request.POST if request.method == "POST" else None)
    status = 200
    if form.is_valid():
        status = _ask(request, here, form)
        if status == 302:
            mailed = by_mail(f"{request.organisation} gets a mail.")
            messages.success(request, f"Asked. {mailed}")
            return redirect("seats:asked_list", request.organisation.slug, here.pk)
    status = status if status > 200 or not form.errors else 422
    note(request, here, "Requests")
    context = inside(here) | {"requests": here.requests.for_page(), "form": form}
    return render(request, "assurance/seats/asked_list.html", context, status=status)


def _ask(request: MemberRequest, here: Seat, form: AskForm) -> int:
    """302 when it is asked, else the status of the refusal, which the form shows."""
    if not rate_limits.may_send(request):
        form.add_error(None, rate_limits.TOO_MANY)
        return 429
    values = form.cleaned_data
    try:
        actions.ask(
            by=request.user,
            seat=here,
            title=values["title"],
            text=values["text"],
            due_on=values["due_on"],
            answer_id=values["answer"],
            sending=sending_of(request),
        )
    except ValidationError as error:
        form.add_error(None, error)
        return 422
    except Answer.DoesNotExist:
        form.add_error(None, "This question is not part of the assessment.")
        return 422
    return 302


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.AUDIT)
@explain_when_over
def asked(request: MemberRequest, seat_id: int, request_id: int) -> HttpResponse:
    """One request with its thread, and a form to write into it."""
    here = seated(request, seat_id)
    row = _find(here, request_id)
    form = SayForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        if not rate_limits.may_send(request):
            form.add_error(None, rate_limits.TOO_MANY)
            return _page(request, here, row, form, 429)
        try:
            actions.say(
                by=request.user,
                seat=here,
                request_id=row.pk,
                text=form.cleaned_data["text"],
                sending=sending_of(request),
            )
        except ValidationError as error:
            form.add_error(None, error)
            row = _find(here, request_id)
        else:
            return redirect(request.path)
    return _page(request, here, row, form, 422 if form.errors else 200)


@require_POST
@member_required(Permission.AUDIT)
@explain_when_over
def settle(request: MemberRequest, seat_id: int, request_id: int) -> HttpResponse:
    """Close a request: the auditor has what was needed."""
    here = seated(request, seat_id)
    row = actions.close(by=request.user, request=_find(here, request_id))
    messages.success(request, f"{row.code} is closed.")
    return redirect("seats:asked_list", request.organisation.slug, here.pk)


def _find(here: Seat, request_id: int) -> Request:
    return get_object_or_404(here.requests.for_page(), pk=request_id)


def _page(request: MemberRequest, here: Seat, row: Request, form: SayForm, status: int) -> HttpResponse:
    note(request, here, f"Request {row.code}")
    context = inside(here) | {
        "asked": row,
        "thread": row.messages.select_related("by", "evidence"),
        "form": form,
        "unsent": unsent(form, "text") if row.is_closed and form.errors else None,
    }
    return render(request, "assurance/seats/asked.html", context, status=status)
