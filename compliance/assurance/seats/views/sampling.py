"""An auditor draws a sample and records the result."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from compliance.assurance.seats import actions
from compliance.assurance.seats.access import answer_for, seated
from compliance.assurance.seats.choices import How, SampleResult
from compliance.assurance.seats.expired import explain_when_over
from compliance.assurance.seats.forms import DrawForm, MarkForm, PickForm
from compliance.assurance.seats.pages import inside, note, question_context
from compliance.assurance.seats.queries import sample_of
from compliance.ground.web.text import counted
from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.work.assessments.models import Answer


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.AUDIT)
@explain_when_over
def sample(request: MemberRequest, seat_id: int) -> HttpResponse:
    """The auditor's own list, and a form to draw more into it."""
    here = seated(request, seat_id)
    form = DrawForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            drawn = actions.draw(
                by=request.user,
                seat=here,
                how=How(form.cleaned_data["how"]),
                count=form.cleaned_data["count"],
                seed=form.cleaned_data["seed"],
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            more = f"{counted(len(drawn), 'question')} drawn."
            messages.success(request, more)
            return redirect(request.path)
    note(request, here, "Sample")
    items = list(sample_of(here))
    context = inside(here) | {
        "items": items,
        "left": sum(item.result == SampleResult.OPEN for item in items),
        "form": form,
    }
    status = 422 if form.errors else 200
    return render(request, "assurance/seats/sample.html", context, status=status)


@require_POST
@member_required(Permission.AUDIT)
@explain_when_over
def pick(request: MemberRequest, seat_id: int) -> HttpResponse:
    """Put one question into the sample by hand."""
    here = seated(request, seat_id)
    form = PickForm(request.POST)
    if not form.is_valid():
        raise Http404
    try:
        actions.draw(
            by=request.user,
            seat=here,
            how=How.HAND,
            answer_id=form.cleaned_data["answer"],
        )
    except (Answer.DoesNotExist, ValidationError) as error:
        raise Http404 from error
    return redirect(
        "seats:question",
        request.organisation.slug,
        here.pk,
        form.cleaned_data["answer"],
    )


@require_POST
@member_required(Permission.AUDIT)
@explain_when_over
def mark(request: MemberRequest, seat_id: int, answer_id: int) -> HttpResponse:
    """Accept, flag with a note, or look again."""
    here = seated(request, seat_id)
    answer = answer_for(here, answer_id)
    form = MarkForm(request.POST)
    if form.is_valid():
        try:
            actions.mark(
                by=request.user,
                seat=here,
                answer_id=answer.pk,
                result=SampleResult(form.cleaned_data["result"]),
                note=form.cleaned_data["note"] if "note" in form.data else None,
            )
        except ValidationError as error:
            form.add_error(None, error)
    if form.errors:
        context = question_context(here, answer, form)
        return render(request, "assurance/seats/question.html", context, status=422)
    back = [request.organisation.slug, here.pk]
    if page := form.cleaned_data["page"]:  # the list of a section
        section = reverse("seats:section", args=[*back, answer.question.section_id])
        return redirect(f"{section}?page={page}#answer-{answer.pk}")
    return redirect("seats:question", *back, answer.pk)
