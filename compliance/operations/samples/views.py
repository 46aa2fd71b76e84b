"""Opening a sample, and throwing it away."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)
from django_htmx.http import HttpResponseClientRedirect

from compliance.ground.web.htmx import render_page, wants_partial
from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.operations.samples import tasks
from compliance.operations.samples.opening import sample_of
from compliance.operations.samples.throwing import throw_away


@require_POST
@member_required(Permission.ASSESS)
def sample(request: MemberRequest) -> HttpResponse:
    """Open the person's own sample, or ask for one and wait."""
    try:
        made = tasks.ask_sample(by=request.user)
    except ValidationError as refusal:
        messages.error(request, refusal.message)
        return redirect(request.organisation)
    if made:
        return redirect(made)
    return redirect("samples:waiting", request.organisation.slug)


@require_safe
@member_required(Permission.ASSESS)
def waiting(request: MemberRequest) -> HttpResponse:
    """The wait for the sample: the page asks again until it is there, then opens it.

    It names its job, so that only the first look searches the queue.
    """
    job = request.GET.get("job", "")
    made, wait = sample_of(request.user), tasks.wait_of(request.user, job)
    if wait and not made:
        context = {"wait": wait}
        return render_page(request, "operations/samples/waiting.html", context, partial="state")
    place = (made or request.organisation).get_absolute_url()
    if wants_partial(request.htmx):
        return HttpResponseClientRedirect(place)
    return redirect(place)


@require_POST
@member_required(Permission.ASSESS)
def cancel(request: MemberRequest) -> HttpResponse:
    """Call the sample off; if it is there already, ask whether to throw it away."""
    tasks.call_off(by=request.user)
    made = sample_of(request.user)
    if made:
        return redirect("samples:throw", made.slug)
    messages.success(request, "The sample was called off.")
    return redirect(request.organisation)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.VIEW)
def throw(request: MemberRequest) -> HttpResponse:
    """Ask, then throw the sample away; for another organisation, go to its home page."""
    if request.organisation.sample_of_id != request.user.pk:
        return redirect(request.organisation)
    if request.method != "POST":
        return render(request, "operations/samples/throw.html")
    try:
        throw_away(by=request.user, organisation=request.organisation)
    except ValidationError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "The sample was thrown away.")
    return redirect("organisations:front")
