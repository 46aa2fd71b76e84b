"""The page for an auditor whose seat ended while a page of it was open."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate

from django.http import HttpResponseBase
from django.shortcuts import render

from compliance.assurance.seats.access import OverError
from compliance.ground.web.rejected_input import Unsent
from compliance.identity.organisations.access import MemberRequest

_TYPED = {"title": "Title", "text": "Text", "note": "Note"}
"""Fields into which an auditor writes, as the page of a seat that is over calls them."""


def explain_when_over[**P](
    view: Callable[Concatenate[MemberRequest, P], HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """Let a view say that the seat is over, and give back what was typed."""

    @wraps(view)
    def wrapped(request: MemberRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except OverError:
            typed = [(label, request.POST.get(n, "")) for n, label in _TYPED.items()]
            lost = Unsent((), tuple(one for one in typed if one[1].strip()))
            context = {"unsent": lost}
            return render(request, "assurance/seats/over.html", context, status=404)

    return wrapped
