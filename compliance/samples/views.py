"""Opening a sample, and throwing it away."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from compliance.organisations.access import MemberRequest, Permission, member_required
from compliance.samples.opening import open_sample
from compliance.samples.throwing import throw_away


@require_POST
@member_required(Permission.ASSESS)
def sample(request: MemberRequest) -> HttpResponse:
    """Open the person's own sample; makes one if there is none."""
    try:
        return redirect(open_sample(by=request.user))
    except ValidationError as refusal:
        messages.error(request, refusal.message)
        return redirect(request.organisation)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.VIEW)
def throw(request: MemberRequest) -> HttpResponse:
    """Ask, then throw the sample away; for another organisation, go to its home page."""
    if request.organisation.sample_of_id != request.user.pk:
        return redirect(request.organisation)
    if request.method != "POST":
        return render(request, "samples/throw.html")
    try:
        throw_away(by=request.user, organisation=request.organisation)
    except ValidationError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "The sample was thrown away.")
    return redirect("organisations:front")
