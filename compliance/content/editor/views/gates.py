"""The gates of an edition, and the form of each."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from compliance.content.checklists.models import Edition
from compliance.content.checklists.pages import find, is_draft, keeper
from compliance.content.editor import actions
from compliance.content.editor.forms import GateEditor
from compliance.content.editor.marks import mark_of
from compliance.content.editor.pages import done, removed, shaped
from compliance.content.rule_builder.sentences import gates_in_words
from compliance.content.rule_builder.tables import focus_on
from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.proof.audit.refusals import RefusedError, StaleError

NEW = "new"
"""Opens the form of a gate that is not there yet."""


@require_safe
@member_required(Permission.EDIT)
def gates(request: MemberRequest, edition_id: int) -> HttpResponse:
    """Every gate in words; ``?gate=`` opens the form of one."""
    edition = find(request, edition_id)
    key = request.GET.get("gate", "")[:60]
    stands = _stands(edition, key)
    if key and key != NEW and stands is None:
        raise Http404
    editor = None
    if key and is_draft(request, edition):
        editor = GateEditor(stands, facts=edition.facts.all())
    return _page(request, edition, editor)


def _stands(edition: Edition, key: str) -> Any:
    return next((gate for gate in edition.gates or () if gate["key"] == key), None)


def _page(
    request: MemberRequest,
    edition: Edition,
    editor: GateEditor | None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    context = {
        "edition": edition,
        "editor": editor,
        "gates": gates_in_words(edition),
        "is_draft": is_draft(request, edition),
        "seen": mark_of(editor.stands if editor else None),
        "done": done(request, edition),
    }
    return render(request, "content/editor/gates.html", context | more, status=status)


@require_POST
@member_required(Permission.EDIT)
def gate_save(request: MemberRequest, edition_id: int) -> HttpResponse:
    """A gate changed, or added when it has no key yet; with ``do`` only its form is."""
    edition = find(request, edition_id)
    keeper(request, edition)
    key = request.POST.get("key", "")[:60]
    stands, data = _stands(edition, key), request.POST.copy()
    asked = data.pop("do", [""])[-1][:200]
    more = shaped(data, asked)
    editor = GateEditor(stands, facts=edition.facts.all(), data=data)
    if asked:
        focus_on(editor.parts, more.get("focus", ""))
        return _page(request, edition, editor, **more)
    if not editor.is_valid():
        return _page(request, edition, editor, 422)
    return _saved(request, edition, editor, key)


def _saved(request: MemberRequest, edition: Edition, editor: GateEditor, key: str) -> HttpResponse:
    try:
        event = actions.save_gate(
            by=request.user,
            organisation=keeper(request, edition),
            edition_id=edition.pk,
            key=key,
            seen=request.POST.get("seen", "")[:64],
            values=editor.values(),
        )
    except Edition.DoesNotExist as error:
        raise Http404 from error
    except StaleError:
        fresh = find(request, edition.pk)
        return _page(request, fresh, editor, 409, theirs=True)
    except RefusedError as refused:
        editor.refuse_all(refused)
        return _page(request, edition, editor, 422)
    return _again(request, edition, event)


@require_POST
@member_required(Permission.EDIT)
def gate_remove(request: MemberRequest, edition_id: int) -> HttpResponse:
    """A gate taken out of a draft."""
    edition = find(request, edition_id)
    event = removed(request, edition, actions.remove_gate)
    return _again(request, edition, event)


def _again(request: MemberRequest, edition: Edition, event: Any) -> HttpResponse:
    """The gates, with what was done and the way back."""
    path = reverse("editor:gates", args=[request.organisation.slug, edition.pk])
    return redirect(f"{path}?saved={event.seq}" if event else path)
