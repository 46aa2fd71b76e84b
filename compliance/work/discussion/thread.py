"""The comments on an answer, as its panel shows them."""

from collections.abc import Sequence
from dataclasses import dataclass

from compliance.identity.organisations.access import Permission, may
from compliance.identity.organisations.models import Organisation, User
from compliance.work.assessments.models import Answer, Comment
from compliance.work.discussion.mentions import Offer, Person, Piece, offers, pieces


@dataclass(frozen=True, slots=True)
class CommentText:
    """A comment with its text cut where it names someone."""

    comment: Comment
    pieces: Sequence[Piece]


@dataclass(frozen=True, slots=True)
class Thread:
    """Open comments and resolved ones, each oldest first."""

    open: Sequence[CommentText]
    resolved: Sequence[CommentText]


def thread(answer: Answer) -> Thread:
    """Comments on an answer, in two queries; three when someone is named."""
    comments = answer.comments.select_related("author", "resolved_by")
    said = [_said(one) for one in comments.prefetch_related("mentions__user")]
    return Thread(
        [one for one in said if one.comment.resolved_at is None],
        [one for one in said if one.comment.resolved_at is not None],
    )


def mentionable(organisation: Organisation) -> list[User]:
    """Those who may see assessments and can be named in a comment, by name."""
    members = organisation.memberships.with_people().filter(user__is_active=True)
    return [member.user for member in members if may(member, Permission.VIEW)]


def offered(answer: Answer, viewer_id: int) -> list[Offer]:
    """Everybody whom the viewer can mention; nobody once the assessment is closed."""
    if not answer.assessment.is_talked_about:
        return []
    people = mentionable(answer.assessment.organisation)
    return offers(Person(one.pk, one.name, one.email) for one in people if one.pk != viewer_id)


def _said(comment: Comment) -> CommentText:
    people = [mention.user for mention in comment.mentions.all()]
    known = [Person(one.pk, one.name, one.email) for one in people]
    return CommentText(comment, pieces(comment.text, known))
