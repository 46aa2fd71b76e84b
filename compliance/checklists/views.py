"""Reading checklists; they are changed elsewhere."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from compliance.checklists import about as sources
from compliance.checklists import content
from compliance.checklists.changes import Telling
from compliance.checklists.diff import compare
from compliance.organisations.access import MemberRequest, Permission, member_required


@require_safe
@member_required(Permission.VIEW)
def list(request: MemberRequest) -> HttpResponse:
    editions = content.on_offer(request.organisation)
    return render(request, "checklists/list.html", {"editions": editions})


@require_safe
@member_required(Permission.VIEW)
def about(request: MemberRequest) -> HttpResponse:
    """Where the content comes from, how it is made, and what it cannot say."""
    return render(request, "checklists/about.html", sources.page(request.organisation))


@require_safe
@member_required(Permission.VIEW)
def detail(request: MemberRequest, edition_id: int) -> HttpResponse:
    edition = get_object_or_404(content.readable(request.organisation), pk=edition_id)
    sections = content.sections_of(edition)
    keys = [section.key for section in sections]
    wanted = request.GET.get("section", keys[0])
    if wanted not in keys:
        raise Http404
    at = keys.index(wanted)
    facts = edition.facts.all()
    context = {
        "edition": edition,
        "sections": sections,
        "section": sections[at],
        "previous": sections[at - 1] if at else None,
        "next": sections[at + 1] if at + 1 < len(sections) else None,
        "questions": content.shown(sections[at], edition, facts),
        "facts": facts,
        "others": content.others(edition, request.organisation),
    }
    return render(request, "checklists/detail.html", context)


@require_safe
@member_required(Permission.VIEW)
def diff(request: MemberRequest, edition_id: int, other_id: int) -> HttpResponse:
    """What differs from one edition of a checklist to another of the same."""
    readable = content.readable(request.organisation)
    old = get_object_or_404(readable, pk=edition_id)
    new = get_object_or_404(readable, pk=other_id, checklist=old.checklist_id)
    documents = content.document(old), content.document(new)
    found = compare(*documents)
    context = {
        "old": old,
        "new": new,
        "diff": found,
        "rows": Telling(*documents).rows(found),
    }
    return render(request, "checklists/diff.html", context)
