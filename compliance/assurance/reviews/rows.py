"""The raw rows that an assessment is made of: enough to build it again elsewhere.

Built again from them, on whatever database, it has an equal content hash. Answers stand
in the order of the report and are referred to by their place in it, from 0 on; people by
``p1``, ``p2`` in order of their first mention. No e-mail address goes along.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Model, Prefetch

from compliance.assurance.reviews.models import Check
from compliance.assurance.reviews.preparers import preparers_in
from compliance.assurance.reviews.row_columns import (
    ACTION,
    ANSWER,
    ASSESSMENT,
    ATTACHMENT,
    CHECK,
    COMMENT,
    EVIDENCE,
    REOPENING,
    REVIEW,
    SIGNOFF,
    Columns,
)
from compliance.content.checklists.models import Edition
from compliance.content.evidence.models import Evidence
from compliance.identity.organisations.models import User
from compliance.work.assessments.answer_fields import json_of
from compliance.work.assessments.imported_answers import Outside
from compliance.work.assessments.models import (
    Action,
    ActionLink,
    Answer,
    Assessment,
    Attachment,
    Comment,
    Mention,
)
from compliance.work.snapshots.imported_facts import Stated
from compliance.work.snapshots.resting import elsewhere, plain

FORMAT = 2
"""Raised when the shape changes; ``docs/moving.md`` describes it."""


def rows_of(assessment: Assessment) -> dict[str, Any]:
    """The rows of an assessment from ``to_read``, as JSON takes them.

    A constant number of queries; see ``one_moment``. The same rows give the same value.
    """
    return rows_and_people(assessment)[0]


def rows_and_people(assessment: Assessment) -> tuple[dict[str, Any], dict[str, int]]:
    """The same, and the accounts here of the people in it: "p3" to the account's id."""
    stated = Stated(assessment)
    people = People(stated)
    answers = _answers(assessment)
    places = {answer.pk: place for place, answer in enumerate(answers)}
    preparers = _preparers(assessment, answers, stated)
    editions = _editions(assessment, answers)
    refs = {edition.pk: ref for ref, edition in editions.items()}
    rows = {
        "format": FORMAT,
        "organisation": stated.organisation,
        "assessment": _row(assessment, ASSESSMENT, people) | {"edition": refs[assessment.edition_id]},
        "editions": _listed(editions, stated),
        "earlier": _earlier(stated),
        "answers": [
            _answer(answer, refs, stated, people)
            | {"hands": [people.ref(one) for one in preparers[answer.pk]]}
            for answer in answers
        ],
        "evidence": _evidence(answers, people),
        "actions": _actions(answers, places, stated, people),
        "reviews": _reviews(assessment, places, people),
        "signoffs": _signoffs(assessment, people),
        "reopenings": _reopenings(assessment, people),
        "people": people.listed(),
    }
    if rests_on := elsewhere(assessment):
        rows["rests_on"] = plain(rests_on)
    return rows, people.accounts()


class People:
    """Numbers people as they are met."""

    def __init__(self, stated: Stated) -> None:
        self._stated = stated
        self._refs: dict[int, str] = {}
        self._names: list[str] = []

    def ref(self, person: User | None) -> str | None:
        """ "p3" for a person, None for nobody."""
        if person is None:
            return None
        if person.pk not in self._refs:
            self._names.append(self._stated.name(person))
            self._refs[person.pk] = f"p{len(self._names)}"
        return self._refs[person.pk]

    def accounts(self) -> dict[str, int]:
        """Everyone met so far, with the id of the account here."""
        return {ref: pk for pk, ref in self._refs.items()}

    def listed(self) -> list[dict[str, str]]:
        """Everyone met so far, with the name that stands in the report."""
        named = zip(self._refs.values(), self._names, strict=True)
        return [{"ref": ref, "name": name} for ref, name in named]


def _answers(assessment: Assessment) -> list[Answer]:
    """Every answer: first what is asked, then what is archived."""
    mentions = Mention.objects.select_related("user").order_by("pk")
    comments = Comment.objects.select_related("author", "resolved_by").order_by("pk")
    proofs = Attachment.objects.select_related("evidence__added_by", "evidence__replaces").order_by("pk")
    links = ActionLink.objects.select_related("action__owner", "action__created_by", "action__closed_by")
    rows = (
        Answer.everything.filter(assessment=assessment)
        .select_related(
            "question__edition__checklist__theme",
            "owner",
            "answered_by",
            "changed_by",
            "na_by",
            "na_confirmed_by",
            "taken_from__question",
            "taken_from__assessment__edition__checklist",
        )
        .prefetch_related(
            Prefetch("attachments", proofs),
            Prefetch("comments", comments.prefetch_related(Prefetch("mentions", mentions))),
            Prefetch("action_links", links),
        )
        .order_by("question__position", "pk")
    )
    return sorted(rows, key=lambda answer: answer.archived_at is not None)


def _editions(assessment: Assessment, answers: Iterable[Answer]) -> dict[str, Edition]:
    """The edition of the assessment, then those that archived answers belong to."""
    found = {assessment.edition_id: assessment.edition}
    for answer in answers:
        found.setdefault(answer.question.edition_id, answer.question.edition)
    return {f"d{number}": edition for number, edition in enumerate(found.values(), 1)}


def _listed(editions: dict[str, Edition], stated: Stated) -> list[dict[str, Any]]:
    return [
        {
            "ref": ref,
            "checklist": edition.checklist.key,
            "number": edition.number,
            "content_hash": edition.content_hash,
            "status": edition.status,
        }
        | stated.called(edition)
        for ref, edition in editions.items()
    ]


def _earlier(stated: Stated) -> dict[str, Any] | None:
    """The assessment it was carried over from, as values."""
    said = stated.before()
    if said is None:
        return None
    return {
        "told": stated.carried_from,
        "answers": {
            key: json_of(one.values) | {"evidence": sorted(map(str, one.proofs))} for key, one in said.items()
        },
    }


def _answer(answer: Answer, refs: dict[int, str], stated: Stated, people: People) -> dict[str, Any]:
    return (
        {"key": answer.question.key, "edition": refs[answer.question.edition_id]}
        | _row(answer, ANSWER, people)
        | {
            "taken_from": stated.taken(answer),
            "attachments": [
                _row(one, ATTACHMENT, people) | {"evidence": str(one.evidence_id)}
                for one in answer.attachments.all()
            ],
            "comments": [_comment(one, people) for one in answer.comments.all()],
        }
    )


def _comment(comment: Comment, people: People) -> dict[str, Any]:
    mentions = [people.ref(mention.user) for mention in comment.mentions.all()]
    return _row(comment, COMMENT, people) | {"mentions": mentions}


def _evidence(answers: Sequence[Answer], people: People) -> list[dict[str, Any]]:
    """Each piece once, in the order of its first use."""
    found: dict[UUID, Evidence] = {}
    for answer in answers:
        for one in answer.attachments.all():
            found.setdefault(one.evidence_id, one.evidence)
    return [
        _row(row, EVIDENCE, people) | {"replaces": str(row.replaces_id) if row.replaces_id in found else None}
        for row in found.values()
    ]


def _actions(
    answers: Sequence[Answer], places: dict[int, int], stated: Stated, people: People
) -> list[dict[str, Any]]:
    """Actions by number, with the places of this assessment's answers they are about."""
    found: dict[int, Action] = {}
    about: dict[int, list[int]] = {}
    for answer in answers:
        for link in answer.action_links.all():
            found[link.action_id] = link.action
            about.setdefault(link.action_id, []).append(places[answer.pk])
    numbers = stated.numbers(found.values())
    return [
        _row(row, ACTION, people) | {"number": numbers[row.pk], "answers": about[row.pk]}
        for row in sorted(found.values(), key=lambda row: numbers[row.pk])
    ]


def _preparers(assessment: Assessment, answers: Sequence[Answer], stated: Stated) -> dict[int, list[User]]:
    """Everybody who answered a question, by name, by the id of the answer."""
    keys = {answer.pk: str(answer.pk) for answer in answers}
    found, _ = preparers_in(assessment, keys, Outside(assessment))
    ids = {pk for some in found.values() for pk in some}
    users = sorted(User.objects.filter(pk__in=ids), key=lambda one: (stated.name(one), one.pk))
    return {pk: [one for one in users if one.pk in found.get(key, ())] for pk, key in keys.items()}


def _reviews(assessment: Assessment, places: dict[int, int], people: People) -> list[dict[str, Any]]:
    checks = Check.objects.select_related("by").order_by("pk")
    rows = assessment.reviews.select_related("sent_by", "ended_by").order_by("pk")
    return [
        _row(row, REVIEW, people)
        | {
            "checks": [
                _row(check, CHECK, people) | {"answer": places[check.answer_id]} for check in row.checks.all()
            ]
        }
        for row in rows.prefetch_related(Prefetch("checks", checks))
    ]


def _signoffs(assessment: Assessment, people: People) -> list[dict[str, Any]]:
    rows = assessment.signoffs.select_related("signed_by").order_by("revision")
    return [_row(row, SIGNOFF, people) | {"content_hash": row.snapshot_id} for row in rows]


def _reopenings(assessment: Assessment, people: People) -> list[dict[str, Any]]:
    rows = assessment.reopenings.select_related("asked_by", "decided_by").order_by("pk")
    return [_row(row, REOPENING, people) for row in rows]


def _row(row: Model, columns: Columns, people: People) -> dict[str, Any]:
    values = {name: _plain(getattr(row, name)) for name in columns.values}
    return values | {name: people.ref(getattr(row, name)) for name in columns.people}


def _plain(value: Any) -> Any:
    """A value as JSON takes it: moments in UTC, days as ISO text."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (Decimal, UUID)):
        return str(value)
    return value
