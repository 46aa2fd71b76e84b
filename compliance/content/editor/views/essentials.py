"""The short path of an edition: for whom, which questions, and what is left out."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from compliance.content.applicability.rules import sentence
from compliance.content.checklists import content
from compliance.content.checklists.actions import UnsoundError
from compliance.content.checklists.force import Mark, marks_of
from compliance.content.checklists.models import Edition, Question, Section
from compliance.content.checklists.pages import find, is_draft, keeper
from compliance.content.editor import actions
from compliance.content.editor.forms import EssentialsEditor
from compliance.content.editor.marks import mark_of
from compliance.content.editor.pages import done, shaped
from compliance.content.rule_builder.tables import focus_on
from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.proof.audit.refusals import RefusedError, StaleError

HEAVIEST = 5


@dataclass(frozen=True, slots=True)
class Line:
    """A question as the page lists it."""

    question: Question
    mark: Mark
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Part:
    """A section with its questions, and how many of them are chosen."""

    section: Section
    lines: list[Line]

    @property
    def chosen(self) -> int:
        return sum(line.is_chosen for line in self.lines)


@require_safe
@member_required(Permission.EDIT)
def essentials(request: MemberRequest, edition_id: int) -> HttpResponse:
    """The short path, with what it leaves out."""
    edition = find(request, edition_id)
    return _page(request, edition, _editor(edition))


def _editor(edition: Edition, data: Any = None) -> EssentialsEditor:
    keys = edition.questions.order_by("position").values_list("key", flat=True)
    facts = edition.facts.all()
    return EssentialsEditor(edition.essentials, facts=facts, keys=keys, data=data)


def _page(
    request: MemberRequest,
    edition: Edition,
    editor: EssentialsEditor,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    parts = _parts(edition, editor.chosen)
    stands = edition.essentials
    words = content.fact_words(edition.facts.all())
    context = {
        "edition": edition,
        "editor": editor,
        "parts": parts,
        "counts": _counts(parts),
        "when": sentence(stands["when"], words) if stands else "",
        "is_draft": is_draft(request, edition),
        "seen": mark_of(stands),
        "done": done(request, edition),
    }
    return render(request, "content/editor/essentials.html", context | more, status=status)


def _parts(edition: Edition, chosen: set[str]) -> list[Part]:
    marks = marks_of(edition)
    rows = edition.questions.select_related("section").order_by("position")
    found: list[Part] = []
    for row in rows:
        if not found or found[-1].section != row.section:
            found.append(Part(row.section, []))
        found[-1].lines.append(Line(row, marks[row.key], row.key in chosen))
    return found


def _counts(parts: list[Part]) -> dict[str, int]:
    """How many questions are chosen, and what of the law is left out."""
    lines = [line for part in parts for line in part.lines]
    left = [one for one in lines if not one.is_chosen and not one.mark.is_rating]
    heavy = Counter(one.question.weight for one in left)[HEAVIEST]
    chosen = sum(one.is_chosen for one in lines)
    return {"all": len(lines), "chosen": chosen, "law": len(left), "heavy": heavy}


@require_POST
@member_required(Permission.EDIT)
def essentials_save(request: MemberRequest, edition_id: int) -> HttpResponse:
    """The short path changed, or taken away; with ``do`` only its form is."""
    edition = find(request, edition_id)
    keeper(request, edition)
    data = request.POST.copy()
    asked = data.pop("do", [""])[-1][:200]
    if asked == "clear":
        return _saved(request, edition, _editor(edition), None)
    more = shaped(data, asked)
    editor = _editor(edition, data)
    if asked:
        focus_on(editor.parts, more.get("focus", ""))
        return _page(request, edition, editor, **more)
    if not editor.is_valid():
        return _page(request, edition, editor, 422)
    return _saved(request, edition, editor, editor.values())


def _saved(
    request: MemberRequest,
    edition: Edition,
    editor: EssentialsEditor,
    values: dict[str, Any] | None,
) -> HttpResponse:
    try:
        event = actions.save_essentials(
            by=request.user,
            organisation=keeper(request, edition),
            edition_id=edition.pk,
            seen=request.POST.get("seen", "")[:64],
            values=values,
        )
    except Edition.DoesNotExist as error:
        raise Http404 from error
    except StaleError:
        fresh = find(request, edition.pk)
        return _page(request, fresh, editor, 409, theirs=True)
    except UnsoundError as unsound:
        for _, fault in unsound.faults:
            editor.refuse(fault)
        return _page(request, edition, editor, 422)
    except RefusedError as refused:
        messages.error(request, f"{refused}.")
        event = None
    path = reverse("editor:essentials", args=[request.organisation.slug, edition.pk])
    return redirect(f"{path}?saved={event.seq}" if event else path)
