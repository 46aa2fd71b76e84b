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
    """The columns of a model. ``beside`` names those that are neither a value nor a person: where else
    the rows hold each, or why they do not.

    The number of a row belongs to its database, and never travels.
    """
    columns = model._meta.concrete_fields
    fields = {field.name: field for field in columns if not isinstance(field, models.AutoField)}
    for name in beside:
        del fields[name]
    relations = {name: field for name, field in fields.items() if isinstance(field, models.ForeignKey)}
    people = tuple(name for name, field in relations.items() if field.related_model is User)
    if unnamed := [name for name in relations if name not in people]:
        msg = f"{model.__name__}: say how rows.json leads to {', '.join(unnamed)}, or why it does not"
        raise ImproperlyConfigured(msg)
    return Columns(model, tuple(name for name in fields if name not in relations), people)


ANSWER = _columns(
    Answer,
    assessment="all rows belong to one assessment",
    question="`key` and `edition` identify it",
    version="counts saves, for pages that are open here",
    **{field.name: "has no meaning in another installation" for field in ANSWER_FIELDS if field.is_local},
)
ASSESSMENT = _columns(
    Assessment,
    organisation="`organisation` at the top of the file",
    edition="`edition` refers to an entry of `editions`",
    carried_from="`earlier` holds what that assessment says",
    rests="true if the file has `rests_on`",
    rests_on="`rests_on` holds what that assessment says",
)
ATTACHMENT = _columns(Attachment, answer="nested in its answer", evidence="`evidence` holds its id")
COMMENT = _columns(Comment, answer="nested in its answer")
MENTION = _columns(Mention, comment="nested in its comment")
EVIDENCE = _columns(
    Evidence,
    organisation="`organisation` at the top of the file",
    replaces="`replaces` holds its id if the file has that version, too",
)
ACTION = _columns(Action, organisation="`organisation` at the top of the file")
ACTION_LINK = _columns(ActionLink, action="nested in its action", answer="`answers` holds its index")
REVIEW = _columns(Review, assessment="all rows belong to one assessment")
CHECK = _columns(Check, review="nested in its review", answer="`answer` holds its index")
SIGNOFF = _columns(
    SignOff, assessment="all rows belong to one assessment", snapshot="`content_hash` is its key"
)
REOPENING = _columns(Reopening, assessment="all rows belong to one assessment")
