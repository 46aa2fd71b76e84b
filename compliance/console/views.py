"""The one page of administrators."""

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from compliance.console import state
from compliance.organisations.access import MemberRequest
from compliance.organisations.reauthentication import StepUp, stepped_up


@require_safe
def console(request: MemberRequest) -> HttpResponseBase:
    """The state of the installation, to administrators with a second factor.

    It asks them again who they are. Everybody else gets 404.
    """
    if not request.user.is_administrator:
        raise Http404
    if not request.user.is_protected:
        return render(request, "console/factor_needed.html", status=403)
    return _shown(request)


@stepped_up(StepUp.FRESH, first=True)
def _shown(request: Any) -> HttpResponse:
    return render(request, "console/console.html", state.context())
