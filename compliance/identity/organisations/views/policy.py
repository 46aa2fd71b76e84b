"""The policy of an organisation, and what it would mean for whom."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from compliance.identity.organisations import actions
from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.identity.organisations.forms import PolicyForm
from compliance.identity.organisations.pages import policy_context


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.MEMBERS)
def policy(request: MemberRequest) -> HttpResponse:
    """The rules; those who have to set up a factor, and those who could not."""
    is_sent = request.method == "POST"
    form = PolicyForm(request.POST if is_sent else None, policy=request.organisation.policy)
    if form.is_valid():
        try:
            actions.set_policy(by=request.user, organisation=request.organisation, **form.changes)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, "The policy holds from now on.")
            return redirect("organisations:policy", request.organisation.slug)
    context = {"form": form} | policy_context(request)
    status = 422 if is_sent else 200
    return render(request, "identity/organisations/policy.html", context, status=status)
