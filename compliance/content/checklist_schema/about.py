"""The shape of ``about.yaml``: sources with their terms, and what is left open."""

from datetime import date
from typing import Any

from compliance.content.checklist_schema.words import Part, Prose, Title, Url
from compliance.content.checklists.choices import NoticeKind


class SourcePart(Part):
    """Where reference data come from, and on what terms."""

    title: Title
    text: Prose
    url: Url | None = None


class OpenPart(Part):
    """A point that could not be settled, and the day on which someone looked."""

    title: Title
    text: Prose
    checked_on: date
    url: Url | None = None


class About(Part):
    """``about.yaml``."""

    sources: list[SourcePart]
    open_points: list[OpenPart]

    def document(self) -> list[dict[str, Any]]:
        """The notices as ``checklists.actions.store_notices`` takes them."""
        kinds: list[tuple[NoticeKind, SourcePart | OpenPart]] = [
            *((NoticeKind.SOURCE, part) for part in self.sources),
            *((NoticeKind.OPEN, part) for part in self.open_points),
        ]
        return [
            {"checked_on": None} | part.model_dump() | {"kind": kind.value, "url": part.url or ""}
            for kind, part in kinds
        ]
