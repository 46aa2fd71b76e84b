"""Adding to the library: files and links, several in one go."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from compliance.content.evidence import actions
from compliance.content.evidence.filetypes import KEPT
from compliance.content.evidence.forms import SEVERAL, EvidenceForm
from compliance.content.evidence.refusals import add_refusals
from compliance.ground.web.htmx import wants_partial
from compliance.ground.web.sendings import sending_of
from compliance.identity.organisations.access import MemberRequest, Permission, member_required


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.ANSWER)
def add(request: MemberRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request, EvidenceForm())
    form = EvidenceForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form, 422)
    outcomes = actions.add_each(
        by=request.user,
        organisation=request.organisation,
        sending=sending_of(request),
        **form.cleaned_data,
    )
    status = add_refusals(form, outcomes)
    if status != 200 or wants_partial(request.htmx):
        return _page(request, form, status, outcomes)
    evidence = outcomes[0].evidence
    if evidence is None or len(outcomes) > 1:
        messages.success(request, f"{len(outcomes)} files are in the library.")
        return redirect("evidence:list", request.organisation.slug)
    messages.success(request, f"“{evidence}” is in the library.")
    return redirect(evidence)


def _page(
    request: MemberRequest,
    form: EvidenceForm,
    status: int = 200,
    outcomes: Sequence[actions.Outcome] = (),
) -> HttpResponse:
    """The page with the form; what became of a file alone, for a script."""
    context = {"form": form, "outcomes": outcomes, "kept": KEPT, "several": SEVERAL}
    part = "content/evidence/_outcomes.html" if wants_partial(request.htmx) else None
    return render(request, part or "content/evidence/add.html", context, status=status)
