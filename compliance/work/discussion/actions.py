"""Talking about an answer."""

from django.core.exceptions import ValidationError
from django.utils import timezone

from compliance.ground.web.mail import absolute, queue_mail
from compliance.ground.web.sendings import REPEAT
from compliance.identity.organisations.models import User
from compliance.identity.organisations.rate_limits import person_may_send
from compliance.proof.audit import trail
from compliance.proof.audit.rows import inserted
from compliance.proof.audit.transaction import writing
from compliance.work.assessments.events import (
    COMMENT_REOPENED,
    COMMENT_RESOLVED,
    COMMENT_WRITTEN,
)
from compliance.work.assessments.holding import hold_open
from compliance.work.assessments.models import Answer, Comment, Mention
from compliance.work.discussion.mentions import Person, named
from compliance.work.discussion.thread import mentionable

EXCERPT = 160
"""Characters of a comment that the trail repeats when it is resolved."""


def comment(*, by: User, answer: Answer, text: str) -> Comment:
    """Say something about an answer; members that it names see it at Home and get a mail,
    as long as the author may send one.

    A comment that is sent twice is kept once. Raises ``ValidationError`` for bad text
    and for a closed assessment.
    """
    with writing():
        answer = _locked(answer)
        if said := _just_said(by, answer, text):
            return said
        said = Comment(answer=answer, author=by, text=text)
        said.full_clean()
        said.save()
        people = _named(by, answer, text)
        inserted(Mention.objects.bulk_create(Mention(comment=said, user=one) for one in people))
        extra = {"mentions": [one.pk for one in people]} if people else {}
        _record(by, answer, COMMENT_WRITTEN, said, text, **extra)
        for one in people:
            if person_may_send(by, answer.assessment.organisation):
                _mail(one, said)
    return said


def resolve(*, by: User, answer: Answer, comment: Comment) -> Comment:
    """Say that a comment needs nobody any more; saying it twice changes nothing.

    Raises ``ValidationError`` for a closed assessment, ``Comment.DoesNotExist`` for
    a comment about another answer.
    """
    with writing():
        answer = _locked(answer)
        standing = answer.comments.select_for_update(of=("self",)).get(pk=comment.pk)
        if standing.resolved_at is None:
            standing.resolved_at, standing.resolved_by = timezone.now(), by
            standing.save(update_fields=["resolved_at", "resolved_by"])
            _record(by, answer, COMMENT_RESOLVED, standing, _short(standing.text))
    return standing


def reopen(*, by: User, answer: Answer, comment: Comment) -> Comment:
    """Say that a resolved comment needs someone again; raises what resolving does."""
    with writing():
        answer = _locked(answer)
        standing = answer.comments.select_for_update(of=("self",)).get(pk=comment.pk)
        if standing.resolved_at is not None:
            standing.resolved_at = standing.resolved_by = None
            standing.save(update_fields=["resolved_at", "resolved_by"])
            _record(by, answer, COMMENT_REOPENED, standing, _short(standing.text))
    return standing


def _just_said(by: User, answer: Answer, text: str) -> Comment | None:
    """The last words of a person about an answer, if they are these."""
    lately = answer.comments.filter(author=by, resolved_at=None)
    last = lately.filter(written_at__gt=timezone.now() - REPEAT).order_by("-pk").first()
    return last if last and last.text == text else None


def _named(by: User, answer: Answer, text: str) -> list[User]:
    """Members named by a text, without its author; no query where there is no "@"."""
    if "@" not in text:
        return []
    organisation = answer.assessment.organisation
    people = {one.pk: one for one in mentionable(organisation) if one.pk != by.pk}
    known = [Person(one.pk, one.name, one.email) for one in people.values()]
    return [people[pk] for pk in named(text, known)]


def _mail(person: User, said: Comment) -> None:
    """Mail that someone was named: where and by whom, not what was said."""
    answer = said.answer
    url = answer.assessment.get_absolute_url()
    queue_mail(
        organisation_id=answer.assessment.organisation_id,
        to=person.email,
        subject=f"{said.author} mentions you in {answer.question.key}",
        template="mentioned",
        context={
            "by": said.author,
            "question": answer.question,
            "assessment": answer.assessment,
            "link": absolute(f"{url}?open={answer.pk}&panel=comments"),
        },
    )


def _locked(answer: Answer) -> Answer:
    hold_open(answer.assessment_id)
    answers = Answer.objects.select_for_update(of=("self",)).select_related(
        "question", "assessment__organisation", "assessment__edition__checklist"
    )
    answer = answers.get(pk=answer.pk)
    if not answer.assessment.is_talked_about:
        closed = answer.assessment.closed_word
        msg = f"This assessment is {closed}: its comments stay as they are."
        raise ValidationError(msg)
    return answer


def _record(by: User, answer: Answer, action: str, said: Comment, text: str, **more: object) -> None:
    trail.record(
        by=by,
        organisation_id=answer.assessment.organisation_id,
        action=action,
        subject=answer,
        scope_id=answer.assessment_id,
        after={"comment": said.pk, "text": text, **more},
    )


def _short(text: str) -> str:
    return text if len(text) <= EXCERPT else text[: EXCERPT - 1] + "…"
