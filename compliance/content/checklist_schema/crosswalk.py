"""The shape of ``crosswalk.yaml``: which questions of two checklists are related, and how."""

from typing import Annotated, Any

from pydantic import Field

from compliance.content.checklist_schema.words import Key, Line, Part, QuestionKey, Title


class RelationWords(Part):
    """A kind of relation: what b is to a; and what a is to b, where that differs."""

    words: Title
    back: Title | None = None


class End(Part):
    checklist: Annotated[Key, Field(max_length=60)]
    question: QuestionKey

    def __str__(self) -> str:
        return f"{self.checklist} {self.question}"


class Pair(Part):
    """Two questions, how they are related, and why."""

    id: Annotated[str, Field(pattern=r"^[A-Z]{1,4}-[0-9]{3,5}$")]
    a: End
    b: End
    relation: Key
    reason: Annotated[Line, Field(max_length=300)]


class Crosswalk(Part):
    """``crosswalk.yaml``."""

    relations: dict[Key, RelationWords]
    pairs: list[Pair]

    def document(self) -> list[dict[str, Any]]:
        """The pairs as ``checklists.actions.store_relations`` takes them."""
        return [self._row(pair) for pair in self.pairs]

    def _row(self, pair: Pair) -> dict[str, Any]:
        relation = self.relations[pair.relation]
        return {
            "code": pair.id,
            "a_checklist": pair.a.checklist,
            "a_key": pair.a.question,
            "b_checklist": pair.b.checklist,
            "b_key": pair.b.question,
            "relation": pair.relation,
            "words": relation.words,
            "back": relation.back or relation.words,
            "reason": pair.reason,
        }
