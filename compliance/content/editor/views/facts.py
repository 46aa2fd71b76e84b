"""The facts of a draft, each with a form of its own."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from compliance.content.applicability.choices import FactKind
from compliance.content.checklists.models import Edition, Fact
from compliance.content.checklists.pages import find, is_draft, keeper
from compliance.content.editor import actions
from compliance.content.editor.forms import FactForm
from compliance.content.editor.pages import done, removed
from compliance.content.rule_builder.sentences import implied_in_words
from compliance.ground.web.text import searched
from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.proof.audit.models import Event
from compliance.proof.audit.refusals import RefusedError, StaleError


@require_safe
@member_required(Permission.EDIT)
def facts(request: MemberRequest, edition_id: int) -> HttpResponse:
    edition = find(request, edition_id)
    if not is_draft(request, edition):
        return redirect("checklists:detail", request.organisation.slug, edition.pk)
    return _page(request, edition)


def _form(fact: Fact | None, data: Any = None) -> FactForm:
    if fact is None:
        initial: dict[str, Any] = {"version": 0, "key": "", "kind": "one"}
        return FactForm(data, initial=initial, auto_id="new-%s")
    names = ("version", "key", "label", "text", "help", "kind", "contested")
    initial = {name: getattr(fact, name) for name in names}
    initial["choices"] = [choice["label"] for choice in fact.choices]
    auto_id = f"{fact.key}-%s"
    return FactForm(data, initial=initial, auto_id=auto_id, stands=fact.choices)


def _page(
    request: MemberRequest,
    edition: Edition,
    *,
    refused: FactForm | None = None,
    key: str = "",
    status: int = 200,
    theirs: list[tuple[str, str]] | None = None,
) -> HttpResponse:
    rows: list[Fact | None] = [*edition.facts.all(), None]
    asked = list(filter(None, rows))
    forms = [
        (
            row,
            refused if refused and key == (row.key if row else "") else _form(row),
            implied_in_words(row, asked) if row else [],
        )
        for row in rows
    ]
    context = {"edition": edition, "rows": forms, "refused": refused, "theirs": theirs}
    context["done"] = done(request, edition)
    return render(request, "content/editor/facts.html", context, status=status)


@require_POST
@member_required(Permission.EDIT)
def fact_save(request: MemberRequest, edition_id: int) -> HttpResponse:
    """A fact changed, or added when it has no key yet."""
    edition = find(request, edition_id)
    key = searched(request.POST.get("key", ""), 60)
    fact = edition.facts.filter(key=key).first() if key else None
    if key and fact is None:
        messages.error(request, "Someone else has removed that fact. Reload the page.")
        return redirect("editor:facts", request.organisation.slug, edition.pk)
    form = _form(fact, request.POST)
    if not form.is_valid():
        return _page(request, edition, refused=form, key=key, status=422)
    try:
        event = actions.save_fact(
            by=request.user,
            organisation=keeper(request, edition),
            edition_id=edition.pk,
            key=key,
            version=form.cleaned_data["version"],
            values=form.values(),
        )
    except Edition.DoesNotExist as error:
        raise Http404 from error
    except StaleError:
        return _stale(request, edition, fact)
    except RefusedError as refused:
        form.add_error(None, f"{refused}.")
        return _page(request, edition, refused=form, key=key, status=422)
    return _again(request, edition, event)


def _stale(request: MemberRequest, edition: Edition, fact: Any) -> HttpResponse:
    """Mine in the form, theirs beside it; saving again keeps mine."""
    data = request.POST.copy()
    data["version"] = str(fact.version)
    form = _form(fact, data)
    mine = _in_words(form.values()) if form.is_valid() else {}
    stands = {name: getattr(fact, name) for name in form.fields if name != "version"}
    theirs = [
        (str(form[name].label), words) for name, words in _in_words(stands).items() if words != mine.get(name)
    ]
    return _page(request, edition, refused=form, key=fact.key, status=409, theirs=theirs)


def _in_words(values: dict[str, Any]) -> dict[str, str]:
    """The fields of a fact in words."""
    fields = {name: values[name] for name in ("label", "text", "help", "contested")}
    choices = ", ".join(choice["label"] for choice in values["choices"])
    return fields | {"kind": FactKind(values["kind"]).label, "choices": choices}


@require_POST
@member_required(Permission.EDIT)
def fact_remove(request: MemberRequest, edition_id: int) -> HttpResponse:
    edition = find(request, edition_id)
    event = removed(request, edition, actions.remove_fact)
    return _again(request, edition, event)


def _again(request: MemberRequest, edition: Edition, event: Event | None) -> HttpResponse:
    """The facts, with what was done and the way back."""
    path = reverse("editor:facts", args=[request.organisation.slug, edition.pk])
    return redirect(f"{path}?saved={event.seq}" if event else path)
