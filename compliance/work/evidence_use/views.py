"""Evidence as assessments use it: where, in which answers, in which version."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from compliance.content.evidence import actions as library
from compliance.content.evidence.forms import VersionForm
from compliance.content.evidence.models import Evidence
from compliance.content.evidence.refusals import add_refusals
from compliance.content.evidence.versions import chain_of
from compliance.ground.web.htmx import render_page
from compliance.ground.web.sendings import sending_of
from compliance.ground.web.text import number_in, searched
from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.work.assessments.choices import AssessmentStatus
from compliance.work.assessments.models import Answer, Assessment
from compliance.work.assessments.versions import Known
from compliance.work.bulk.actions import Bulk, set_many
from compliance.work.evidence_use.actions import refuse_foreign, use_instead
from compliance.work.evidence_use.uses import Use, choosable, uses_of

ALREADY = "The answers use it already."
MOST = 50
MOST_USES = 200
"""How many answers a list of uses names. A new version is offered to all of them."""


@require_safe
@member_required(Permission.VIEW)
def uses(request: MemberRequest, evidence_id: UUID) -> HttpResponse:
    """The answers that use it; the list alone for the page of the evidence."""
    evidence = _find(request, evidence_id)
    today = timezone.localdate()
    uses = uses_of(request.organisation, [evidence.pk], today, most=MOST_USES)
    context = {"evidence": evidence, "uses": uses, "most": MOST_USES}
    return render_page(request, "work/evidence_use/uses.html", context, partial="uses")


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.ANSWER)
def use(request: MemberRequest, evidence_id: UUID) -> HttpResponse:
    """Pick answers of a running assessment, and use it in all of them."""
    evidence = _find(request, evidence_id)
    running = request.organisation.assessments.running().for_page()
    asked = request.GET.get("assessment", "")
    chosen = next((one for one in running if str(one.pk) == asked), None)
    if asked and chosen is None:
        raise Http404
    chosen = chosen or next(iter(running), None)
    if request.method == "POST" and chosen:
        return _use(request, chosen, evidence)
    return _use_page(request, running, chosen, evidence)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.ANSWER)
def replace(request: MemberRequest, evidence_id: UUID) -> HttpResponse:
    """A new version beside the old one, and the answers that use it from now on."""
    old = _find(request, evidence_id)
    uses = _running_uses(request, [old.pk])
    if request.method != "POST":
        form = VersionForm(initial={"title": old.title})
        return _replace_page(request, old, form, uses)
    form = VersionForm(request.POST, request.FILES)
    ids = _ids(request.POST)
    if not form.is_valid():
        return _replace_page(request, old, form, uses, ids=ids, status=422)
    try:
        refuse_foreign(request.organisation, ids)
    except Answer.DoesNotExist as error:
        raise Http404 from error
    outcomes = library.add_each(
        by=request.user,
        organisation=request.organisation,
        replaces=old,
        sending=sending_of(request),
        **form.cleaned_data,
    )
    if (status := add_refusals(form, outcomes)) != 200 or not outcomes[0].evidence:
        return _replace_page(request, old, form, uses, ids=ids, status=status)
    new = outcomes[0].evidence
    return _swapped(request, new, [old.pk], ids, f"“{new}” is in the library. ")


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.ANSWER)
def swap(request: MemberRequest, evidence_id: UUID) -> HttpResponse:
    """Use this version where another one stands; also the way back to an old one."""
    evidence = _find(request, evidence_id)
    links = request.organisation.evidence.links_of_chains()
    others = [pk for pk in chain_of(evidence.pk, links) if pk != evidence.pk]
    if request.method == "POST":
        return _swapped(request, evidence, others, _ids(request.POST))
    context = {
        "evidence": evidence,
        "uses": _running_uses(request, others),
        "is_newest": evidence.pk not in {old for _, old in links},
    }
    return render(request, "work/evidence_use/swap.html", context)


def _find(request: MemberRequest, evidence_id: UUID) -> Evidence:
    rows = request.organisation.evidence.select_related("organisation")
    return get_object_or_404(rows, pk=evidence_id)


def _ids(given: QueryDict) -> set[int]:
    """The answers that were ticked; 404 for what is no id."""
    numbers = {number_in(text) for text in given.getlist("answer")}
    if None in numbers:
        raise Http404
    return {number for number in numbers if number is not None}


def _running_uses(request: MemberRequest, evidence_ids: Collection[UUID]) -> list[Use]:
    return uses_of(
        request.organisation,
        evidence_ids,
        timezone.localdate(),
        status=AssessmentStatus.RUNNING,
    )


def _use(request: MemberRequest, assessment: Assessment, evidence: Evidence) -> HttpResponse:
    rows = assessment.answers.filter(pk__in=(ids := _ids(request.POST)))
    targets = {pk: Known(version) for pk, version in rows.values_list("pk", "version")}
    if len(targets) != len(ids):
        raise Http404
    try:
        done = set_many(
            by=request.user,
            organisation=request.organisation,
            assessment_id=assessment.pk,
            targets=targets,
            bulk=Bulk({}, evidence),
        )
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return redirect(request.get_full_path())
    if done.seq is None:
        tick = "Nothing to change: tick the answers that it proves."
        messages.info(request, ALREADY if ids else tick)
        return redirect(request.get_full_path())
    args = [request.organisation.slug, assessment.pk, done.seq]
    return redirect("bulk:done", *args)


def _use_page(
    request: MemberRequest,
    running: Collection[Assessment],
    chosen: Assessment | None,
    evidence: Evidence,
) -> HttpResponse:
    query = searched(request.GET.get("q", ""))
    context = {
        "evidence": evidence,
        "running": running,
        "chosen": chosen,
        "query": query,
        "answers": choosable(chosen, evidence, query)[:MOST] if chosen else (),
        "most": MOST,
    }
    return render(request, "work/evidence_use/use.html", context)


def _swapped(
    request: MemberRequest,
    evidence: Evidence,
    others: Collection[UUID],
    ids: set[int],
    before: str = "",
) -> HttpResponse:
    """Use it in the answers; ``before`` goes ahead of the words on the outcome."""
    try:
        changed = use_instead(
            by=request.user,
            organisation=request.organisation,
            evidence=evidence,
            others=others,
            answer_ids=ids,
        )
    except Answer.DoesNotExist as error:
        raise Http404 from error
    except ValidationError as error:
        messages.error(request, f"{before}{error.messages[0]}")
        return redirect(evidence)
    return _reply(request, evidence, changed, len(ids), before)


def _reply(
    request: MemberRequest,
    evidence: Evidence,
    changed: Collection[tuple[UUID, int]],
    count: int,
    before: str,
) -> HttpResponse:
    """Where it ends is up to how many assessments the answers are of."""
    if len(changed) == 1:
        ((assessment_id, seq),) = changed
        args = [request.organisation.slug, assessment_id, seq]
        return redirect("bulk:done", *args)
    many = f"{count} answers of {len(changed)} assessments use it now."
    none = ALREADY if count else "No answer was changed."
    messages.success(request, f"{before}{many if changed else none}")
    return redirect(evidence)


def _replace_page(
    request: MemberRequest,
    old: Evidence,
    form: VersionForm,
    uses: list[Use],
    *,
    ids: set[int] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The form; every answer is ticked until the person has chosen."""
    ticked = {use.answer.pk for use in uses} if ids is None else ids
    context: dict[str, Any] = {
        "evidence": old,
        "form": form,
        "uses": uses,
        "ticked": ticked,
    }
    return render(request, "work/evidence_use/replace.html", context, status=status)
