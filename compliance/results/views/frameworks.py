"""Control frameworks: what assessments help to show, clause by clause."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from compliance.checklist_files.writing import FORMATS
from compliance.checklists.frameworks import counted
from compliance.checklists.models import Framework
from compliance.evidence.download import attached
from compliance.organisations.access import MemberRequest, Permission, member_required
from compliance.results import actions
from compliance.results.clauses import proofs_of
from compliance.web.replica import may_lag

TYPES = {name: FORMATS[name].media_type for name in ("xlsx", "csv")}


@require_safe
@member_required(Permission.VIEW)
@may_lag
def frameworks(request: MemberRequest) -> HttpResponse:
    return render(request, "results/frameworks.html", {"frameworks": counted()})


@require_safe
@member_required(Permission.VIEW)
@may_lag
def framework(request: MemberRequest, key: str) -> HttpResponse:
    found = get_object_or_404(Framework, key=key)
    context = {
        "framework": found,
        "clauses": proofs_of(request.organisation, found, timezone.localdate()),
        "formats": TYPES,
    }
    return render(request, "results/framework.html", context)


@require_POST
@member_required(Permission.REPORT)
def framework_file(request: MemberRequest, key: str) -> HttpResponse:
    """The same as a file; that someone took it away is on the trail."""
    found = get_object_or_404(Framework, key=key)
    form = request.POST.get("format", "")
    if form not in TYPES:
        raise Http404
    content = actions.write_clauses(
        by=request.user, organisation=request.organisation, framework=found, form=form
    )
    name = f"evidence-{found.key}-{timezone.localdate().isoformat()}.{form}"
    return attached(content, TYPES[form], name)
