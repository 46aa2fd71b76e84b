"""Contexts of the editor's page, for the views that end on it."""

import json
from typing import Any, Protocol

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404
from django.utils import timezone

from compliance.content.checklists import content
from compliance.content.checklists.changes import ChangeList
from compliance.content.checklists.diff import compare
from compliance.content.checklists.models import Edition, Fact
from compliance.content.checklists.pages import keeper
from compliance.content.editor import reading, undoable
from compliance.content.editor.forms import (
    NewQuestionForm,
    NewSectionForm,
    QuestionEditor,
    QuestionForm,
    SectionForm,
    UndoForm,
)
from compliance.content.editor.marks import marks
from compliance.content.editor.shaping import ShapeError, shape
from compliance.content.legal_index import citing
from compliance.content.legal_index.cited import Cited
from compliance.identity.organisations.access import MemberRequest
from compliance.identity.organisations.models import Organisation, User
from compliance.proof.audit.models import Event
from compliance.proof.audit.refusals import RefusedError


def whole(
    edition: Edition,
    *,
    key: str = "",
    section: str = "",
    editor: QuestionEditor | None = None,
    **more: Any,
) -> dict[str, Any]:
    """The outline with a question or a section open: its queries do not grow with it."""
    facts = list(edition.facts.all())
    outline = reading.outline(edition, facts)
    chosen = key or ("" if section else outline.first_key)
    context = {"edition": edition, "outline": outline, "facts": facts, "key": chosen}
    context |= {"tree": outline}
    context |= {"new_section": NewSectionForm(auto_id="new-%s")}
    context |= {"new_question": NewQuestionForm(auto_id="new-%s")}
    if section or not chosen:
        context |= _section(outline, section)
    else:
        context |= _question(edition, outline, facts, chosen, editor)
    return context | more


def done(request: MemberRequest, edition: Edition) -> undoable.Done | None:
    """The change that a page is asked to show with ``?saved=``: two queries.

    None where something else was sent to that address and is not saved.
    """
    form = UndoForm({"seq": request.GET.get("saved")})
    if request.method == "POST" or not form.is_valid():
        return None
    try:
        return undoable.describe(undoable.find(edition, form.cleaned_data["seq"]))
    except ObjectDoesNotExist:
        return None


def _section(outline: reading.Outline, key: str) -> dict[str, Any]:
    branch = next((b for b in outline.branches if b.section.key == key), None)
    if branch is None:
        if key:
            raise Http404
        return {}
    row = branch.section
    names = ("title", "intro", "level", "version")
    initial = {name: getattr(row, name) for name in names}
    return {
        "branch": branch,
        "section_key": key,
        "section_form": SectionForm(initial=initial),
    }


def _question(
    edition: Edition,
    outline: reading.Outline,
    facts: list[Fact],
    key: str,
    editor: QuestionEditor | None,
) -> dict[str, Any]:
    place, question = outline.place(key), reading.find_question(edition, key)
    if place is None or question is None:
        raise Http404
    document = content.question_values(question)
    editor = editor or QuestionEditor(document, edition=edition, facts=facts)
    said = reading.said(typed(document, editor), edition, facts)
    return {
        "question": question,
        "guide": question,
        "branch": place[0],
        "position": place[1],
        "editor": editor,
        "cites": cited(editor),
        "said": said,
        "reach": said.reach,
    }


def cited(editor: QuestionEditor) -> list[Cited]:
    """The citations of a form as they stand in the legal index: one query."""
    return list(citing.look_up(editor.cites, timezone.localdate()).values())


def typed(document: dict[str, Any], editor: QuestionEditor) -> dict[str, Any]:
    """The question's rules as they were typed; a part that cannot be read stays as it is."""
    found = dict(document)
    if not editor.form.is_bound:
        return found
    found["binds"] = getattr(editor.form, "cleaned_data", {}).get("binds", document["binds"])
    if editor.rule.is_valid():
        found["rule"] = editor.typed_rule()
    if editor.dates.is_valid():
        found["applies_from"] = editor.dates.values()
    return found


def kept(edition: Edition, key: str, editor: QuestionEditor, values: dict[str, Any]) -> dict[str, Any]:
    """The parts of the page that follow a save while the form stays as it is typed.

    ``seen`` says over which state the form is from now on: over its own values.
    """
    outline = reading.outline(edition, edition.facts.all())
    place, question = outline.place(key), reading.find_question(edition, key)
    if place is None or question is None:
        raise Http404
    rows = zip(editor.offered, values["choices"], strict=True)
    return {
        "edition": edition,
        "outline": outline,
        "question": question,
        "guide": question,
        "cites": cited(editor),
        "row": question,
        "item": place[0].changed.get(key),
        "keys": [(form["key"], choice["key"]) for form, choice in rows],
        "seen": json.dumps(marks(content.as_kept(values))),
        "now": timezone.localtime(),
    }


def lost(edition: Edition, key: str, posted: Any) -> dict[str, Any]:
    """The draft without a question that was removed, and what was typed for it."""
    fields = QuestionForm.base_fields
    pairs = [(fields[name].label, "\n".join(posted.getlist(name))) for name in fields if name != "seen"]
    return whole(edition, lost=[pair for pair in pairs if pair[1]], gone=key)


def lines_of(data: Any) -> list[str]:
    """The citations of a posted form, each once."""
    lines = "\n".join(data.getlist("cites")).splitlines()
    return list(dict.fromkeys(filter(None, (" ".join(line.split()) for line in lines))))


def clash(edition: Edition, key: str, mine: dict[str, Any], posted: Any) -> dict[str, Any]:
    """Both texts after a stale save: mine stays in the form, theirs stands above it.

    ``mine`` has the fields that this person changed. Saving again keeps those, knowingly,
    and no other field; the link back to the question keeps theirs.
    """
    question = reading.find_question(edition, key)
    if question is None:
        raise Http404
    facts = list(edition.facts.all())
    theirs = content.question_values(question)
    documents = [_alone(edition, facts, one) for one in (theirs, theirs | mine)]
    data = posted.copy()
    now = marks(theirs)
    seen = json.loads(data["seen"]) | {name: now.get(name) for name in mine}
    data["seen"] = json.dumps(seen)
    editor = QuestionEditor(theirs, edition=edition, facts=facts, data=data)
    editor.is_valid(timezone.localdate())
    rows = ChangeList(documents[0], documents[1]).rows(compare(*documents))
    return whole(edition, key=key, editor=editor, clash=rows)


def _alone(edition: Edition, facts: list[Fact], question: Any) -> dict[str, Any]:
    """A document of one question, to be compared."""
    section = {"key": "", "title": "", "questions": [question]}
    fact_documents = [
        {name: getattr(fact, name) for name in ("key", "label", "kind", "choices")} for fact in facts
    ]
    return {
        "edition": {"roles": edition.roles},
        "facts": fact_documents,
        "sections": [section],
    }


class Remove(Protocol):
    """An action that takes a part out of a draft by its key."""

    def __call__(
        self, *, by: User, organisation: Organisation | None, edition_id: int, key: str
    ) -> Event | None: ...


def removed(request: MemberRequest, edition: Edition, remove: Remove) -> Event | None:
    """The event of taking out what the form names; None where that is refused, in words."""
    try:
        return remove(
            by=request.user,
            organisation=keeper(request, edition),
            edition_id=edition.pk,
            key=request.POST.get("key", "")[:60],
        )
    except ObjectDoesNotExist as error:
        raise Http404 from error
    except RefusedError as refused:
        messages.error(request, f"{refused}.")
        return None


def shaped(data: Any, asked: str) -> dict[str, Any]:
    """Change what was posted as a button asks; the faults that the page shows."""
    if not asked or asked == "read":
        return {"unsaved": bool(asked)}
    try:
        return {"unsaved": True, "focus": shape(data, asked).focus}
    except ShapeError as refused:
        area = asked.partition(" ")[0]
        return {"unsaved": True, "fault": f"{refused}.", "area": area}
