"""The columns that ``rows.json`` holds of each table: all that the model has, but for those named here.

So a new column travels in bundles, and is compared with the trail there, as soon as it is in the
model. A column that leads to another row, or that stays behind, says how or why.
"""

from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured
from django.db import models

from compliance.assurance.reviews.models import Check, Reopening, Review, SignOff
from compliance.content.evidence.models import Evidence
from compliance.identity.organisations.models import User
from compliance.work.assessments.answer_fields import ANSWER_FIELDS
from compliance.work.assessments.models import (
    Action,
    ActionLink,
    Answer,
    Assessment,
    Attachment,
    Comment,
    Mention,
)


@dataclass(frozen=True, slots=True)
class Columns:
    """The fields of a model by how a row of ``rows.json`` holds them."""

    model: type[models.Model]
    values: tuple[str, ...]
    """Those whose value is there as it is, under the field's name."""
    people: tuple[str, ...]
    """Those that name a person: "p3"."""


def _columns(model: type[models.Model], **beside: str) -> Columns:
    """``beside`` says of each column that is neither a value nor a person how the rows have it, or why not.

    The number of a row belongs to its database, and stays there.
    """
    fields = {one.name: one for one in model._meta.concrete_fields if not isinstance(one, models.AutoField)}
    for name in beside:
        del fields[name]
    relations = {name: one for name, one in fields.items() if isinstance(one, models.ForeignKey)}
    people = tuple(name for name, one in relations.items() if one.related_model is User)
    if unsaid := relations.keys() - set(people):
        msg = f"{model.__name__}: say how rows.json leads to {', '.join(unsaid)}, or why it does not"
        raise ImproperlyConfigured(msg)
    return Columns(model, tuple(name for name in fields if name not in relations), people)


ANSWER = _columns(
    Answer,
    assessment="the rows are those of one",
    question="`key`, of the edition that `edition` refers to",
    version="counts the saves for pages that are open here, and is no state",
    **{field.name: "means nothing in another installation" for field in ANSWER_FIELDS if field.is_local},
)
ASSESSMENT = _columns(
    Assessment,
    organisation="`organisation`, beside it",
    edition="`edition`, a place in `editions`",
    carried_from="`earlier`, beside it, has what that one said",
    rests="whether `rests_on` stands beside it",
    rests_on="`rests_on`, beside it, has what that one says",
)
ATTACHMENT = _columns(Attachment, answer="the row it stands in", evidence="`evidence`, its id")
COMMENT = _columns(Comment, answer="the row it stands in")
MENTION = _columns(Mention, comment="the row it stands in")
EVIDENCE = _columns(
    Evidence,
    organisation="`organisation`, at the top",
    replaces="the id of an older version that is in use, too",
)
ACTION = _columns(Action, organisation="`organisation`, at the top")
ACTION_LINK = _columns(ActionLink, action="the row it stands in", answer="a place in `answers`")
REVIEW = _columns(Review, assessment="the rows are those of one")
CHECK = _columns(Check, review="the row it stands in", answer="a place in `answers`")
SIGNOFF = _columns(SignOff, assessment="the rows are those of one", snapshot="`content_hash`")
REOPENING = _columns(Reopening, assessment="the rows are those of one")
