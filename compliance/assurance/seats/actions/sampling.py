"""An auditor's sample: drawn or picked, then accepted or flagged answer by answer."""

import secrets
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef
from django.utils import timezone

from compliance.assurance.reviews.actions import clean_typed
from compliance.assurance.seats.actions.locking import held, record
from compliance.assurance.seats.choices import How, SampleResult
from compliance.assurance.seats.events import (
    SAMPLE_ACCEPTED,
    SAMPLE_DRAWN,
    SAMPLE_FLAGGED,
    SAMPLE_OPEN,
)
from compliance.assurance.seats.models import SampleItem, Seat
from compliance.assurance.seats.sample_draw import Lot, at_random, by_risk
from compliance.identity.organisations.models import User
from compliance.proof.audit.rows import inserted
from compliance.proof.audit.transaction import writing
from compliance.work.assessments.models import Answer, Attachment

MARKED = {
    SampleResult.OPEN: SAMPLE_OPEN,
    SampleResult.ACCEPTED: SAMPLE_ACCEPTED,
    SampleResult.FLAGGED: SAMPLE_FLAGGED,
}
"""The event of each result."""


def draw(
    *,
    by: User,
    seat: Seat,
    how: How,
    count: int = 0,
    seed: str = "",
    answer_id: int = 0,
) -> list[SampleItem]:
    """Questions that join the sample: ``count`` more by risk or at random, or one.

    Answers in the sample already are not drawn again. Without a ``seed`` one is made;
    it is kept and printed. Raises ``ValidationError`` for a seat that is over and when
    nothing is left, ``Answer.DoesNotExist`` for an answer of something else.
    """
    with writing():
        here = held(by, seat)
        if how == How.HAND:
            ids, seed = [here.assessment.answers.get(pk=answer_id).pk], ""
            if here.items.filter(answer_id=answer_id).exists():
                return []
        else:
            if how == How.RANDOM:
                seed = seed.strip() or secrets.token_hex(8)
            ids = [lot.id for lot in _drawn(here, how, count, seed)]
        if not ids:
            msg = "Every question that applies is in the sample already."
            raise ValidationError(msg, code="all")
        seed = seed if how == How.RANDOM else ""
        items = [SampleItem(seat=here, answer_id=pk, how=how, seed=seed) for pk in ids]
        made = inserted(SampleItem.objects.bulk_create(items))
        keys = dict(Answer.keys_of(ids))
        fields = {"how": str(how), "questions": [keys[pk] for pk in ids]}
        if seed:
            fields["seed"] = seed
        record(by, here.assessment, SAMPLE_DRAWN, here, after=fields)
    return made


def _drawn(seat: Seat, how: How, count: int, seed: str) -> Sequence[Lot]:
    lots = _lots(seat)
    if how == How.RISK:
        return by_risk(lots, count)
    return at_random(lots, count, seed)


def _lots(seat: Seat) -> list[Lot]:
    """The answers that apply and are not in the sample, in the order of the list."""
    used = Attachment.objects.filter(answer=OuterRef("pk"))
    rows = seat.assessment.answers.applying().annotate(proved=Exists(used))
    rows = rows.exclude(pk__in=seat.items.values("answer"))
    names = ("pk", "question__key", "question__weight", "verdict", "na_by", "proved")
    return [
        Lot(pk, key, weight, verdict, na_by is not None, proved)
        for pk, key, weight, verdict, na_by, proved in rows.order_by("question__position").values_list(*names)
    ]


def mark(
    *,
    by: User,
    seat: Seat,
    answer_id: int,
    result: SampleResult,
    note: str | None = None,
) -> SampleItem:
    """Set the auditor's result for an answer; the same again changes nothing.

    One that was not in the sample joins it, as picked by hand. Without a ``note`` the
    one that stands is kept. Raises
    ``ValidationError`` for a seat that is over and a flag without a note,
    ``Answer.DoesNotExist`` for an answer of something else.
    """
    with writing():
        here = held(by, seat)
        answer = here.assessment.answers.select_related("question").get(pk=answer_id)
        found = here.items.select_for_update().filter(answer=answer).first()
        item = found or SampleItem(seat=here, answer=answer, how=How.HAND)
        note = item.note if note is None else note.strip()
        if (item.result, item.note) == (result, note):
            return item
        if result == SampleResult.FLAGGED and not note:
            raise ValidationError({"note": "Say what is wrong."})
        before = {"result": item.result, "text": item.note}
        item.result, item.note, item.said_at = result, note, timezone.now()
        clean_typed(item, "note")
        item.save()
        fields = {"about": answer.question.key, "text": note}
        record(by, here.assessment, MARKED[result], here, before=before, after=fields)
    return item
