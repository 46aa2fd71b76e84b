"""Requests: an auditor asks, the organisation answers, either closes."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone

from compliance.assessments.models import Assessment
from compliance.audit.transaction import writing
from compliance.evidence.models import Evidence
from compliance.organisations.access import Permission, may
from compliance.organisations.choices import Role
from compliance.organisations.models import User
from compliance.reviews.actions import clean_typed
from compliance.seats.actions.locking import held, tell
from compliance.seats.choices import RequestStatus
from compliance.seats.events import (
    REQUEST_ANSWERED,
    REQUEST_ASKED,
    REQUEST_CLOSED,
    REQUEST_SAID,
)
from compliance.seats.models import Request, RequestMessage, Seat
from compliance.web.mail import absolute, queue_mail

CLOSED = "This request is closed."
REPEAT = timedelta(hours=1)
"""The same words again within this time are the same ones: their reply was lost."""


def ask(
    *,
    by: User,
    seat: Seat,
    title: str,
    text: str,
    due_on: date,
    answer_id: int | None = None,
) -> Request:
    """A request of an auditor; the organisation gets a mail.

    One that is sent twice is made once.
    Raises ``ValidationError`` for a seat that is over, a day that is over and words
    that cannot be, ``Answer.DoesNotExist`` for an answer of something else.
    """
    with writing():
        here = held(by, seat)
        if due_on < timezone.localdate():
            raise ValidationError({"due_on": "Choose a day in the future."})
        assessment = here.assessment
        answer = assessment.answers.get(pk=answer_id) if answer_id else None
        Assessment.objects.select_for_update().get(pk=assessment.pk)
        last = assessment.requests.aggregate(last=Max("number"))["last"] or 0
        asked = Request(
            assessment=assessment,
            seat=here,
            number=last + 1,
            title=title,
            text=text,
            due_on=due_on,
            answer=answer,
            asked_at=timezone.now(),
            asked_by=by,
        )
        clean_typed(asked, "title", "text", "due_on")
        if made := _just_asked(asked):
            return made
        asked.save(force_insert=True)
        told = {"number": asked.number, "title": title, "text": text}
        told |= {"due_on": due_on.isoformat()}
        tell(by, assessment, REQUEST_ASKED, asked, after=told)
        _mail_in(by, asked, text)
    return asked


def say(*, by: User, seat: Seat, request_id: int, text: str) -> RequestMessage:
    """A message of the auditor, once if it is sent twice; an answered request is open again.

    Raises ``ValidationError`` when it is closed, ``Request.DoesNotExist`` for another's.
    """
    with writing():
        here = held(by, seat)
        asked = _open(Request.objects.filter(seat=here), request_id)
        if said := _just_said(by, asked, text, None):
            return said
        said = _message(by, asked, text, None)
        _move(asked, RequestStatus.OPEN)
        tell(by, here.assessment, REQUEST_SAID, asked, after=_told(said))
        _mail_in(by, asked, said.text)
    return said


def reply(
    *, by: User, request: Request, text: str, evidence: Evidence | None = None
) -> RequestMessage:
    """The organisation's answer, with a piece of its evidence or without; once if sent twice.

    The auditor gets a mail and may download the file. Raises ``ValidationError`` when
    the request is closed or the evidence belongs to others.
    """
    with writing():
        asked = _open(Request.objects.all(), request.pk)
        assessment = asked.assessment
        if evidence and evidence.organisation_id != assessment.organisation_id:
            raise ValidationError(
                {"evidence": "Choose evidence from your own library."}
            )
        if said := _just_said(by, asked, text, evidence):
            return said
        said = _message(by, asked, text, evidence)
        _move(asked, RequestStatus.ANSWERED)
        tell(by, assessment, REQUEST_ANSWERED, asked, after=_told(said))
        _mail_out(by, asked, said.text)
    return said


def close(*, by: User, request: Request) -> Request:
    """Say that a request is settled; the other side gets a mail.

    Closed twice is closed once.
    """
    with writing():
        rows = Request.objects.for_page().select_for_update(of=("self",))
        asked = rows.get(pk=request.pk)
        if asked.is_closed:
            return asked
        before = {"status": asked.status}
        asked.closed_at, asked.closed_by = timezone.now(), by
        _move(asked, RequestStatus.CLOSED)
        told = {"number": asked.number}
        tell(by, asked.assessment, REQUEST_CLOSED, asked, before=before, after=told)
        mail = _mail_in if by.pk == asked.asked_by_id else _mail_out
        mail(by, asked, "", closes=True)
    return asked


def _open(rows: Any, request_id: int) -> Request:
    """The request under lock, if it may still be talked about."""
    found: Request = rows.for_page().select_for_update(of=("self",)).get(pk=request_id)
    if found.is_closed:
        raise ValidationError(CLOSED, code="closed")
    return found


def _just_asked(asked: Request) -> Request | None:
    """The last request of a seat, if it is this one, lately made and not answered yet."""
    lately = asked.seat.requests.filter(asked_at__gt=timezone.now() - REPEAT)
    last = lately.order_by("-number").first()
    names = ("asked_by_id", "title", "text", "due_on", "answer_id")
    if last is None or any(getattr(last, n) != getattr(asked, n) for n in names):
        return None
    is_open = last.status == RequestStatus.OPEN and not last.messages.exists()
    return last if is_open else None


def _just_said(
    by: User, asked: Request, text: str, evidence: Evidence | None
) -> RequestMessage | None:
    """The last message of a thread, if it is this one and lately written."""
    lately = asked.messages.filter(at__gt=timezone.now() - REPEAT)
    last = lately.order_by("-pk").first()
    if last is None or last.by_id != by.pk or last.text != text.strip():
        return None
    return last if last.evidence_id == (evidence.pk if evidence else None) else None


def _message(
    by: User, asked: Request, text: str, evidence: Evidence | None
) -> RequestMessage:
    said = RequestMessage(
        request=asked, by=by, text=text.strip(), evidence=evidence, at=timezone.now()
    )
    clean_typed(said, "text")
    said.save(force_insert=True)
    return said


def _move(asked: Request, status: RequestStatus) -> None:
    asked.status = status
    asked.save(update_fields=["status", "closed_at", "closed_by"])


def _told(said: RequestMessage) -> dict[str, Any]:
    told: dict[str, Any] = {"number": said.request.number, "text": said.text}
    if said.evidence:
        told |= {"title": said.evidence.title, "sha256": said.evidence.sha256}
    return told


def _mail_in(by: User, asked: Request, text: str, *, closes: bool = False) -> None:
    """To whoever gave the seat; to the owners, if they left or lost the right."""
    members = asked.assessment.organisation.memberships.with_people()
    giver = members.filter(user=asked.seat.given_by_id).first()
    told = [giver] if giver and may(giver, Permission.SEATS) else []
    if not told:
        owners = members.filter(role=Role.OWNER)
        told = list(owners.filter(user__is_active=True))
    link = absolute(asked.get_absolute_url())
    for member in told:
        _mail(asked, member.user, by, _Words(text, link, closes))


def _mail_out(by: User, asked: Request, text: str, *, closes: bool = False) -> None:
    """To the auditor, while the seat is open."""
    if asked.seat.standing(timezone.localdate()) != "open":
        return
    slug = asked.assessment.organisation.slug
    path = reverse("seats:asked", args=[slug, asked.seat_id, asked.pk])
    _mail(asked, asked.asked_by, by, _Words(text, absolute(path), closes))


@dataclass(frozen=True, slots=True)
class _Words:
    """The text of a mail about a request: a message, or that it is closed."""

    text: str
    link: str
    closes: bool


def _mail(asked: Request, to: User, by: User, words: _Words) -> None:
    told = {"text": words.text, "link": words.link, "closes": words.closes}
    queue_mail(
        organisation_id=asked.assessment.organisation_id,
        to=to.email,
        subject=f"{asked.code} {asked.title}",
        template="request",
        context={"by": by, "asked": asked} | told,
    )
