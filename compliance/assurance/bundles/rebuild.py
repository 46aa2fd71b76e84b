"""The rows of an assessment made again from a bundle, in the transaction of its caller."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID, uuid4

from django.db import models

from compliance.assurance.bundles.import_plan import Coming, renumbered
from compliance.assurance.bundles.signed_life import Life
from compliance.assurance.bundles.values import create, fields_of
from compliance.assurance.reviews.row_columns import (
    ACTION,
    ANSWER,
    ASSESSMENT,
    ATTACHMENT,
    COMMENT,
    EVIDENCE,
)
from compliance.content.checklists.models import Edition, Question
from compliance.content.evidence.models import Evidence
from compliance.identity.organisations.models import Organisation, User
from compliance.proof.audit.rows import inserted
from compliance.work.assessments.choices import AssessmentStatus, Verdict
from compliance.work.assessments.models import (
    Action,
    ActionLink,
    Answer,
    Assessment,
    Attachment,
    Comment,
    Mention,
)

BATCH = 500


class Building:
    """An assessment being built; the steps come in the order of the methods."""

    def __init__(
        self,
        coming: Coming,
        organisation: Organisation,
        editions: dict[str, Edition],
        people: dict[str, User],
    ) -> None:
        self.coming, self.organisation = coming, organisation
        self.rows = coming.bundle.rows
        self.editions, self.people = editions, people
        self.answers: list[Answer] = []
        self.evidence: dict[str, Evidence] = {}
        self.numbers: dict[int, int] = {}

    def build(self) -> Assessment:
        """All of it but its status; what a caller needs to report stays here."""
        self.assessment = self._assessment()
        self._life = Life(self.coming.bundle, self.assessment, self.people)
        self._life.reach_last_revision()
        self._add_answers()
        self._add_evidence()
        self._add_talk()
        self._add_actions()
        self._life.add_reviews(self.answers)
        return self.assessment

    def finish(self) -> None:
        """Give it the status it had; nothing of it is written afterwards."""
        self._life.end()

    def _assessment(self) -> Assessment:
        said = self.rows["assessment"]
        assessment = Assessment(
            **fields_of(ASSESSMENT, said, self.people)
            | {"id": _free(Assessment, [said["id"]])[said["id"]]}
            | {"status": AssessmentStatus.RUNNING, "revision": 1},
            organisation=self.organisation,
            edition=self.editions[said["edition"]],
            rests=self.rows.get("rests_on") is not None,
        )
        assessment.full_clean(exclude=["organisation", "edition", "started_by", "id", "facts"])
        create([assessment])
        return assessment

    def _add_answers(self) -> None:
        found = Question.objects.filter(edition__in=self.editions.values())
        ids = {(q.edition_id, q.key): q.pk for q in found.only("edition", "key")}
        for said in self.rows["answers"]:
            edition = self.editions[said["edition"]]
            self.answers.append(
                Answer(
                    assessment=self.assessment,
                    question_id=ids[edition.pk, said["key"]],
                    **fields_of(ANSWER, said, self.people),
                )
            )
        inserted(Answer.everything.bulk_create(self.answers, batch_size=BATCH))

    def _add_evidence(self) -> None:
        said = self.rows["evidence"]
        ids = _free(Evidence, [row["id"] for row in said])
        for row in said:
            self.evidence[row["id"]] = Evidence(
                **fields_of(EVIDENCE, row, self.people)
                | {"id": ids[row["id"]], "media_type": self.coming.media_types[row["id"]]},
                organisation=self.organisation,
            )
        create(list(self.evidence.values()))
        newer = [row for row in said if row["replaces"]]
        for row in newer:
            self.evidence[row["id"]].replaces = self.evidence[row["replaces"]]
        rows = [self.evidence[row["id"]] for row in newer]
        Evidence.objects.bulk_update(rows, ["replaces"], batch_size=BATCH)
        used = [
            Attachment(
                answer=answer,
                evidence=self.evidence[one["evidence"]],
                **fields_of(ATTACHMENT, one, self.people),
            )
            for answer, row in self._pairs()
            for one in row["attachments"]
        ]
        create(used)

    def _add_talk(self) -> None:
        comments_said = [(a, one) for a, said in self._pairs() for one in said["comments"]]
        comments = [
            Comment(answer=answer, **fields_of(COMMENT, one, self.people)) for answer, one in comments_said
        ]
        create(comments)
        mentions = [
            Mention(comment=comment, user=self.people[ref])
            for comment, (_, one) in zip(comments, comments_said, strict=True)
            for ref in one["mentions"]
        ]
        inserted(Mention.objects.bulk_create(mentions, batch_size=BATCH))

    def _add_actions(self) -> None:
        self.numbers = renumbered(self.rows, self.organisation)
        said = self.rows["actions"]
        self.actions = [
            Action(
                **fields_of(ACTION, one, self.people)
                | {"number": self.numbers.get(one["number"], one["number"])},
                organisation=self.organisation,
            )
            for one in said
        ]
        create(self.actions)
        links = [
            ActionLink(action=action, answer=self.answers[place])
            for action, one in zip(self.actions, said, strict=True)
            for place in one["answers"]
        ]
        inserted(ActionLink.objects.bulk_create(links, batch_size=BATCH))

    def stated(self) -> dict[str, Any]:
        """Its statements about things that stayed behind; see ``Origin``."""
        rows = self.rows
        editions = {
            str(self.editions[row["ref"]].pk): {
                "title": row["title"],
                "theme": row["theme"],
            }
            for row in rows["editions"]
        }
        numbers = {
            str(action.pk): one["number"] for action, one in zip(self.actions, rows["actions"], strict=True)
        }
        return {
            "editions": editions,
            "organisation": rows["organisation"],
            "people": {str(self.people[person["ref"]].pk): person["name"] for person in rows["people"]},
            "numbers": numbers,
            "taken": {
                str(answer.pk): {
                    "text": said["taken_from"],
                    "verdict": said["verdict"],
                    "value": said["value"],
                }
                for answer, said in self._pairs()
                if said["taken_from"]
            },
            "earlier": self._earlier(),
            "rests_on": self.rows.get("rests_on"),
            "hands": {
                str(answer.pk): [self.people[ref].pk for ref in said["hands"]]
                for answer, said in self._pairs()
                if said["hands"]
            },
            "outside": [answer.pk for answer, said in self._pairs() if _says(said)],
            "signed": [row["revision"] for row in rows["signoffs"]],
        }

    def _earlier(self) -> dict[str, Any] | None:
        """The assessment before, its evidence by the ids of here."""
        earlier: dict[str, Any] | None = self.rows["earlier"]
        if earlier is None:
            return None
        here = {pk: str(row.pk) for pk, row in self.evidence.items()}
        return earlier | {
            "answers": {
                key: said | {"evidence": [here.get(pk, pk) for pk in said["evidence"]]}
                for key, said in earlier["answers"].items()
            }
        }

    def _pairs(self) -> Iterable[tuple[Answer, dict[str, Any]]]:
        return zip(self.answers, self.rows["answers"], strict=True)


def _says(said: dict[str, Any]) -> bool:
    """Whether an answer comes along saying something; a rule that it applies not does."""
    names = ("note", "reason", "attachments", "hands")
    is_answered = said["verdict"] != Verdict.UNANSWERED or said["value"] is not None
    return is_answered or not said["applies"] or any(said[name] for name in names)


def _free(model: type[models.Model], ids: Sequence[str]) -> dict[str, UUID]:
    """The same ids, and new ones for those that are taken."""
    taken: set[Any] = set()
    for at in range(0, len(ids), BATCH):
        rows = model._default_manager.filter(pk__in=ids[at : at + BATCH])
        taken |= set(rows.values_list("pk", flat=True))
    return {pk: uuid4() if UUID(pk) in taken else UUID(pk) for pk in ids}
