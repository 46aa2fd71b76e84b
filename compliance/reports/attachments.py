"""Attachments of a report: its source for machines, and two forms of its data."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from compliance.bundles import answers, oscal_results, report_data
from compliance.press.api import Attachment
from compliance.reports.paper import Paper

SOURCE = "assessment.json"
"""The file that ``verifier/verify_report.py`` reads."""


@dataclass(frozen=True)
class Carried:
    """A file to embed; "Source" is what the pages were made from, "Data" a form of it."""

    name: str
    mime: str
    relationship: Literal["Source", "Data"]
    description: str
    content: bytes


def attachments_of(paper: Paper) -> list[Carried]:
    """The files of a report; the same paper gives the same bytes.

    A report of a part carries no data, only what its content hash is.
    """
    forms = _forms(paper) if paper.wanted.is_complete else []
    source = Carried(
        SOURCE,
        "application/json",
        "Source",
        "The data of this report, with content hash and trail",
        report_data.written(paper.record, {form.name: form.content for form in forms}),
    )
    return [source, *forms]


def _forms(paper: Paper) -> list[Carried]:
    return [
        Carried(
            "answers.csv",
            "text/csv",
            "Data",
            "Every question with its answer, as a table",
            answers.written(paper.content),
        ),
        Carried(
            "assessment-results.json",
            "application/json",
            "Data",
            f"The same as OSCAL assessment results {oscal_results.OSCAL}",
            oscal_results.written(paper.record),
        ),
    ]


def laid_out(carried: list[Carried], folder: Path) -> list[Attachment]:
    """The same as files in a folder, for the process that embeds them."""
    found: list[Attachment] = []
    for file in carried:
        path = folder / file.name
        path.write_bytes(file.content)
        found.append(
            {
                "name": file.name,
                "mime": file.mime,
                "relationship": file.relationship,
                "description": file.description,
                "path": str(path),
            }
        )
    return found
