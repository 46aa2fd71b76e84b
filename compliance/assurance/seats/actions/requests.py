"""Requests: an auditor asks, the organisation answers, either closes."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone

from compliance.assurance.reviews.actions import clean_typed
from compliance.assurance.seats.actions.locking import held, record
from compliance.assurance.seats.choices import RequestStatus
from compliance.assurance.seats.events import (
    REQUEST_ANSWERED,
    REQUEST_ASKED,
    REQUEST_CLOSED,
    REQUEST_SAID,
)
from compliance.assurance.seats.models import Request, RequestMessage, Seat
from compliance.content.evidence.models import Evidence
from compliance.ground.web.mail import absolute, queue_mail
from compliance.ground.web.sendings import REPEAT, naming, sent_already
from compliance.identity.organisations.access import Permission, may
from compliance.identity.organisations.choices import Role
from compliance.identity.organisations.models import User
from compliance.proof.audit import trail
from compliance.proof.audit.models import Event
from compliance.proof.audit.transaction import writing
from compliance.work.assessments.models import Assessment

CLOSED = "This request is closed."


def ask(
    *,
    by: User,
    seat: Seat,
    title: str,
    text: str,
    due_on: date,
    answer_id: int | None = None,
    sending: str = "",
) -> Request:
    """A request of an auditor; the organisation gets a mail.

    The same ``sending`` makes one, and another name another.
    Raises ``ValidationError`` for a seat that is over, a day that is over, words
    that cannot be, and without a name for the same again within ``REPEAT``;
    ``Answer.DoesNotExist`` for an answer of something else.
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
        fields = {"title": title, "text": text, "due_on": due_on.isoformat()}
        fields |= naming(sending)
        if sending:
            sent = _sent(by, assessment, REQUEST_ASKED, fields)
            made = sent and here.requests.filter(pk=sent.subject_id).first()
            if made and made.answer_id == asked.answer_id:
                return made
        elif made := _just_asked(asked):
            raise ValidationError(f"{sent_already(made.asked_at)}.", code="sent")
        asked.save(force_insert=True)
        numbered = {"number": asked.number} | fields
        record(by, assessment, REQUEST_ASKED, asked, after=numbered)
        _mail_in(by, asked, text)
    return asked


def say(*, by: User, seat: Seat, request_id: int, text: str, sending: str = "") -> RequestMessage:
    """A message of the auditor; an answered request is open again.

    The same ``sending`` says it once. Raises ``ValidationError`` when the request is closed,
    and without a name for the same again within ``REPEAT``; ``Request.DoesNotExist`` for
    another's.
    """
    with writing():
        here = held(by, seat)
        asked = _open(Request.objects.filter(seat=here), request_id)
        said = _message(by, asked, text, None)
        if made := _said_before(said, REQUEST_SAID, sending):
            return made
        said.save(force_insert=True)
        _move(asked, RequestStatus.OPEN)
        record(by, here.assessment, REQUEST_SAID, asked, after=_event_fields(said, sending))
        _mail_in(by, asked, said.text)
    return said


def reply(
    *,
    by: User,
    request: Request,
    text: str,
    evidence: Evidence | None = None,
    sending: str = "",
) -> RequestMessage:
    """The organisation's answer, with a piece of its evidence or without.

    The auditor gets a mail and may download the file. The same ``sending`` answers once.
    Raises ``ValidationError`` when the request is closed, the evidence belongs to others,
    and without a name for the same again within ``REPEAT``.
    """
    with writing():
        asked = _open(Request.objects.all(), request.pk)
        assessment = asked.assessment
        if evidence and evidence.organisation_id != assessment.organisation_id:
            raise ValidationError({"evidence": "Choose evidence from your own library."})
        said = _message(by, asked, text, evidence)
        if made := _said_before(said, REQUEST_ANSWERED, sending):
            return made
        said.save(force_insert=True)
        _move(asked, RequestStatus.ANSWERED)
        record(by, assessment, REQUEST_ANSWERED, asked, after=_event_fields(said, sending))
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
        fields = {"number": asked.number}
        record(by, asked.assessment, REQUEST_CLOSED, asked, before=before, after=fields)
        mail = _mail_in if by.pk == asked.asked_by_id else _mail_out
        mail(by, asked, "", closes=True)
    return asked


def reaches(asked: Request) -> bool:
    """Whether a mail about a request goes to its auditor: the seat opens something today.

    It ends with the membership, too.
    """
    rows = Seat.objects.open_for(asked.asked_by, timezone.localdate())
    return rows.filter(pk=asked.seat_id).exists()


def _open(rows: Any, request_id: int) -> Request:
    """The request under lock, if it may still be talked about."""
    found: Request = rows.for_page().select_for_update(of=("self",)).get(pk=request_id)
    if found.is_closed:
        raise ValidationError(CLOSED, code="closed")
    return found


def _sent(
    by: User,
    assessment: Assessment,
    action: str,
    fields: dict[str, Any],
    about: str = "",
) -> Event | None:
    """The event of the same sending by this person, found by its name in ``fields``."""
    events = trail.events_of(assessment.organisation_id)
    rows = events.filter(action=action, actor=by)
    return trail.sent(rows.filter(subject_id=about) if about else rows, fields)


def _just_asked(asked: Request) -> Request | None:
    """The last request of a seat, if it is this one, lately made and not answered yet."""
    lately = asked.seat.requests.filter(asked_at__gt=timezone.now() - REPEAT)
    last = lately.order_by("-number").first()
    names = ("asked_by_id", "title", "text", "due_on", "answer_id")
    if last is None or any(getattr(last, n) != getattr(asked, n) for n in names):
        return None
    is_open = last.status == RequestStatus.OPEN and not last.messages.exists()
    return last if is_open else None


def _said_before(said: RequestMessage, action: str, sending: str) -> RequestMessage | None:
    """The message that this sending made already.

    Raises ``ValidationError`` without a name, where the last message is the same one and
    lately written.
    """
    asked, by = said.request, said.by
    same = asked.messages.filter(by=by, text=said.text, evidence=said.evidence)
    made: RequestMessage | None = same.order_by("-pk").first()
    if made is None:
        return None
    if sending:
        fields = _event_fields(said, sending)
        is_same = _sent(by, asked.assessment, action, fields, about=str(asked.pk))
        return made if is_same else None
    lately = asked.messages.filter(at__gt=timezone.now() - REPEAT)
    if made == lately.order_by("-pk").first():
        raise ValidationError(f"{sent_already(made.at)}.", code="sent")
    return None


def _message(by: User, asked: Request, text: str, evidence: Evidence | None) -> RequestMessage:
    said = RequestMessage(request=asked, by=by, text=text.strip(), evidence=evidence, at=timezone.now())
    clean_typed(said, "text")
    return said


def _move(asked: Request, status: RequestStatus) -> None:
    asked.status = status
    asked.save(update_fields=["status", "closed_at", "closed_by"])


def _event_fields(said: RequestMessage, sending: str) -> dict[str, Any]:
    fields: dict[str, Any] = {"number": said.request.number, "text": said.text}
    if said.evidence:
        fields |= {"title": said.evidence.title, "sha256": said.evidence.sha256}
    return fields | naming(sending)


def _mail_in(by: User, asked: Request, text: str, *, closes: bool = False) -> None:
    """To whoever gave the seat; to the owners, if they left or lost the right."""
    members = asked.assessment.organisation.memberships.with_people()
    giver = members.filter(user=asked.seat.given_by_id).first()
    recipients = [giver] if giver and may(giver, Permission.SEATS) else []
    if not recipients:
        owners = members.filter(role=Role.OWNER)
        recipients = list(owners.filter(user__is_active=True))
    link = absolute(asked.get_absolute_url())
    for member in recipients:
        _mail(asked, member.user, by, _Words(text, link, closes))


def _mail_out(by: User, asked: Request, text: str, *, closes: bool = False) -> None:
    """To the auditor, while the seat is open."""
    if not reaches(asked):
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
    context = {
        "by": by,
        "asked": asked,
        "text": words.text,
        "link": words.link,
        "closes": words.closes,
    }
    queue_mail(
        organisation_id=asked.assessment.organisation_id,
        to=to.email,
        subject=f"{asked.code} {asked.title}",
        template="request",
        context=context,
    )
