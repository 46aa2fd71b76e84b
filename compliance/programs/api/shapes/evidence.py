"""Evidence: files and links."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from compliance.content.evidence.models import Evidence, Upload
from compliance.programs.api.shapes.leaves import Day, Given, Line, Person


class EvidenceShape(BaseModel):
    """A file or a link, with the four dates that are never mixed."""

    id: UUID
    title: str
    kind: str
    file_name: str
    media_type: str
    size_bytes: int | None
    sha256: str
    """Of the file; empty for a link."""
    url: str
    document_on: date | None
    covers_from: date | None
    covers_to: date | None
    expires_on: date | None
    replaces: UUID | None
    added_at: datetime
    added_by: Person

    @classmethod
    def of(cls, row: Evidence) -> "EvidenceShape":
        return cls(
            id=row.pk,
            title=row.title,
            kind=row.kind,
            file_name=row.file_name,
            media_type=row.media_type,
            size_bytes=row.size_bytes,
            sha256=row.sha256,
            url=row.url,
            document_on=row.document_on,
            covers_from=row.covers_from,
            covers_to=row.covers_to,
            expires_on=row.expires_on,
            replaces=row.replaces_id,
            added_at=row.added_at,
            added_by=Person(id=row.added_by.pk, name=str(row.added_by)),
        )


class EvidenceWords(Given):
    """The words beside a file; without a title it is called by its name."""

    title: Line = ""
    document_on: Day | None = None
    covers_from: Day | None = None
    covers_to: Day | None = None
    expires_on: Day | None = None
    replaces: UUID | None = None
    """The piece that this is a new version of."""


class UploadShape(BaseModel):
    """A file that comes in pieces: how much of it has come, and until when it waits."""

    id: UUID
    length: int
    offset: int
    expires_at: datetime

    @classmethod
    def of(cls, row: Upload) -> "UploadShape":
        return cls(id=row.pk, length=row.length, offset=row.offset, expires_at=row.ends_at)


class UploadFinished(EvidenceWords):
    """The words beside a file that has come whole."""

    file_name: Line
    sha256: str = Field(
        default="",
        pattern="^([0-9a-f]{64})?$",
        description="Of the whole file: it is refused where other bytes came.",
    )


class LinkGiven(EvidenceWords):
    """A link: shown as it is, and never fetched."""

    title: Line
    url: Annotated[str, Field(max_length=1000)]
