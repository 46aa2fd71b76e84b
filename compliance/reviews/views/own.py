"""My signatures, in every organisation."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from compliance.organisations.access import MemberRequest
from compliance.reviews.own_signatures import MOST, signed_by


@require_safe
def signed_by_me(request: MemberRequest) -> HttpResponse:
    context = {"signatures": signed_by(request.user), "most": MOST}
    return render(request, "reviews/signed_by_me.html", context)
