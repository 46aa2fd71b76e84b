"""Signatures of an assessment as plain values, for pages and reports."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from compliance.assurance.reviews.choices import Decision, ReviewEnd
from compliance.assurance.reviews.models import Reopening, Review, SignOff
from compliance.work.assessments.choices import AssessmentStatus
from compliance.work.assessments.models import Action, Assessment, OriginTrail
from compliance.work.signatures.validity import Void, void_by
from compliance.work.snapshots.changes import Changed, differences, without_people
from compliance.work.snapshots.content import Content, content_from, in_groups
from compliance.work.snapshots.imported_facts import Stated, came_with
from compliance.work.snapshots.snapshot import content_of, one_moment, to_read

SHOWN = 3
"""Changes that a line names; the rest are counted."""


@dataclass(frozen=True, slots=True)
class Signature:
    """One sign-off. ``signed_at`` and ``stood_at`` are moments in UTC.

    ``void`` names what has changed since, "" while it is valid; of a revision that
    was opened again it is what had changed by then. ``void_since`` is when that began,
    if the trail shows it. ``reopened_at`` is when the next revision began, on whose word
    (``reopened_asked``) and with whose approval (``reopened_by``).
    ``chain`` is the organisation whose trail has the event ``trail_seq``: that of here,
    or the one it was signed in before it came, "" where no trail came along. ``there``
    names that one, and is empty for a signature of here.
    """

    revision: int
    edition: str
    content_hash: str
    statement: str
    reservations: str
    role: str
    signer: str
    signed_by_id: int
    signed_at: datetime
    stood_at: datetime
    method: str
    chain: str
    there: str
    trail_seq: int
    trail_hash: str
    sender: str
    sent_at: datetime | None
    reopened_at: datetime | None
    reopened_why: str
    reopened_asked: str
    reopened_by: str
    void: tuple[str, ...]
    void_since: datetime | None
    address: str = ""
    """The signer's, for a page that shows the name alone: somebody got the same name since."""

    @property
    def is_void(self) -> bool:
        return bool(self.void)

    @property
    def void_in_words(self) -> str:
        """The first few changes in one line."""
        more = len(self.void) - SHOWN
        said = "; ".join(self.void[:SHOWN])
        return f"{said} and {more} more" if more > 0 else said

    @property
    def hash_groups(self) -> list[str]:
        """The content hash in eight groups, as people compare it."""
        return in_groups(self.content_hash)


def signoffs_of(assessment: Assessment, now: Content | None = None) -> list[Signature]:
    """Every signature of an assessment, newest revision first.

    ``now`` is what the assessment says now; without it a signed one is read anew.
    """
    rows = list(assessment.signoffs.select_related("snapshot", "signed_by"))
    opened = {
        one.revision: one
        for one in assessment.reopenings.filter(decision=Decision.APPROVED).select_related(
            "asked_by", "decided_by"
        )
    }
    reviews = assessment.reviews.filter(ended=ReviewEnd.SIGNED)
    sent = {one.revision: one for one in reviews.select_related("sent_by")}
    found = []
    for row in rows:
        review = sent.get(row.revision)
        again = opened.get(row.revision)
        edition = content_from(row.snapshot.text).edition
        found.append(_signature(row, edition, _voided(row, again, now), review, again))
    return found


def _voided(
    row: SignOff, again: Reopening | None, now: Content | None
) -> tuple[tuple[str, ...], datetime | None]:
    """What voids a signature, or did until it was opened again, and since when."""
    if again is None:
        changed, void = _compared(row, now)
        named = tuple(str(one) for one in changed)
    else:
        named = tuple(again.changed)
        opened = again.decided_at
        void = void_by(row.assessment, row.revision, opened) if named else None
    return named, void.since if named and void else None


def signature_of(assessment: Assessment, void: Void | None) -> Signature | None:
    """The signature of an assessment that is signed, in two statements; else None.

    ``void`` is what ``void_of`` says, so that nothing has to be read and compared.
    """
    if assessment.status != AssessmentStatus.SIGNED:
        return None
    row = assessment.signoffs.select_related("signed_by").get(revision=assessment.revision)
    reviews = assessment.reviews.select_related("sent_by")
    review = reviews.filter(ended=ReviewEnd.SIGNED, revision=row.revision).first()
    voided = (void.named, void.since) if void else ((), None)
    return _signature(row, assessment.edition.number, voided, review)


def _signature(
    row: SignOff,
    edition: str,
    voided: tuple[tuple[str, ...], datetime | None],
    review: Review | None,
    again: Reopening | None = None,
) -> Signature:
    chain, there = str(row.assessment.organisation_id), ""
    came = came_with(row.assessment)
    if row.revision in came.get("signed", ()):
        chain, there = _signed_there(row, came)
    return Signature(
        revision=row.revision,
        edition=edition,
        content_hash=row.snapshot_id,
        statement=row.statement,
        reservations=row.reservations,
        role=row.role,
        signer=row.signer,
        signed_by_id=row.signed_by_id,
        signed_at=row.signed_at,
        stood_at=row.stood_at,
        method=row.method,
        chain=chain,
        there=there,
        trail_seq=row.trail_seq,
        trail_hash=row.trail_hash,
        sender=str(review.sent_by) if review else "",
        sent_at=review.sent_at if review else None,
        reopened_at=again.decided_at if again else None,
        reopened_why=again.reason if again else "",
        reopened_asked=str(again.asked_by) if again else "",
        reopened_by=str(again.decided_by) if again else "",
        void=voided[0],
        void_since=voided[1],
        address=_address_beside(row),
    )


def _address_beside(row: SignOff) -> str:
    """What tells the signer from others of the name where the signature does not, or ""."""
    person = row.signed_by
    is_needed = person.has_namesake and person.email not in row.signer
    return person.email if is_needed else ""


def _signed_there(row: SignOff, came: dict[str, Any]) -> tuple[str, str]:
    """Id and name of the organisation whose trail holds an imported signature."""
    kept = OriginTrail.objects.filter(
        origin__assessment=row.assessment_id,
        events__seq=row.trail_seq,
        events__hash=row.trail_hash,
    ).first()
    if kept is None:
        return "", str(came["organisation"])
    return str(kept.organisation_there), kept.organisation_name


def content_at(assessment: Assessment, revision: int) -> Content:
    """The signed content of a revision; ``SignOff.DoesNotExist`` when there is none."""
    row = assessment.signoffs.select_related("snapshot").get(revision=revision)
    return content_from(row.snapshot.text)


def standing(assessment: Assessment, now: Content) -> Content:
    """The signed content, where no more than names of people changed since; else
    ``now``.

    A name that is erased elsewhere stays in what was signed, so its hash stays, too.
    """
    row = assessment.signoffs.select_related("snapshot").first()
    if row is None or assessment.status != AssessmentStatus.SIGNED:
        return now
    signed = content_from(row.snapshot.text)
    return signed if without_people(signed) == without_people(now) else now


def since_signed(row: SignOff, now: Content | None = None) -> list[Changed]:
    """Differences from the signed content; without ``now`` the assessment is read again."""
    return _compared(row, now)[0]


def _compared(row: SignOff, now: Content | None) -> tuple[list[Changed], Void | None]:
    """The same, and what the trail says of it."""
    signed = content_from(row.snapshot.text)
    if now is None:
        with one_moment():
            now = content_of(to_read(row.assessment_id))
    void = void_by(row.assessment, row.revision)
    return differences(signed, now, handed=_handed(row, void)), void


def _handed(row: SignOff, void: Void | None) -> set[int]:
    """The numbers of actions that went to another owner since a signature."""
    if void is None or not void.handed:
        return set()
    rows = Action.objects.filter(links__answer__assessment=row.assessment_id)
    numbers = Stated(row.assessment).numbers(rows.distinct())
    return {numbers[pk] for pk in void.handed}
