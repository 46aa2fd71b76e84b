"""A published edition is frozen: it can only retire. Its content is fixed from review on."""

from compliance.content.checklists.models import (
    Choice,
    Citation,
    Edition,
    Fact,
    Question,
    Section,
)
from compliance.ground.web.triggers import guard, same
from compliance.proof.audit.guards import unless_deleted

SAID = "a published edition is never changed"
_OPEN = "('draft', 'review')"
_OF_EDITION = "EXISTS (SELECT 1 FROM compliance_edition e WHERE e.status <> 'draft' AND e.id = {}.edition_id)"
_OF_QUESTION = (
    "EXISTS (SELECT 1 FROM compliance_edition e"
    " JOIN compliance_question q ON q.edition_id = e.id"
    " WHERE e.status <> 'draft' AND q.id = {}.question_id)"
)

guard(
    Edition,
    said=SAID,
    update=f"OLD.status NOT IN {_OPEN} AND NOT (OLD.status = 'published'"
    f" AND NEW.status = 'retired' AND {same(Edition, but=['status'])})",
    delete=unless_deleted(Edition, frozen=f"OLD.status NOT IN {_OPEN}"),
)
for _model, _frozen in {
    Section: _OF_EDITION,
    Question: _OF_EDITION,
    Fact: _OF_EDITION,
    Choice: _OF_QUESTION,
    Citation: _OF_QUESTION,
}.items():
    _old, _new = _frozen.format("OLD"), _frozen.format("NEW")
    guard(
        _model,
        said=SAID,
        insert=_new,
        update=f"{_old} OR {_new}",
        delete=unless_deleted(_model, frozen=_old),
    )
