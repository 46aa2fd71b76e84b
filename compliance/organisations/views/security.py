"""My security page: how I sign in, and what I have signed."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from compliance.organisations.access import MemberRequest
from compliance.organisations.forms import PasskeyForm
from compliance.organisations.pages import security_told


@require_safe
def security(request: MemberRequest) -> HttpResponse:
    context = security_told(request) | {"form": PasskeyForm()}
    return render(request, "organisations/security.html", context)
