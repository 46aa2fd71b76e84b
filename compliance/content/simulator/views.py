"""The simulator: examples of organisations, run through an edition, and their forms."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from compliance.content.applicability.simulator import Simulated, simulate
from compliance.content.checklists import content, soundness
from compliance.content.checklists.models import Edition
from compliance.content.checklists.pages import find, is_draft, keeper
from compliance.content.editor.marks import mark_of
from compliance.content.editor.pages import done, removed
from compliance.content.rule_builder.sentences import gates_in_words
from compliance.content.simulator.actions import remove_organisation, save_organisation
from compliance.content.simulator.forms import OrganisationForm
from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.proof.audit.models import Event
from compliance.proof.audit.refusals import RefusedError, StaleError

NEW = "new"
"""Opens the form of an example that is not there yet; no example has this key."""


@require_safe
@member_required(Permission.EDIT)
def simulator(request: MemberRequest, edition_id: int) -> HttpResponse:
    """Every example with its numbers; one of them with each question and its reason.

    ``?organisation=`` opens one, ``?show=different`` leaves only what differs.
    """
    edition = find(request, edition_id)
    return _page(request, edition, key=request.GET.get("organisation", "")[:60])


def _page(
    request: MemberRequest,
    edition: Edition,
    *,
    key: str = "",
    form: OrganisationForm | None = None,
    theirs: bool = False,
    status: int = 200,
) -> HttpResponse:
    is_open, ran = is_draft(request, edition), _ran(edition)
    shown = next((one for one in ran or () if one.organisation["key"] == key), None)
    if key and key != NEW and shown is None and form is None:
        raise Http404
    stands = shown.organisation if shown else None
    if form is None and key and is_open:
        form = OrganisationForm(facts=edition.facts.all(), stands=stands)
    show = request.GET.get("show", "")
    context = {"edition": edition, "is_draft": is_open, "theirs": theirs, "show": show}
    context |= {"ran": ran or [], "can_run": ran is not None, "shown": shown}
    context |= {"results": _results(shown, show), "gates": gates_in_words(edition)}
    context |= {"form": form if is_open else None, "seen": mark_of(stands)}
    context |= {"done": done(request, edition)}
    return render(request, "content/simulator/simulator.html", context, status=status)


def _ran(edition: Edition) -> list[Simulated] | None:
    """Every example run; None where nothing can be."""
    document = content.document(edition)
    if soundness.broken(document):
        return None
    return [simulate(document, row) for row in edition.organisations or ()]


def _results(shown: Simulated | None, show: str) -> list[Any]:
    if shown is None:
        return []
    return list(shown.different if show == "different" else shown.results)


@require_POST
@member_required(Permission.EDIT)
def organisation_save(request: MemberRequest, edition_id: int) -> HttpResponse:
    """An example changed, or added when it has no key yet."""
    edition = find(request, edition_id)
    key = request.POST.get("key", "")[:60]
    rows = edition.organisations or []
    stands = next((row for row in rows if row["key"] == key), None)
    form = OrganisationForm(request.POST, facts=edition.facts.all(), stands=stands)
    if not form.is_valid():
        return _page(request, edition, key=key, form=form, status=422)
    try:
        event = save_organisation(
            by=request.user,
            organisation=keeper(request, edition),
            edition_id=edition.pk,
            key=key,
            seen=request.POST.get("seen", "")[:64],
            values=form.values(),
        )
    except Edition.DoesNotExist as error:
        raise Http404 from error
    except StaleError:
        fresh = find(request, edition_id)
        return _page(request, fresh, key=key, form=form, theirs=True, status=409)
    except RefusedError as refused:
        form.add_error(None, f"{refused}.")
        return _page(request, edition, key=key, form=form, status=422)
    return _again(request, edition, event, key)


@require_POST
@member_required(Permission.EDIT)
def organisation_remove(request: MemberRequest, edition_id: int) -> HttpResponse:
    """An example taken out of a draft."""
    edition = find(request, edition_id)
    event = removed(request, edition, remove_organisation)
    return _again(request, edition, event)


def _again(request: MemberRequest, edition: Edition, event: Event | None, key: str = "") -> HttpResponse:
    """The simulator, with what was done and the way back."""
    path = reverse("simulator:simulator", args=[request.organisation.slug, edition.pk])
    query = {"saved": str(event.seq)} if event else {}
    query |= {"organisation": key} if key else {}
    return redirect(f"{path}?{urlencode(query)}" if query else path)
