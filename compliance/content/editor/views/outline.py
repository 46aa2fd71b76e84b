"""The outline of a draft: parts added, named, moved and removed."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from compliance.content.checklists.models import Edition
from compliance.content.checklists.pages import find, keeper
from compliance.content.editor import actions, undoable
from compliance.content.editor.forms import (
    MoveForm,
    NewQuestionForm,
    NewSectionForm,
    RemoveForm,
    SectionForm,
    UndoForm,
)
from compliance.content.editor.pages import whole
from compliance.ground.web.htmx import wants_partial
from compliance.ground.web.sendings import sending_of
from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.proof.audit.models import Event
from compliance.proof.audit.refusals import RefusedError, StaleError


def _acted(request: MemberRequest, act: Callable[[], Any]) -> Any:
    """The result of an action, False for nothing; None when it was refused, with a message."""
    try:
        return act() or False
    except Edition.DoesNotExist as error:
        raise Http404 from error
    except ObjectDoesNotExist:
        messages.error(request, "Someone else has removed that. Reload the page.")
    except RefusedError as refused:
        messages.error(request, f"{refused}.")
    return None


def _given(request: MemberRequest, edition: Edition) -> dict[str, Any]:
    """Arguments of every action on a draft."""
    return {
        "by": request.user,
        "organisation": keeper(request, edition),
        "edition_id": edition.pk,
    }


def _back(request: MemberRequest, edition: Edition, **query: str) -> HttpResponse:
    path = reverse("editor:edit", args=[request.organisation.slug, edition.pk])
    return redirect(f"{path}?{urlencode(query)}" if query else path)


def _done(request: MemberRequest, edition: Edition, event: Event) -> HttpResponse:
    """The editor at the part that was changed, with the way back."""
    return _back(request, edition, **undoable.describe(event).place, saved=str(event.seq))


def _page(request: MemberRequest, shown: dict[str, Any], status: int) -> HttpResponse:
    return render(request, "content/editor/edit.html", shown, status=status)


@require_POST
@member_required(Permission.EDIT)
def part_add(request: MemberRequest, edition_id: int) -> HttpResponse:
    """A section at the end, or a question at the end of a section."""
    edition = find(request, edition_id)
    given = _given(request, edition)
    is_question = "section" in request.POST
    kind = NewQuestionForm if is_question else NewSectionForm
    form = kind(request.POST, auto_id="new-%s")
    act = actions.add_question if is_question else actions.add_section
    if not form.is_valid():
        for faults in form.errors.values():
            messages.error(request, str(faults[0]))
        section = request.POST.get("section", "")[:60]
        return _back(request, edition, **({"section": section} if section else {}))
    given |= form.cleaned_data | {"sending": sending_of(request)}
    done = _acted(request, lambda: act(**given))
    return _done(request, edition, done) if done else _back(request, edition)


@require_POST
@member_required(Permission.EDIT)
def part_copy(request: MemberRequest, edition_id: int) -> HttpResponse:
    """A question once more, right behind itself."""
    edition, key = find(request, edition_id), request.POST.get("key", "")[:60]
    given = _given(request, edition) | {"key": key}
    done = _acted(request, lambda: actions.duplicate_question(**given))
    return _done(request, edition, done) if done else _back(request, edition)


@require_POST
@member_required(Permission.EDIT)
def part_move(request: MemberRequest, edition_id: int) -> HttpResponse:
    """A question or a section to another place; the page, or its outline for htmx."""
    edition, form = find(request, edition_id), MoveForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose where to move it.")
        return _back(request, edition)
    data = form.cleaned_data
    given = _given(request, edition) | {"key": data["key"]}
    if data["part"] == "section":
        beside = data["step"] or data["behind"]
        done = _acted(request, lambda: actions.move_section(**given, to=beside))
    else:
        to = data["step"] or (data["section"], data["behind"])
        done = _acted(request, lambda: actions.move_question(**given, to=to))
    if wants_partial(request.htmx):
        status = 409 if done is None else 200
        change = undoable.describe(done) if done else None
        shown = whole(edition, key=request.POST.get("open", ""), done=change)
        return _page(request, shown, status)
    if done:
        return _done(request, edition, done)
    if done is None:
        return _back(request, edition)
    messages.success(request, "It stays where it is.")
    return _back(request, edition, **{data["part"]: data["key"]})


@require_POST
@member_required(Permission.EDIT)
def part_remove(request: MemberRequest, edition_id: int) -> HttpResponse:
    """A question, or an empty section, out of the draft."""
    edition, form = find(request, edition_id), RemoveForm(request.POST)
    if not form.is_valid():
        raise Http404
    data = form.cleaned_data
    is_section = data["part"] == "section"
    act = actions.remove_section if is_section else actions.remove_question
    given = _given(request, edition) | {"key": data["key"]}
    done = _acted(request, lambda: act(**given))
    if done:
        return _done(request, edition, done)
    return _back(request, edition, **{data["part"]: data["key"]})


@require_POST
@member_required(Permission.EDIT)
def undo(request: MemberRequest, edition_id: int) -> HttpResponse:
    """A part as it was before a change; then the page on which that was asked."""
    edition, form = find(request, edition_id), UndoForm(request.POST)
    if not form.is_valid():
        raise Http404
    data = form.cleaned_data
    given = _given(request, edition) | {"seq": data["seq"]}
    done = _acted(request, lambda: actions.undo(**given))
    if done:
        messages.success(request, "Undone.")
    return _undone(request, edition, data["page"], data["language"], done)


def _undone(request: MemberRequest, edition: Edition, page: str, language: str, done: Any) -> HttpResponse:
    """The page on which the undoing was asked, at what stands again."""
    part, key = done or ("", "")
    if page:
        try:
            path = reverse(page, args=[request.organisation.slug, edition.pk])
        except NoReverseMatch as unknown:
            raise Http404 from unknown
        query = {"language": language, "part": part or "edition", "key": key}
        return redirect(f"{path}?{urlencode(query)}" if language else path)
    is_shown = part in {"question", "section"} and key
    return _back(request, edition, **({part: key} if is_shown else {}))


@require_POST
@member_required(Permission.EDIT)
def section_save(request: MemberRequest, edition_id: int) -> HttpResponse:
    """Title, introduction and level of a section."""
    edition, form = find(request, edition_id), SectionForm(request.POST)
    key = request.POST.get("key", "")[:60]
    if not form.is_valid():
        return _page(request, whole(edition, section=key, section_form=form), 422)
    values = {name: form.cleaned_data[name] for name in ("title", "intro", "level")}
    version = form.cleaned_data["version"]
    try:
        event = actions.save_section(**_given(request, edition), key=key, version=version, values=values)
    except ObjectDoesNotExist as error:
        raise Http404 from error
    except StaleError:
        return _stale(request, edition, key)
    except RefusedError as refused:
        form.add_error(None, f"{refused}.")
        return _page(request, whole(edition, section=key, section_form=form), 422)
    if event:
        return _done(request, edition, event)
    return _back(request, edition, section=key)


def _stale(request: MemberRequest, edition: Edition, key: str) -> HttpResponse:
    """Mine in the form, theirs beside it; saving again keeps mine."""
    theirs = edition.sections.filter(key=key).first()
    if theirs is None:
        raise Http404
    data = request.POST.copy()
    data["version"] = str(theirs.version)
    form = SectionForm(data)
    fields = [(form.fields[n].label, getattr(theirs, n)) for n in ("title", "intro")]
    shown = whole(edition, section=key, section_form=form, theirs=fields)
    return _page(request, shown, 409)
