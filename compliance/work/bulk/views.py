"""Setting many answers at once: what it would do, doing it, taking it back."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from compliance.ground.web.htmx import render_page, wants_partial
from compliance.ground.web.text import searched
from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.proof.audit import trail
from compliance.proof.audit.models import Event
from compliance.work.assessments.choices import Verdict
from compliance.work.assessments.models import Answer, Assessment
from compliance.work.assessments.versions import Known
from compliance.work.bulk.actions import (
    Bulk,
    PutBack,
    can_undo,
    events_together,
    filling,
    preview_bulk,
    set_many,
    undo_many,
)
from compliance.work.bulk.forms import BulkForm
from compliance.work.bulk.gathered import gathered
from compliance.work.bulk.picks import named, pinned, read_picks, read_pinned, read_shown
from compliance.work.bulk.plan import Plan
from compliance.work.bulk.refreshing import refreshed
from compliance.work.workspace.milestones import milestone_of_many
from compliance.work.workspace.pages import (
    CHUNK,
    Look,
    find,
    found_rows,
    owners,
    read_look,
    read_view,
)
from compliance.work.workspace.row_pages import undo_refused

WHATS = {
    "answer": "Set answer",
    "owner": "Assign",
    "due": "Due",
    "evidence": "Link evidence",
}
FILL = "fill"
LIBRARY = 200
"""Pieces of evidence to choose from; a search finds the others."""

Targets = dict[int, Known]


@dataclass(slots=True)
class BulkRequest:
    """A request for many answers; ``bulk`` is None while nothing has been chosen."""

    given: QueryDict
    what: str
    targets: Targets
    form: BulkForm | None = None
    bulk: Bulk | None = None
    plan: Plan | None = None
    source: Answer | None = None
    """The answer that fills the others down."""

    @property
    def is_in_sight(self) -> bool:
        """Whether the page says that it shows each picked question."""
        return self.targets.keys() <= set(read_shown(self.given.get("shown", "")))

    @property
    def may_apply(self) -> bool:
        """Whether what is to be done has been said, or overwrites nothing in sight."""
        do, plan = self.given.get("do"), self.plan
        if plan is None:
            return False
        if do not in {"apply", "others"}:
            is_plain = plan.is_harmless and self.is_in_sight
            return self.what == FILL and not do and is_plain
        is_shown = self.given.get("digest") == plan.digest
        return is_shown and (not plan.stale or do == "others")


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.ANSWER)
def change(request: MemberRequest, assessment_id: UUID) -> HttpResponse:
    """Preview the change of the picked questions; then set them."""
    assessment = find(request, assessment_id)
    given = request.POST if request.method == "POST" else request.GET
    asked = BulkRequest(given, given.get("what", ""), {})
    if asked.what not in WHATS.keys() | {FILL}:
        asked.what = "answer"
    try:
        asked.targets = _targets(request, assessment, given)
        _read(request, assessment, asked)
        if request.method == "POST" and asked.may_apply:
            return _apply(request, assessment, asked)
    except Answer.DoesNotExist as error:
        raise Http404 from error
    except ValidationError as error:
        return _page(request, assessment, asked, error.messages, status=422)
    is_refused = asked.plan is not None and given.get("do") in {"apply", "others"}
    return _page(request, assessment, asked, status=409 if is_refused else 200)


def _targets(request: MemberRequest, assessment: Assessment, given: QueryDict) -> Targets:
    """The answers that are meant, each in the version that the page knows.

    Whole sections and all that a filter shows are looked up now, and pinned by the
    preview: what is set is what was shown to be set.
    """
    try:
        if "pinned" in given:
            return read_pinned(given.get("pinned", ""))
        picked = read_picks(given.getlist("pick"))
    except ValueError as error:
        raise ValidationError(str(error)) from error
    if "all" not in given and "section" not in given:
        return picked
    rows = _picked_whole(request, assessment, given)
    return {pk: Known(version) for pk, version, *_ in rows} | picked


def _picked_whole(
    request: MemberRequest, assessment: Assessment, given: QueryDict
) -> list[tuple[int, int, str, int]]:
    """Id, version, verdict and section of each answer in sections, or of all found."""
    sections = set(given.getlist("section"))
    view, _ = read_view(request, assessment)
    rows = found_rows(assessment, view, read_look(given))
    ids = [row.id for row in rows if "all" in given or str(row.section_id) in sections]
    found = assessment.answers.filter(pk__in=ids)
    return list(found.values_list("pk", "version", "verdict", "question__section_id"))


@require_safe
@member_required(Permission.ANSWER)
def picks(request: MemberRequest, assessment_id: UUID) -> JsonResponse:
    """The same for a page that keeps it under another filter: id, version, unanswered, section."""
    assessment = find(request, assessment_id)
    rows = _picked_whole(request, assessment, request.GET)
    open_ = Verdict.UNANSWERED
    picked = [[pk, known, said == open_, section] for pk, known, said, section in rows]
    return JsonResponse({"picks": picked})


def _read(request: MemberRequest, assessment: Assessment, asked: BulkRequest) -> None:
    """Find out what is to be set, and what that would do."""
    if not asked.targets:
        return
    targets = dict(asked.targets)
    if asked.what == FILL:
        asked.source, asked.bulk = filling(by=request.user, assessment=assessment, targets=asked.targets)
        targets.pop(asked.source.pk)
    else:
        asked.form = BulkForm(asked.given)
        if not asked.form.is_valid():
            faults = [text for texts in asked.form.errors.values() for text in texts]
            raise ValidationError(faults)
        asked.bulk = _chosen(request, asked.form, asked.what)
    if asked.bulk:
        asked.plan = preview_bulk(assessment=assessment, targets=targets, bulk=asked.bulk)


def _chosen(request: MemberRequest, form: BulkForm, what: str) -> Bulk | None:
    """The values of the form, None while nothing is chosen."""
    if what != "evidence":
        changes = form.changes(what)
        return Bulk(changes) if changes else None
    wanted = form.cleaned_data["evidence"]
    if wanted is None:
        return None
    evidence = request.organisation.evidence.filter(pk=wanted).first()
    if evidence is None:
        raise Http404
    return Bulk({}, evidence)


def _apply(request: MemberRequest, assessment: Assessment, asked: BulkRequest) -> HttpResponse:
    assert asked.plan is not None and asked.bulk is not None  # noqa: S101, PT018
    done = set_many(
        by=request.user,
        organisation=request.organisation,
        assessment_id=assessment.pk,
        targets={pk: asked.targets[pk] for pk in asked.plan.others},
        bulk=asked.bulk,
    )
    if done.plan.stale:
        asked.plan = done.plan
        return _page(request, assessment, asked, status=409)
    count = done.plan.count
    said = f"{count} answers set." if count != 1 else "1 answer set."
    if done.seq is None:
        said = "Nothing to change: they have it already."
    if wants_partial(request.htmx):
        ids = done.plan.touched.keys() | done.plan.attaching
        context = refreshed(request, assessment, ids, said, done.seq)
        context["asks"] = asked.bulk.changes.get("verdict") == Verdict.NOT_MET
        return render(request, "work/bulk/_refreshed.html", context)
    look = read_look(asked.given)
    if done.seq is None:
        messages.info(request, said)
        return redirect(_way_back(assessment, list(asked.targets), look))
    args = [request.organisation.slug, assessment.pk, done.seq]
    return redirect(f"{reverse('bulk:done', args=args)}{_address(look, 0)}")


def _way_back(assessment: Assessment, ids: list[int], look: Look) -> str:
    """The list as it was, at the first of some answers, also where a filter left it."""
    rows = assessment.answers.filter(pk__in=ids).order_by("question__position")
    first = rows.values_list("pk", "question__position").first()
    url = assessment.get_absolute_url()
    if first is None:
        return f"{url}{_address(look, 0)}"
    pk, position = first
    address = _address(look, position if position > CHUNK else 0)
    return f"{url}{address}#answer-{pk}"


def _address(look: Look, start: int) -> str:
    return look.kept().address(start=start).removesuffix("?")


def _page(
    request: MemberRequest,
    assessment: Assessment,
    asked: BulkRequest,
    faults: list[str] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """The form with its plan: a page, or what of it htmx asks for."""
    context = _context(assessment, asked) | {
        "faults": faults,
        "is_refused": status == 409,
    }
    is_plan = request.htmx.target == "bulkplan"
    if not (wants_partial(request.htmx) and is_plan):
        context |= _choices(request, asked.what, asked.given.get("find", ""))
    part = "plan" if is_plan else "box"
    return render_page(request, "work/bulk/change.html", context, partial=part, status=status)


def _context(assessment: Assessment, asked: BulkRequest) -> dict[str, Any]:
    given = asked.given
    return {
        "assessment": assessment,
        "base_url": assessment.get_absolute_url(),
        "back": _way_back(assessment, list(asked.targets), read_look(given)),
        "what": asked.what,
        "whats": WHATS.items(),
        "targets": asked.targets,
        "pinned": pinned(asked.targets),
        "given": given,
        "look": read_look(given),
        "plan": asked.plan,
        "bulk": asked.bulk,
        "source": asked.source,
        "verdicts": Verdict.choices,
    }


def _choices(request: MemberRequest, what: str, find: str) -> dict[str, Any]:
    """The people or the pieces of evidence to choose from."""
    if what in {"owner", FILL}:
        return {"people": owners(request)}
    if what != "evidence":
        return {}
    find = searched(find)
    library = request.organisation.evidence.current().newest_first()
    if find:
        library = library.matching(find)
    return {"library": library[:LIBRARY], "find": find}


@require_safe
@member_required(Permission.VIEW)
def done(request: MemberRequest, assessment_id: UUID, first_seq: int) -> HttpResponse:
    """The answers that were set together, with an undo."""
    assessment = find(request, assessment_id)
    look = read_look(request.GET)
    try:
        events = events_together(assessment, first_seq)
        changed = gathered(assessment, events)
    except Event.DoesNotExist as error:
        raise Http404 from error
    context = {
        "assessment": assessment,
        "base_url": assessment.get_absolute_url(),
        "change": changed,
        "look": look,
        "back": _way_back(assessment, [row.pk for row, _ in changed.rows], look),
        "seq": first_seq,
        "asks": any(trail.changes(event)[1].get("verdict") == Verdict.NOT_MET for event in events),
        "can_answer": Permission.ANSWER in request.may and assessment.is_open,
    }
    context["can_undo"] = context["can_answer"] and can_undo(events)
    if context["can_answer"]:
        view, _ = read_view(request, assessment)
        context["milestone"] = milestone_of_many(view, events)
    return render(request, "work/bulk/done.html", context)


@require_POST
@member_required(Permission.ANSWER)
def undo(request: MemberRequest, assessment_id: UUID, first_seq: int) -> HttpResponse:
    assessment = find(request, assessment_id)
    try:
        back = undo_many(by=request.user, assessment=assessment, seq=first_seq)
    except Event.DoesNotExist as error:
        raise Http404 from error
    except ValidationError as error:
        return undo_refused(request, error.messages, assessment)
    said = _undo_in_words(back)
    if wants_partial(request.htmx):
        context = refreshed(request, assessment, back.done, said, None)
        return render(request, "work/bulk/_refreshed.html", context)
    messages.success(request, said)
    ids = [int(event.subject_id) for event in events_together(assessment, first_seq)]
    return redirect(_way_back(assessment, ids, read_look(request.POST)))


def _undo_in_words(back: PutBack) -> str:
    """ "38 answers put back. Changed again since, so left alone: A1, A2."."""
    count = len(back.done)
    said = f"{count} answers put back." if count != 1 else "1 answer put back."
    if not back.left:
        return said if count else "There is nothing to undo: it is as before."
    left = f"Changed again since, so left alone: {named(back.left)}."
    return f"{said} {left}" if count else left
