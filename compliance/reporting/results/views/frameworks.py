"""Control frameworks: what assessments help to show, clause by clause."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from compliance.content.checklist_files.writing import FORMATS
from compliance.content.checklists.frameworks import counted
from compliance.content.checklists.models import Framework
from compliance.content.evidence.download import attached
from compliance.ground.web.replica import may_lag
from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.reporting.results import actions
from compliance.reporting.results.clauses import proofs_of

TYPES = {name: FORMATS[name].media_type for name in ("xlsx", "csv")}


@require_safe
@member_required(Permission.VIEW)
@may_lag
def frameworks(request: MemberRequest) -> HttpResponse:
    return render(request, "reporting/results/frameworks.html", {"frameworks": counted()})


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
    return render(request, "reporting/results/framework.html", context)


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
