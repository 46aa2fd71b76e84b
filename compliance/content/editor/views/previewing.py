"""A preview of guidance, before it is saved."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from compliance.content.checklists import content
from compliance.content.checklists.pages import find, is_draft
from compliance.content.editor import reading
from compliance.content.editor.forms import GuidanceForm, QuestionEditor
from compliance.content.editor.pages import whole
from compliance.ground.web.htmx import wants_partial
from compliance.identity.organisations.access import MemberRequest, Permission, member_required


@require_POST
@member_required(Permission.EDIT)
def preview(request: MemberRequest, edition_id: int) -> HttpResponse:
    """The guidance that is typed; without script in the page, with all that was typed."""
    edition = find(request, edition_id)
    if not is_draft(request, edition):
        raise Http404
    form = GuidanceForm(request.POST)
    form.is_valid()
    if wants_partial(request.htmx):
        context = {"edition": edition, "guide": form.cleaned_data}
        return render(request, "content/editor/_guidance.html", context)
    key = request.POST.get("key", "")[:60]
    question = reading.find_question(edition, key)
    if question is None:
        raise Http404
    editor = QuestionEditor(
        content.question_values(question),
        edition=edition,
        facts=edition.facts.all(),
        data=request.POST,
    )
    shown = whole(edition, key=key, editor=editor, guide=form.cleaned_data)
    return render(request, "content/editor/edit.html", shown)
