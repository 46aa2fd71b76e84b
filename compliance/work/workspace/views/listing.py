"""The list of assessments."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from compliance.ground.web.replica import may_lag
from compliance.ground.web.text import searched
from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.work.workspace.lists import ON_A_PAGE, listed, standing


@require_safe
@member_required(Permission.VIEW)
@may_lag
def list_(request: MemberRequest) -> HttpResponse:
    words = searched(request.GET.get("q", ""))
    pages = Paginator(listed(request.organisation, words), ON_A_PAGE)
    page = pages.get_page(request.GET.get("page"))
    rows = standing(list(page), timezone.localdate(), request.user.pk)
    context = {"rows": rows, "groups": [("", rows)], "page": page, "words": words}
    return render(request, "work/workspace/list.html", context)
