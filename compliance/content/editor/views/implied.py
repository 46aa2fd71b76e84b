"""The form for the implications of a fact."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from compliance.content.checklists.models import Edition, Fact
from compliance.content.checklists.pages import find, is_draft, keeper
from compliance.content.editor import actions
from compliance.content.editor.forms import ImpliedEditor
from compliance.content.editor.pages import shaped
from compliance.content.rule_builder.tables import focus_on
from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.proof.audit.refusals import RefusedError, StaleError


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.EDIT)
def implied(request: MemberRequest, edition_id: int) -> HttpResponse:
    """Other facts that follow from the one that ``key`` names; with ``do`` no save."""
    edition = find(request, edition_id)
    posted = request.method == "POST"
    if not posted and not is_draft(request, edition):
        return redirect("checklists:detail", request.organisation.slug, edition.pk)
    keeper(request, edition)
    facts = list(edition.facts.all())
    key = (request.POST if posted else request.GET).get("key", "")
    fact = next((one for one in facts if one.key == key), None)
    if fact is None:
        raise Http404
    data = request.POST.copy() if posted else None
    asked = data.pop("do", [""])[-1][:200] if data is not None else ""
    more = shaped(data, asked)
    editor = ImpliedEditor(fact, facts=facts, data=data)
    if not posted or asked:
        focus_on(editor.parts, more.get("focus", ""))
        return _page(request, edition, editor, **more)
    if not editor.is_valid():
        return _page(request, edition, editor, 422)
    return _saved(request, edition, editor, facts)


def _page(
    request: MemberRequest,
    edition: Edition,
    editor: ImpliedEditor,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    context = {"edition": edition, "fact": editor.fact, "editor": editor} | more
    return render(request, "content/editor/implied.html", context, status=status)


def _saved(
    request: MemberRequest, edition: Edition, editor: ImpliedEditor, facts: list[Fact]
) -> HttpResponse:
    try:
        event = actions.save_implied(
            by=request.user,
            organisation=keeper(request, edition),
            edition_id=edition.pk,
            key=editor.fact.key,
            version=editor.form.cleaned_data["version"],
            implies=editor.rows.values(),
        )
    except (Edition.DoesNotExist, Fact.DoesNotExist) as error:
        raise Http404 from error
    except StaleError:
        data = request.POST.copy()
        data["version"] = str(editor.fact.version)
        editor = ImpliedEditor(editor.fact, facts=facts, data=data)
        return _page(request, edition, editor, 409, theirs=True)
    except RefusedError as refused:
        editor.refuse_all(refused)
        return _page(request, edition, editor, 422)
    path = reverse("editor:facts", args=[request.organisation.slug, edition.pk])
    return redirect(f"{path}?saved={event.seq}" if event else path)
