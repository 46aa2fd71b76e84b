"""Asking someone to answer: many questions at once, and giving one back."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.core.exceptions import ValidationError
from django.urls import reverse

from compliance.ground.web.mail import absolute, queue_mail
from compliance.identity.organisations import actions as people
from compliance.identity.organisations.access import ALLOWED, Permission, holding
from compliance.identity.organisations.actions import lock
from compliance.identity.organisations.choices import Role
from compliance.identity.organisations.models import Invitation, Organisation, User
from compliance.identity.organisations.rate_limits import person_may_send
from compliance.proof.audit.transaction import writing
from compliance.work.assessments.actions import Refused, save_answer
from compliance.work.assessments.holding import hold_open
from compliance.work.assessments.models import Answer, Assessment
from compliance.work.assessments.versions import Known
from compliance.work.assessments.writing import answerer
from compliance.work.assignments.mine import asked_by, counted
from compliance.work.assignments.new_members import keep_asked
from compliance.work.bulk.actions import Bulk, set_many
from compliance.work.discussion.actions import comment


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Someone who is to be invited so that they can answer."""

    email: str
    name: str


@dataclass(frozen=True, slots=True)
class Assigned:
    """The outcome: how many questions, whose they are, how many stay with others.

    ``seq`` is where the events begin, for undoing them. Questions that wait for an
    address have an ``invitation`` instead of a ``person``.
    """

    count: int
    left: int
    person: User | None
    seq: int | None
    invitation: Invitation | None = None


@dataclass(frozen=True, slots=True)
class HandedBack:
    """The outcome: whose the question is now, and who got a mail."""

    owner: User | None
    mailed: list[User]


def assign(
    *,
    by: User,
    organisation: Organisation,
    assessment_id: UUID,
    answer_ids: Collection[int],
    to: User | Newcomer,
    due_on: date | None = None,
    message: str = "",
    take_over: bool = False,
    sending: str = "",
) -> Assigned:
    """Make one person the owner of questions; they get one mail.

    Questions of someone else stay theirs unless ``take_over``; those that do not
    apply are left out. Without ``due_on`` each keeps its own day. A newcomer is
    invited, and the invitation is the mail; until they come the questions are nobody's
    and wait for the address. The same once more changes and mails nothing; of a newcomer
    the same ``sending`` does. Raises
    ``ValidationError`` for a closed assessment, a person who may not answer, when
    nothing is left to assign, and what inviting raises.
    """
    with writing():
        assessment = organisation.assessments.select_related("edition__checklist", "organisation").get(
            pk=assessment_id
        )
        if not assessment.is_open:
            closed = assessment.closed_word
            msg = f"This assessment is {closed}: its questions stay as they are."
            raise ValidationError(msg)
        if isinstance(to, Newcomer):
            to = _known(organisation, to.email) or to
        person = to if isinstance(to, User) else None
        if person:
            _refuse_reader(organisation, person)
        rows = list(assessment.answers.applying().filter(pk__in=answer_ids))
        wanted = [a for a in rows if take_over or _is_free(a, person)]
        if not wanted:
            raise ValidationError(_nothing(rows))
        ask = _ask(by, assessment, len(wanted), due_on or _first_day(wanted))
        words = f"{ask}\n\n{message}".strip()
        if isinstance(to, Newcomer):
            lock(organisation)  # then the answers, then the trail: as others do
            left = len(rows) - len(wanted)
            if sent := people.invited_before(
                by=by,
                organisation=organisation,
                email=to.email.strip().lower(),
                sending=sending,
            ):
                return Assigned(len(wanted), left, None, None, sent)
            seq = _set(by, assessment, wanted, None, due_on)
            invitation = _invite(by, assessment, to, words, sending)
            keep_asked(invitation, wanted)
            return Assigned(len(wanted), left, None, seq, invitation)
        seq = _set(by, assessment, wanted, to, due_on)
        if to != by and seq is not None:
            _mail_owner(to, assessment, len(wanted), words)
    return Assigned(len(wanted), len(rows) - len(wanted), to, seq)


def _invite(by: User, assessment: Assessment, to: Newcomer, words: str, sending: str) -> Invitation:
    """An invitation that leads to the questions; a new link where one waits."""
    organisation, path = assessment.organisation, _path(assessment)
    waiting = organisation.invitations.filter(email=to.email.strip().lower()).first()
    if waiting:
        if Permission.ANSWER not in ALLOWED[waiting.role]:
            role = waiting.get_role_display().lower()
            msg = f"This person is invited as {role}, a role that may not answer."
            raise ValidationError({"email": msg})
        return people.send_again(by=by, invitation=waiting, path=path, ask=words, sending=sending)
    return people.invite(
        by=by,
        organisation=organisation,
        email=to.email,
        name=to.name,
        role=Role.CONTRIBUTOR,
        path=path,
        ask=words,
        sending=sending,
    )


def hand_back(
    *,
    by: User,
    organisation: Organisation,
    assessment_id: UUID,
    answer_id: int,
    reason: str,
    to: User | None = None,
) -> HandedBack:
    """Say that one is not the right person for a question; the reason is a comment.

    The question is nobody's then, or that of ``to``. That person and whoever asked get one
    mail each, as long as the author may send one. Raises ``ValidationError`` when it is not
    one's own, for a closed assessment, a person who may not answer and a reason that
    cannot be; ``Answer.DoesNotExist`` for a foreign id.
    """
    with writing():
        answer = _own(by, organisation, assessment_id, answer_id)
        if to:
            _refuse_reader(organisation, to)
        asker = asked_by(answer.assessment, by, [answer])
        done = save_answer(
            by=by,
            organisation=organisation,
            assessment_id=assessment_id,
            answer_id=answer_id,
            changes={"owner_id": to.pk if to else None},
            base=Known(answer.version),
        )
        if isinstance(done, Refused):
            msg = "Someone else has just become the owner of this question."
            raise ValidationError(msg)
        comment(by=by, answer=answer, text=f"Not the right person. {reason}")
        mailed = list[User]()
        if to and person_may_send(by, organisation):
            ask = _ask(by, answer.assessment, 1, answer.due_on)
            _mail_owner(to, answer.assessment, 1, f"{ask}\n\n{reason}")
            mailed.append(to)
        waits = asker not in {by, to} and _may_look(asker, organisation)
        if waits and person_may_send(by, organisation):
            _mail_asker(by, asker, answer, reason, to)
            mailed.append(asker)
    return HandedBack(to, mailed)


def _own(by: User, organisation: Organisation, assessment_id: UUID, answer_id: int) -> Answer:
    hold_open(assessment_id)
    rows = Answer.objects.select_for_update(of=("self",)).select_related(
        "question", "assessment__edition__checklist", "assessment__organisation"
    )
    answer = rows.select_related("assessment__started_by").get(
        pk=answer_id,
        assessment_id=assessment_id,
        assessment__organisation=organisation,
    )
    if answer.owner_id != by.pk:
        msg = "This question is no longer yours, so you cannot give it back."
        raise ValidationError(msg)
    return answer


def _is_free(answer: Answer, person: User | None) -> bool:
    return answer.owner_id is None or (person is not None and answer.owner_id == person.pk)


def _nothing(rows: Collection[Answer]) -> str:
    if not rows:
        return "No question that applies is selected. Choose others."
    return (
        "Each of these questions has an owner already. Tick “Give them to the new owner,"
        " too”, or choose others."
    )


def _set(
    by: User,
    assessment: Assessment,
    wanted: Collection[Answer],
    person: User | None,
    due_on: date | None,
) -> int | None:
    changes: dict[str, object] = {"owner_id": person.pk if person else None}
    if due_on:
        changes["due_on"] = due_on
    done = set_many(
        by=by,
        organisation=assessment.organisation,
        assessment_id=assessment.pk,
        targets={answer.pk: Known(answer.version) for answer in wanted},
        bulk=Bulk(changes),
    )
    if done.plan.stale:
        keys = ", ".join(done.plan.stale[:5])
        msg = f"Someone has just changed the owner of {keys}. Look again, then assign."
        raise ValidationError(msg)
    return done.seq


def _known(organisation: Organisation, email: str) -> User | None:
    """The member with that address, if there is one."""
    members = organisation.memberships.select_related("user")
    member = members.filter(user__email=email.strip().lower()).first()
    return member.user if member else None


def _refuse_reader(organisation: Organisation, person: User) -> None:
    try:
        answerer(organisation.pk, person.pk)
    except ValidationError as error:
        raise ValidationError({"to": error.messages}) from error


def _first_day(answers: Collection[Answer]) -> date | None:
    return min((a.due_on for a in answers if a.due_on), default=None)


def _path(assessment: Assessment) -> str:
    slug = assessment.organisation.slug
    return reverse("assignments:contribute", args=[slug, assessment.pk])


def _title(assessment: Assessment) -> str:
    return f"{assessment.edition.checklist.title}, {assessment.subject}"


def _ask(by: User, assessment: Assessment, count: int, day: date | None) -> str:
    asked = f"{by} asks for your help with {counted(count)} of {_title(assessment)}."
    return asked if day is None else f"{asked} Next due on {day.day} {day:%B %Y}."


def _mail_owner(person: User, assessment: Assessment, count: int, words: str) -> None:
    """One mail to the person who has to answer."""
    queue_mail(
        organisation_id=assessment.organisation_id,
        to=person.email,
        subject=f"{counted(count).capitalize()} of {_title(assessment)} for you",
        template="assigned",
        context={"words": words, "link": absolute(_path(assessment))},
    )


def _may_look(asker: User, organisation: Organisation) -> bool:
    """Whether whoever asked is still a member who reads assessments."""
    members = holding(Permission.VIEW).filter(user=asker, user__is_active=True)
    return members.filter(organisation=organisation).exists()


def _mail_asker(by: User, asker: User, answer: Answer, reason: str, to: User | None) -> None:
    """Mail whoever asked."""
    queue_mail(
        organisation_id=answer.assessment.organisation_id,
        to=asker.email,
        subject=f"{by} is not the right person for {answer.question.key}",
        template="handed_back",
        context={
            "by": by,
            "question": answer.question,
            "title": _title(answer.assessment),
            "reason": reason,
            "to": to,
            "link": absolute(answer.get_absolute_url()),
        },
    )
