"""Statements of an imported assessment about things that were not imported.

People, the numbers of actions, the organisation, what was taken over or carried over: it
is given as it was where the assessment came from, so that its content hash stays equal.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist

from compliance.content.checklists.models import Edition
from compliance.identity.organisations.models import User
from compliance.work.assessments.answer_fields import Role, from_json
from compliance.work.assessments.earlier_assessments import earlier_in_words
from compliance.work.assessments.models import Action, Answer, Assessment
from compliance.work.snapshots.previous_assessment import Before, EarlierAnswer, before


def came_with(assessment: Assessment) -> dict[str, Any]:
    """The statements an assessment was imported with, see ``Origin``; empty for one of here."""
    try:
        said: dict[str, Any] = assessment.brought_from.stated
    except ObjectDoesNotExist:
        return {}
    return said


class Stated:
    """How an assessment from ``to_read`` calls what it names."""

    def __init__(self, assessment: Assessment) -> None:
        said = came_with(assessment)
        edition = assessment.edition
        self._people: dict[str, str] = said.get("people", {})
        self._numbers: dict[str, int] = said.get("numbers", {})
        self._taken: dict[str, dict[str, Any]] = said.get("taken", {})
        self._earlier: dict[str, Any] | None = said.get("earlier")
        self._carried_from = assessment.carried_from
        self._editions: dict[str, dict[str, Any]] = said.get("editions", {})
        called = self.called(edition)
        self.organisation: str = said.get("organisation", assessment.organisation.name)
        self.theme: str = called["theme"]["name"]
        self.checklist: str = called["title"]

    def called(self, edition: Edition) -> dict[str, Any]:
        """The names of an edition's checklist and its theme."""
        if said := self._editions.get(str(edition.pk)):
            return said
        checklist = edition.checklist
        theme = {"key": checklist.theme.key, "name": checklist.theme.name}
        return {"title": checklist.title, "theme": theme}

    def name(self, person: User | None) -> str:
        """The name of someone; "" for nobody."""
        return "" if person is None else self._people.get(str(person.pk), str(person))

    def numbers(self, actions: Iterable[Action]) -> dict[int, int]:
        """Action id to its number.

        Where a number of there meets one of here, all have their numbers of here.
        """
        rows = list(actions)
        found = {row.pk: self._numbers.get(str(row.pk), row.number) for row in rows}
        if len(set(found.values())) == len(rows):
            return found
        return {row.pk: row.number for row in rows}

    def taken(self, answer: Answer) -> str:
        """The related answer that one was taken over from, in words; "" without one.

        An answer that says something else since is no longer the one taken over.
        """
        if answer.taken_from is not None:
            source = answer.taken_from
            title = source.assessment.edition.checklist.title
            return f"{source.question.key}, {title}, {source.assessment.subject}"
        said = self._taken.get(str(answer.pk))
        if said is None or (said["verdict"], said["value"]) != (
            answer.verdict,
            answer.value,
        ):
            return ""
        return str(said["text"])

    @property
    def carried_from(self) -> str:
        """The assessment that this one was carried over from, in words."""
        if self._carried_from is not None:
            return earlier_in_words(self._carried_from)
        return str(self._earlier["told"]) if self._earlier else ""

    def before(self) -> Before | None:
        """The content of that assessment; None without one."""
        if self._carried_from is not None or self._earlier is None:
            return before(self._carried_from)
        return {
            key: EarlierAnswer(
                from_json(one, Role.TYPED),
                frozenset(map(UUID, one["evidence"])),
            )
            for key, one in self._earlier["answers"].items()
        }
