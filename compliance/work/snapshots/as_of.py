"""An assessment at an earlier moment: the fold of its events until then.

Names of people, of the organisation and of the law are today's: they are no part of an
answer. An edition never changes.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from copy import copy

from django.db.models import Prefetch, prefetch_related_objects

from compliance.content.checklists.models import Citation, Edition, Question
from compliance.content.evidence.models import Evidence
from compliance.work.assessments.models import (
    Action,
    ActionLink,
    Answer,
    Assessment,
    Attachment,
    Comment,
)
from compliance.work.snapshots.at_hand import hang, join_people
from compliance.work.snapshots.content import Content
from compliance.work.snapshots.folding import answers_of, fold, unsaved
from compliance.work.snapshots.imported_facts import Stated
from compliance.work.snapshots.previous_assessment import said_in
from compliance.work.snapshots.resting import (
    Elsewhere,
    elsewhere,
    elsewhere_in,
    settled_elsewhere,
)
from compliance.work.snapshots.snapshot import PEOPLE, Rows, content_of_rows, sources

_HANGING: tuple[tuple[type[Attachment | Comment | ActionLink], str], ...] = (
    (Attachment, "attachments"),
    (Comment, "comments"),
    (ActionLink, "action_links"),
)


def content_as_of(assessment: Assessment, seq: int) -> Content:
    """The content of an assessment from ``to_read`` right after an event of its trail.

    Call it inside ``one_moment``. Raises ``ValueError`` for a moment before it began, and
    ``LackingError`` where the trail names a row that no event of it made.
    """
    return content_of_rows(rows_as_of(assessment, seq))


def rows_as_of(assessment: Assessment, seq: int) -> Rows:
    """The rows behind ``content_as_of``; they must not be saved."""
    before = assessment.carried_from
    past = _Past([assessment, before] if before else [assessment], seq)
    if ("assessment", str(assessment.pk)) not in past.rows:
        raise ValueError("The assessment had not been started then.")
    here = past.at(assessment)
    if before is None:
        earlier = Stated(here).before()
    else:
        here.carried_from = past.at(before)
        asked = [a for a in past.answers_of(before) if a.archived_at is None]
        earlier = said_in(asked)
    return Rows(here, past.answers_of(assessment), earlier, _elsewhere(here, seq))


def _elsewhere(here: Assessment, seq: int) -> Elsewhere | None:
    """The assessment on which another, as it was then, rested."""
    if here.rests_on_id is None or settled_elsewhere(here):
        return elsewhere(here)
    rows = Assessment.objects.select_related("organisation", "edition__checklist__theme")
    other = rows.get(pk=here.rests_on_id)
    past = _Past([other], seq)
    return elsewhere_in(here, past.at(other), past.answers_of(other))


class _Past:
    """The rows of some assessments of an organisation right after an event."""

    def __init__(self, of: Sequence[Assessment], seq: int) -> None:
        self.rows = fold(of, seq)
        self.assessments = unsaved(Assessment, self.rows)
        self.answers = answers_of(of, self.rows)
        self._hang()
        self._name()

    def at(self, assessment: Assessment) -> Assessment:
        """An assessment from ``to_read`` with its columns of then."""
        here = copy(assessment)
        then = self.assessments[here.pk]
        for column in Assessment._meta.concrete_fields:
            setattr(here, column.attname, getattr(then, column.attname))
        if here.edition_id != assessment.edition_id:
            editions = Edition.objects.select_related("checklist__theme")
            here.edition = editions.get(pk=here.edition_id)
        return here

    def answers_of(self, assessment: Assessment) -> list[Answer]:
        """The answers of one assessment in reading order, archived ones too."""
        rows = (a for a in self.answers.values() if a.assessment_id == assessment.pk)
        return sorted(rows, key=lambda answer: (answer.question.position, answer.pk))

    def _hang(self) -> None:
        """Give the answers their evidence, comments and actions, as a prefetch does."""
        proofs, actions = unsaved(Evidence, self.rows), unsaved(Action, self.rows)
        for model, name in _HANGING:
            found = unsaved(model, self.rows).values()
            rows = [row for row in found if row.answer_id in self.answers]
            for row in rows:
                if isinstance(row, Attachment):
                    row.evidence = proofs.named(row.evidence_id, (model, row.pk))
                if isinstance(row, ActionLink):
                    row.action = actions.named(row.action_id, (model, row.pk))
            hang(self.answers.values(), name, "answer_id", rows)

    def _name(self) -> None:
        """Give the answers their question, source and people, those of today."""
        rows = list(self.answers.values())
        questions = Question.objects.select_related("section")
        prefetch_related_objects(
            rows,
            Prefetch("question", questions.prefetch_related("choices")),
            sources(),
        )
        cites = _cites({answer.question_id for answer in rows})
        for answer in rows:
            answer.cites = "; ".join(cites[answer.question_id])
        links = [link for a in rows for link in a.action_links.all()]
        comments = [one for answer in rows for one in answer.comments.all()]
        join_people(rows, PEOPLE)
        join_people(comments, ["author"])
        join_people([link.action for link in links], ["owner"])


def _cites(questions: Iterable[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    rows = Citation.objects.filter(question__in=questions).order_by("position")
    for question_id, cite in rows.values_list("question", "provision__cite"):
        found[question_id].append(cite)
    return found
