"""Reports: asked for, made, fetched."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from compliance.ground.web.own_languages import OwnLanguage
from compliance.programs.api.shapes.leaves import Flag, Given, Person, person_of
from compliance.reporting.reports.choices import Extract, ReportKind
from compliance.reporting.reports.models import Report, ReportStatus


class ReportShape(BaseModel):
    """A report of an assessment; its file is there once ``status`` is “done”."""

    id: UUID
    assessment: UUID
    number: int
    kind: ReportKind
    language: OwnLanguage
    extract: Extract
    clauses: bool
    revision: int | None
    """The signed revision that it shows; null for the state of its day."""
    as_of_seq: int | None
    status: ReportStatus
    step: str
    done_percent: int
    problem: str
    asked_at: datetime
    asked_by: Person | None
    finished_at: datetime | None
    content_hash: str
    sha256: str
    size_bytes: int | None
    pages: int | None

    @classmethod
    def of(cls, row: Report) -> "ReportShape":
        return cls(
            id=row.pk,
            assessment=row.assessment_id,
            number=row.number,
            kind=ReportKind(row.kind),
            language=OwnLanguage(row.language),
            extract=Extract(row.extract),
            clauses=row.clauses,
            revision=row.signoff.revision if row.signoff else None,
            as_of_seq=row.as_of_seq,
            status=ReportStatus(row.status),
            step=row.step,
            done_percent=row.done_percent,
            problem=row.problem,
            asked_at=row.asked_at,
            asked_by=person_of(row.asked_by),
            finished_at=row.finished_at,
            content_hash=row.content_hash,
            sha256=row.sha256,
            size_bytes=row.size_bytes,
            pages=row.pages,
        )


class ReportAsked(Given):
    """The report that is wanted; of a signed assessment it shows what was signed."""

    kind: ReportKind = ReportKind.FULL
    language: OwnLanguage = OwnLanguage.ENGLISH
    extract: Extract = Extract.ALL
    clauses: Flag = False
    revision: int | None = Field(default=None, strict=True, ge=1, le=2**31 - 1)
    as_of_seq: int | None = Field(default=None, strict=True, ge=1, le=2**53 - 1)
    """Looks back: as it stood right after that event of the trail."""
