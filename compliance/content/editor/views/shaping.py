"""The buttons inside the form of a question: they change the form and save nothing."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from compliance.content.checklists import content
from compliance.content.checklists.models import Edition, Question
from compliance.content.checklists.pages import find, is_draft, keeps
from compliance.content.editor import reading
from compliance.content.editor.forms import GuidanceForm, QuestionEditor
from compliance.content.editor.pages import cited, lines_of, lost, typed, whole
from compliance.content.editor.shaping import Shaped, ShapeError, shape
from compliance.content.legal_index import citing
from compliance.ground.web.htmx import wants_partial
from compliance.identity.organisations.access import MemberRequest, Permission, member_required

AREAS = {
    "if": "_rule_rows.html",
    "date": "_dates.html",
    "until": "_dates.html",
    "law": "_cites.html",
}
MOST_TYPED = 200


@require_POST
@member_required(Permission.EDIT)
def question_shape(request: MemberRequest, edition_id: int) -> HttpResponse:
    """A row added, moved or removed: the form as it is then, not saved.

    htmx gets the area that changed; with "read" only what the rules say now.
    """
    edition = find(request, edition_id)
    if not keeps(request, edition):
        raise Http404
    key = request.POST.get("key", "")[:60]
    question: Question | None = content.with_links(edition.questions).filter(key=key).first()
    if question is None:
        return _lost(request, edition, key)
    data, asked = request.POST.copy(), request.POST.get("do", "")[:200].strip()
    context = _done(data, asked)
    facts = list(edition.facts.all())
    document = content.question_values(question)
    editor = QuestionEditor(document, edition=edition, facts=facts, data=data)
    editor.focus(context.get("focus", ""))
    context |= _law(editor, asked) | {"edition": edition, "key": key, "unsaved": True}
    if not wants_partial(request.htmx):
        return _whole(request, edition, editor, context)
    said = reading.said(typed(document, editor), edition, facts)
    context |= {"editor": editor, "form": editor.form, "question": question}
    is_last = context.get("area", "").startswith("until")
    context |= {"said": said, "cites": cited(editor)}
    context |= {"dates": editor.until if is_last else editor.dates}
    return render(request, "content/editor/_shaped.html", context)


def _whole(request: MemberRequest, edition: Edition, editor: QuestionEditor, context: Any) -> HttpResponse:
    guidance = GuidanceForm(editor.form.data)
    guidance.is_valid()
    guide = guidance.cleaned_data
    page = whole(edition, key=context["key"], editor=editor, guide=guide) | context
    return render(request, "content/editor/edit.html", page)


def _done(data: Any, asked: str) -> dict[str, Any]:
    """Change what was posted as a button asks; the faults that the page shows."""
    area, _, rest = asked.partition(" ")
    if area == "read":
        return {"part": ""}
    if area == "law":
        return {"part": AREAS["law"], "focus": _shape_law(data, rest)}
    try:
        done = shape(data, asked)
    except ShapeError as refused:
        done, fault = Shaped(area, ""), f"{refused}."
    else:
        fault = ""
    part = AREAS.get(done.area.partition("-")[0], AREAS["if"])
    return {"part": part, "focus": done.focus, "fault": fault, "area": done.area}


def _shape_law(data: Any, asked: str) -> str:
    """Add, move, remove or replace a citation; the id of what is worked on next."""
    verb, _, cite = asked.partition(" ")
    cites, focus = lines_of(data), "id_cite"
    if verb == "add":
        cites.append(cite)
        data["cite"] = ""
    elif cite in cites and verb in {"up", "down", "remove", "use"}:
        at = cites.index(cite)
        cites.remove(cite)
        focus = f"law-{min(at, max(len(cites) - 1, 0))}-remove"
        if verb in {"up", "down"}:
            cites.insert(max(at - 1, 0) if verb == "up" else at + 1, cite)
            focus = f"law-{cites.index(cite)}-{verb}"
        elif verb == "use":
            found = citing.look_up([cite], timezone.localdate())[cite]
            cites.insert(at, found.successor or cite)
    data.setlist("cites", list(dict.fromkeys(cites)))
    return focus


def _law(editor: QuestionEditor, asked: str) -> dict[str, Any]:
    """With "find" what was typed is taken up, or what it may mean is shown."""
    text = str(editor.form.data.get("cite", "")).strip()
    if asked != "law find" or not text:
        return {}
    exact, found = citing.search(text[:MOST_TYPED], timezone.localdate())
    if exact:
        data: Any = editor.form.data
        data.setlist("cites", list(dict.fromkeys([*lines_of(data), exact.cite])))
        data["cite"] = ""
        return {}
    editor.found = found
    return {"unfound": "" if found else text}


@require_safe
@member_required(Permission.EDIT)
def provisions(request: MemberRequest, edition_id: int) -> HttpResponse:
    """Provisions that match a citation being typed, as options of a list."""
    edition = find(request, edition_id)
    text = request.GET.get("cite", "").strip()[:MOST_TYPED]
    _, found = citing.search(text, timezone.localdate())
    context = {"edition": edition, "found": found, "text": text}
    return render(request, "content/editor/_cite_options.html", context)


def _lost(request: MemberRequest, edition: Edition, key: str) -> HttpResponse:
    """The question was removed meanwhile: the whole page says so, with what was typed."""
    if not is_draft(request, edition):
        raise Http404
    shown = lost(edition, key, request.POST)
    response = render(request, "content/editor/edit.html", shown, status=409)
    if wants_partial(request.htmx):
        response["HX-Retarget"], response["HX-Reswap"] = "body", "innerHTML"
    return response
