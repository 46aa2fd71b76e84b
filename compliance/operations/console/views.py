"""The one page of administrators."""

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from compliance.identity.organisations.access import MemberRequest
from compliance.identity.organisations.reauthentication import StepUp, stepped_up
from compliance.operations.console import state


@require_safe
def console(request: MemberRequest) -> HttpResponseBase:
    """The state of the installation, to administrators with a second factor.

    It asks them again who they are. Everybody else gets 404.
    """
    if not request.user.is_administrator:
        raise Http404
    if not request.user.is_protected:
        return render(request, "operations/console/factor_needed.html", status=403)
    return _shown(request)


@stepped_up(StepUp.FRESH, first=True)
def _shown(request: Any) -> HttpResponse:
    return render(request, "operations/console/console.html", state.context())
