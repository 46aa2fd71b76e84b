"""The editor: a draft's outline, one of its questions, its preview; and the head."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from compliance.content.applicability import simulator
from compliance.content.checklists import content, soundness
from compliance.content.checklists.models import Edition, Fact, Question
from compliance.content.checklists.pages import find, is_draft, keeper, keeps
from compliance.content.editor import actions, reading, undoable
from compliance.content.editor.forms import HeadForm, QuestionEditor
from compliance.content.editor.marks import touched
from compliance.content.editor.pages import clash, done, kept, lost, whole
from compliance.ground.web.htmx import wants_partial
from compliance.ground.web.text import searched
from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.proof.audit.refusals import RefusedError, StaleError

MOST_FIND = 200


@require_safe
@member_required(Permission.EDIT)
def edit(request: MemberRequest, edition_id: int) -> HttpResponse:
    """The outline beside a question, or beside a section with ``?section=``.

    With ``?find=`` the outline has what fits; htmx gets nothing but that.
    """
    edition = find(request, edition_id)
    if not is_draft(request, edition):
        return redirect("checklists:detail", request.organisation.slug, edition.pk)
    text = " ".join(request.GET.get("find", "").split())[:MOST_FIND]
    if wants_partial(request.htmx):
        tree = reading.outline(edition, edition.facts.all())
        context = {"edition": edition, "key": request.GET.get("question", "")}
        context |= {"section_key": request.GET.get("section", "")}
        context |= reading.searched(edition, tree, text)
        return render(request, "content/editor/_tree.html", context)
    key, saved = request.GET.get("question", ""), done(request, edition)
    section = request.GET.get("section", "")
    shown = whole(edition, key=key, section=section, done=saved)
    shown["differing"] = _differing(edition, shown["facts"], shown.get("question"))
    return _page(request, shown | reading.searched(edition, shown["outline"], text), 200)


def _differing(edition: Edition, facts: list[Fact], question: Question | None) -> list[tuple[str, str]]:
    """Differences between the examples and the rule of a question, as both are saved."""
    if not edition.organisations or question is None:
        return []
    document = {
        "edition": content.edition_document(edition),
        "facts": [content.fact_document(fact) for fact in facts],
        "sections": [{"questions": [content.question_document(question)]}],
    }
    broken = soundness.broken(document)
    return [] if broken else simulator.differing(document, question.key)


def _page(request: MemberRequest, shown: dict[str, Any], status: int) -> HttpResponse:
    return render(request, "content/editor/edit.html", shown, status=status)


@require_POST
@member_required(Permission.EDIT)
def question_save(request: MemberRequest, edition_id: int) -> HttpResponse:
    """The form of a question; what is refused comes back with all that was typed.

    htmx saves while someone types: its answer leaves the form as it is, and says in the
    bar that it is saved, or why not yet. A choice that is only half reworded is not taken
    away by that.
    """
    edition = find(request, edition_id)
    key = searched(request.POST.get("key", ""), 60)
    rows = content.with_links(edition.questions)
    question: Question | None = rows.filter(key=key).first()
    if question is None:
        if not is_draft(request, edition):
            raise Http404
        if wants_partial(request.htmx):
            return _not_yet(request, f"Someone else has removed {key}.", 409)
        return _page(request, lost(edition, key, request.POST), 409)
    editor = QuestionEditor(
        content.question_values(question),
        edition=edition,
        facts=edition.facts.all(),
        data=request.POST,
    )
    if not editor.is_valid(timezone.localdate()):
        return _refused(request, edition, key, editor)
    if wants_partial(request.htmx) and (gone := editor.removed):
        notice = f"Press Save to remove the choice “{gone[0]}”."
        if len(gone) > 1:
            notice = f"Press Save to remove {len(gone)} choices."
        return _not_yet(request, notice, 422)
    return _saved(request, edition, key, editor)


def _refused(request: MemberRequest, edition: Edition, key: str, editor: QuestionEditor) -> HttpResponse:
    if wants_partial(request.htmx):
        faults = [*editor.form.non_field_errors(), *(text for _, text in editor.faults)]
        return _not_yet(request, str(faults[0]), 422)
    return _page(request, whole(edition, key=key, editor=editor), 422)


def _not_yet(request: MemberRequest, fault: str, status: int) -> HttpResponse:
    """The state of a draft that could not be saved; its form stays as it is typed."""
    return render(request, "content/editor/_save.html", {"fault": fault}, status=status)


def _saved(request: MemberRequest, edition: Edition, key: str, editor: QuestionEditor) -> HttpResponse:
    values = editor.values()
    try:
        event = actions.save_question(
            by=request.user,
            organisation=keeper(request, edition),
            edition_id=edition.pk,
            key=key,
            seen=editor.form.cleaned_data["seen"],
            values=values,
        )
    except (Edition.DoesNotExist, Question.DoesNotExist) as error:
        raise Http404 from error
    except StaleError:
        if wants_partial(request.htmx):
            fault = f"Someone else has changed the same in {key}. Save shows you both."
            return _not_yet(request, fault, 409)
        mine = touched(content.as_kept(values), editor.form.cleaned_data["seen"])
        return _page(request, clash(edition, key, mine, request.POST), 409)
    except RefusedError as refused:
        editor.refuse_all(refused)
        return _refused(request, edition, key, editor)
    if wants_partial(request.htmx):
        return render(request, "content/editor/_saved.html", kept(edition, key, editor, values))
    path = reverse("editor:edit", args=[request.organisation.slug, edition.pk])
    if event is None:  # the page has saved it by itself just now, or nothing changed
        messages.success(request, f"{key} is saved.", extra_tags="focus")
    query = {"question": key} | ({"saved": event.seq} if event else {})
    return redirect(f"{path}?{urlencode(query)}")


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.EDIT)
def head(request: MemberRequest, edition_id: int) -> HttpResponse:
    """Number, day of the law, release notes, and what is assessed."""
    edition = find(request, edition_id)
    is_own = keeps(request, edition)
    is_read = request.method != "POST"
    if not is_own or (is_read and not is_draft(request, edition)):
        return redirect("checklists:detail", request.organisation.slug, edition.pk)
    if is_read:
        return _head(request, edition, _head_form(edition))
    form = HeadForm(request.POST)
    if not form.is_valid():
        return _head(request, edition, form, status=422)
    values = {n: v for n, v in form.cleaned_data.items() if n != "version"}
    version = form.cleaned_data["version"]
    try:
        event = actions.save_head(
            by=request.user,
            organisation=keeper(request, edition),
            edition_id=edition.pk,
            version=version,
            values=values,
        )
    except StaleError:
        return _stale_head(request, find(request, edition_id))
    except RefusedError as refused:
        form.add_error(None, f"{refused}.")
        return _head(request, edition, form, status=422)
    path = reverse("editor:edit", args=[request.organisation.slug, edition.pk])
    return redirect(f"{path}?saved={event.seq}" if event else path)


def _head_form(edition: Edition) -> HeadForm:
    names = [name for name in HeadForm.base_fields if hasattr(edition, name)]
    stands = {name: getattr(edition, name) for name in names}
    return HeadForm(initial=stands)


def _stale_head(request: MemberRequest, edition: Edition) -> HttpResponse:
    """Both texts: mine in the form, theirs beside it; saving again keeps mine."""
    data = request.POST.copy()
    data["version"] = str(edition.version)
    form = HeadForm(data)
    form.is_valid()
    mine = form.cleaned_data
    theirs = [
        (form.fields[name].label, getattr(edition, name))
        for name in mine
        if name != "version" and getattr(edition, name) != mine[name]
    ]
    return _head(request, edition, form, status=409, theirs=theirs)


def _head(
    request: MemberRequest,
    edition: Edition,
    form: HeadForm,
    *,
    status: int = 200,
    theirs: Any = None,
) -> HttpResponse:
    context = {"edition": edition, "form": form, "theirs": theirs}
    context["last"] = undoable.last(edition, request.user)
    return render(request, "content/editor/head.html", context, status=status)
