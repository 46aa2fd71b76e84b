"""The page of changes of the law."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from compliance.content.legal_index.changes import recorded
from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.work.law_changes.law import cited, grouped, in_order

MOST = 20


@require_safe
@member_required(Permission.VIEW)
def law(request: MemberRequest) -> HttpResponse:
    """Changes of the law, newest first, with the questions that rest on them."""
    changes = in_order(recorded())
    resting = cited(changes, request.organisation)
    is_all = "all" in request.GET
    pages = Paginator(changes if is_all else resting, MOST)
    page = pages.get_page(request.GET.get("page"))
    context = {
        "groups": grouped(list(page), request.organisation),
        "page": page,
        "is_all": is_all,
        "rest_count": len(changes) - len(resting),
    }
    return render(request, "work/law_changes/law.html", context)
