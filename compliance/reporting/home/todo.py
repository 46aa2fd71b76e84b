"""Work that waits for one person: their answers and the evidence behind them, by date."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, F, Max, Min, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator

from compliance.assurance.reviews.models import Reopening, Review
from compliance.assurance.reviews.pending import returned, to_reopen, to_review
from compliance.assurance.seats.models import Request
from compliance.assurance.seats.queries import open_requests
from compliance.content.checklists.models import Edition
from compliance.content.checklists.standing import to_publish
from compliance.content.evidence.models import Evidence
from compliance.identity.organisations.access import Permission
from compliance.identity.organisations.models import Organisation, User
from compliance.reporting.home.choices import Kind
from compliance.reporting.home.models import PutAway
from compliance.reporting.home.needs import Away, Need, Work, sorted_out
from compliance.work.assessments.choices import (
    OPEN,
    TALKED,
    AssessmentStatus,
    Filter,
    Verdict,
)
from compliance.work.assessments.imported_answers import asked_of
from compliance.work.assessments.models import Action, Answer, Assessment, Comment, Namesake
from compliance.work.evidence_use.uses import with_gaps
from compliance.work.law_changes.actions import law_page
from compliance.work.law_changes.law import news
from compliance.work.workspace.na_queue import waiting

SOON = timedelta(days=30)
FEW = 3
"""Laws that are named in one line; the others are counted."""


def needs(
    organisation: Organisation,
    user: User,
    today: date,
    *,
    is_guest: bool = False,
    allowed: Collection[Permission] = (),
) -> list[Need]:
    """Everything that waits for a person, put away or not.

    Questions of a guest lead to the page that shows only those. Work that takes a
    permission waits only for those who have it: ``allowed`` are the person's.
    """
    answers = _answers(organisation, user, today)
    found = [_answer(answer, is_guest=is_guest) for answer in answers]
    found += [_action(one) for one in _actions(organisation, user)]
    found += [_mention(comment) for comment in _mentions(organisation, user)]
    found += [_evidence(one, today) for one in expiring(organisation, today, user)]
    found += [_name(one) for one in asked_of(user, organisation)]
    if Permission.CONFIRM in allowed:
        found += _unconfirmed(organisation, user)
        found += [_review(one) for one in to_review(organisation, user)]
    if Permission.REOPEN in allowed:
        found += [_reopening(one) for one in to_reopen(organisation, user)]
    if Permission.ANSWER in allowed:
        found += [_again(one) for one in _asking_again(organisation, user)]
    if Permission.ASSESS in allowed:
        found += _law(organisation)
        found += [_returned(one) for one in returned(organisation, user)]
    if Permission.EDIT in allowed:
        found += [_edition(one, organisation) for one in to_publish(organisation, user)]
    if Permission.SEATS in allowed:
        found += [_request(one) for one in open_requests(organisation)]
    return found


def work_of(needs: Sequence[Need], organisation: Organisation, user: User) -> Work:
    """The work of a person by kind, without what they put away: one query."""
    today = timezone.localdate()
    rows = PutAway.objects.filter(organisation=organisation, user=user, until__gt=today).values_list(
        "thing", "until", "stands"
    )
    away = {thing: Away(until, stands) for thing, until, stands in rows}
    return sorted_out(needs, away, today)


def _actions(organisation: Organisation, user: User) -> QuerySet[Action]:
    return organisation.actions.open().filter(owner=user).order_by("due_on", "number")


def _answers(organisation: Organisation, user: User, today: date) -> Iterator[Answer]:
    """Answers that are open or due; "later" once its day has come, for its author if
    nobody owns it.

    They are given their organisation, which PostgreSQL would look for among all, once each.
    """
    put_off = Q(verdict=Verdict.LATER)
    unsettled = Q(verdict__in=OPEN - {Verdict.LATER}) | Q(
        due_on__isnull=False, verdict__in=[Verdict.PARTLY, Verdict.NOT_MET]
    )
    has_come = put_off & (Q(later_until__lte=today) | Q(due_on__lte=today))
    own = Q(owner=user) | put_off & Q(owner=None, answered_by=user)
    rows = (
        Answer.objects.filter(
            unsettled | has_come,
            own,
            applies=True,
            assessment__organisation=organisation,
            assessment__status=AssessmentStatus.RUNNING,
        )
        .select_related("question", "assessment__edition__checklist")
        .defer("assessment__edition__extra")
        .order_by("due_on", "question__position", "pk")
    )
    for answer in rows:
        answer.assessment.organisation = organisation
        yield answer


def expiring(organisation: Organisation, today: date, owner: User | None = None) -> list[Evidence]:
    """Evidence in use that runs out within a month, or leaves a gap in an audit period.

    Soonest first. With ``answer_count``, the applicable answers of running assessments
    it stands behind; with ``owner``, only those of one person.
    """
    rows = list(_weak(organisation, today, owner))
    gaps = with_gaps(organisation, owner) if any(row.has_gap for row in rows) else ()
    return [row for row in rows if _ends_soon(row, today) or row.pk in gaps]


def _ends_soon(evidence: Evidence, today: date) -> bool:
    return evidence.expires_on is not None and evidence.expires_on <= today + SOON


def _weak(organisation: Organisation, today: date, owner: User | None) -> QuerySet[Evidence]:
    """Evidence that runs out, or does not cover an audit period by itself."""
    used = Q(
        attachments__answer__applies=True,
        attachments__answer__archived_at=None,
        attachments__answer__assessment__status=AssessmentStatus.RUNNING,
    )
    if owner:
        used &= Q(attachments__answer__owner=owner)
    return (
        organisation.evidence.with_use()
        .filter(Q(expires_on__lte=today + SOON) | Q(has_gap=True))
        .annotate(answer_count=Count("attachments", filter=used))
        .filter(answer_count__gt=0)
        .order_by(F("expires_on").asc(nulls_last=True), "title", "pk")
    )


def _answer(answer: Answer, *, is_guest: bool) -> Need:
    assessment = answer.assessment
    url = f"{assessment.get_absolute_url()}{'mine/' if is_guest else ''}"
    on = min((d for d in (answer.due_on, answer.later_until) if d), default=None)
    later = "Later: its day has come · " if answer.later_until else ""
    return Need(
        kind=Kind.QUESTION,
        thing=f"answer:{answer.pk}",
        title=answer.question.title,
        detail=f"{later}{answer.question.key} · {assessment}",
        url=f"{url}?open={answer.pk}#answer-{answer.pk}",
        on=on,
        state=(answer.later_until, answer.verdict),
    )


def _unconfirmed(organisation: Organisation, user: User) -> list[Need]:
    """One line for all "not applicable" that waits for this second person."""
    totals = waiting(organisation, user).aggregate(
        count=Count("pk"), first=Min("answered_at"), last=Max("answered_at")
    )
    count, first = totals["count"], totals["first"]
    if not count:
        return []
    one = Need(
        kind=Kind.CONFIRM,
        thing="na",
        title=f"{count} N/A wait{'' if count > 1 else 's'} for you",
        detail="Someone else chose it; a second person confirms it",
        url=reverse("workspace:na_queue", args=[organisation.slug]),
        since=timezone.localdate(first) if first else None,
        state=(totals["last"],),
    )
    return [one]


def _asking_again(organisation: Organisation, user: User) -> QuerySet[Assessment]:
    """Assessments with answers to confirm again, and how many are this person's.

    One that belongs to nobody is asked of who started the assessment.
    """
    own = Q(answers__owner=user) | Q(answers__owner=None, started_by=user)
    rows = organisation.assessments.running().filter(
        own,
        answers__applies=True,
        answers__again__gt="",
        answers__archived_at=None,
    )
    return rows.for_page().annotate(again_count=Count("answers"))


def _again(assessment: Any) -> Need:
    count: int = assessment.again_count
    on = assessment.due_on
    return Need(
        kind=Kind.CONFIRM,
        thing=f"again:{assessment.pk}",
        title=f"Confirm {count} answer{'' if count == 1 else 's'} again",
        detail=f"Carried over, returned, or its action closed · {assessment}",
        url=f"{assessment.get_absolute_url()}?show={Filter.AGAIN}",
        on=on,
        state=(count,),
    )


def _review(review: Review) -> Need:
    """A review that goes on: whoever sent it waits."""
    return Need(
        kind=Kind.REVIEW,
        thing=f"review:{review.pk}",
        title=f"{review.assessment} is in review",
        detail=f"{review.sent_by} sent it; it is checked, and signed or returned",
        url=_review_page(review.assessment),
        since=timezone.localdate(review.sent_at),
    )


def _returned(review: Review) -> Need:
    """A review that came back: nothing goes on until someone sends it again."""
    said = Truncator(review.said).chars(120)
    return Need(
        kind=Kind.RETURNED,
        thing=f"returned:{review.pk}",
        title=f"{review.assessment} was returned",
        detail=f"{review.ended_by}: {said}" if said else f"{review.ended_by} returned it",
        url=_review_page(review.assessment),
        since=timezone.localdate(review.ended_at),
    )


def _reopening(asked: Reopening) -> Need:
    """A request that takes a second person."""
    return Need(
        kind=Kind.REVIEW,
        thing=f"reopening:{asked.pk}",
        title=f"{asked.asked_by} asks to reopen {asked.assessment}",
        detail=Truncator(asked.reason).chars(120),
        url=_review_page(asked.assessment),
        since=timezone.localdate(asked.asked_at),
    )


def _name(asked: Namesake) -> Need:
    """A name in a bundle that is believed to be this person."""
    origin = asked.origin
    return Need(
        kind=Kind.CONFIRM,
        thing=f"name:{asked.pk}",
        title=f"{origin.brought_by or 'Attest'} asks whether you are {asked.account}",
        detail=f"Answers imported with {origin.assessment}",
        url=reverse("bundles:names", args=[origin.assessment.organisation.slug]),
        since=timezone.localdate(origin.brought_at),
    )


def _request(asked: Request) -> Need:
    """Requests of an auditor."""
    return Need(
        kind=Kind.REQUEST,
        thing=f"request:{asked.pk}",
        title=f"{asked.code} {asked.title}",
        detail=f"{asked.asked_by} asks · {asked.assessment}",
        url=asked.get_absolute_url(),
        on=asked.due_on,
        state=(asked.status,),
    )


def _edition(edition: Edition, organisation: Organisation) -> Need:
    """An edition that was sent and waits for someone to publish it."""
    return Need(
        kind=Kind.PUBLISH,
        thing=f"edition:{edition.pk}",
        title=f"{edition.checklist.title}, edition {edition.number} waits to be published",
        detail=f"{edition.sent_by} sent it; publish it or send it back",
        url=reverse("publishing:check", args=[organisation.slug, edition.pk]),
        since=timezone.localdate(edition.sent_at),
        state=(edition.sent_at,),
    )


def _review_page(assessment: Assessment) -> str:
    return reverse("reviews:review", args=[assessment.organisation.slug, assessment.pk])


def _law(organisation: Organisation) -> list[Need]:
    """One line while the law of a month is newer than what is asked."""
    found = news(organisation, timezone.now())
    if not found:
        return []
    one = Need(
        kind=Kind.LAW,
        thing="law",
        title=f"The law changed under {found.count} of your questions"
        if found.count > 1
        else "The law changed under one of your questions",
        detail=_few(found.names),
        url=law_page(organisation),
        since=timezone.localdate(found.at),
        state=(found.count, found.at),
    )
    return [one]


def _few(names: Sequence[str]) -> str:
    more = f" and {len(names) - FEW} more" if len(names) > FEW else ""
    return ", ".join(names[:FEW]) + more


def _action(action: Action) -> Need:
    return Need(
        kind=Kind.ACTION,
        thing=f"action:{action.pk}",
        title=action.title,
        detail=f"{action.code} · {action.get_status_display()}",
        url=action.get_absolute_url(),
        on=action.due_on,
        state=(action.status,),
    )


def _mentions(organisation: Organisation, user: User) -> Iterator[Comment]:
    """Open comments of running assessments that name a person."""
    rows = (
        Comment.objects.filter(
            mentions__user=user,
            resolved_at=None,
            answer__assessment__organisation=organisation,
            answer__archived_at=None,
            answer__assessment__status__in=TALKED,
        )
        .select_related("author", "answer__question")
        .select_related("answer__assessment__edition__checklist")
        .defer("answer__assessment__edition__extra")
        .order_by("written_at", "pk")
    )
    for comment in rows:
        comment.answer.assessment.organisation = organisation
        yield comment


def _mention(comment: Comment) -> Need:
    answer = comment.answer
    url = answer.assessment.get_absolute_url()
    return Need(
        kind=Kind.COMMENT,
        thing=f"comment:{comment.pk}",
        title=f"{comment.author} mentions you: {Truncator(comment.text).chars(120)}",
        detail=f"{answer.question.key} · {answer.assessment}",
        url=f"{url}?open={answer.pk}&panel=comments#answer-{answer.pk}",
        since=timezone.localdate(comment.written_at),
    )


def _evidence(evidence: Any, today: date) -> Need:
    count: int = evidence.answer_count
    on = evidence.expires_on if _ends_soon(evidence, today) else None
    said = "does not cover the audit period"
    if on is not None:
        said = "has run out" if on < today else "runs out"
    return Need(
        kind=Kind.EVIDENCE,
        thing=f"evidence:{evidence.pk}",
        title=f"{evidence.title} {said}",
        detail=f"Used in {count} of your answers" if count > 1 else "In one answer of yours",
        url=evidence.get_absolute_url(),
        on=on,
    )
