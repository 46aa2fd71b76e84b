"""The author of an answer: a change of the answer sets it, an undo puts it back."""

from collections.abc import Iterable

from django.utils import timezone

from compliance.identity.organisations.models import User
from compliance.proof.audit import trail
from compliance.work.assessments.answer_fields import ANSWERED, Role, from_json, json_of
from compliance.work.assessments.choices import Verdict
from compliance.work.assessments.following import Changes
from compliance.work.assessments.models import Answer

Sides = tuple[Changes, Changes]
"""The author before and after, as the trail holds it; empty where that stays."""
_COLUMNS = [name.removesuffix("_id") for name in ANSWERED]


def answered(answer: Answer) -> Changes:
    """Author and time of the answer, as saved now."""
    return {field: getattr(answer, field) for field in ANSWERED}


def put_back(answer: Answer, before: Changes, after: Changes) -> Changes:
    """The columns beside the fields of an answer, once an event is undone.

    An undo is not an answer: it gives back the person before the event, or keeps the one
    who has answered since. Nor does it confirm anything: a question that has been asked
    again since stays so.
    """
    stands = answered(answer)
    back = _author_fields(before) if _author_fields(after) == stands else stands
    if after.get("again") != answer.again:
        back["again"] = answer.again
    return from_json(before, Role.BESIDE) | back


def credit(by: User, answer: Answer) -> Sides:
    """Make someone who answered; nobody answers what is unanswered."""
    if answer.verdict == Verdict.UNANSWERED:
        return {}, {}
    return _set(answer, {"answered_by_id": by.pk, "answered_at": timezone.now()})


def take_back(answer: Answer, before: Changes, after: Changes) -> Sides:
    """Undo what an event about evidence says of who answered."""
    stands, back = answered(answer), put_back(answer, before, after)
    pair = {field: back[field] for field in ANSWERED}
    return ({}, {}) if pair == stands else _set(answer, pair)


def save_credits(entries: Iterable[trail.Entry]) -> None:
    """Save who answered in the locked answers of some events, in a few statements.

    It takes events, not answers: a row that is saved and has no event is refused.
    """
    rows = {one.subject for one in entries if isinstance(one.subject, Answer)}
    Answer.objects.bulk_update(rows, _COLUMNS, batch_size=500)


def entry(answer: Answer, action: str, proof: Changes, sides: Sides) -> trail.Entry:
    """An event about evidence, and who answered by it."""
    return trail.Entry(answer, action, sides[0], proof | sides[1])


def _set(answer: Answer, pair: Changes) -> Sides:
    before = json_of(answered(answer))
    for field, value in pair.items():
        setattr(answer, field, value)
    return before, json_of(pair)


def _author_fields(side: Changes) -> Changes:
    """The author by one side of an event; empty where it does not say."""
    fields = from_json(side, Role.BESIDE)
    return {field: fields[field] for field in ANSWERED if field in fields}
