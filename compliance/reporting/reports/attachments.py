"""Attachments of a report: its source for machines, and two forms of its data."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from django.utils.translation import override

from compliance.assurance.bundles import answers, oscal_results, report_data
from compliance.proof.audit.chain import canonical
from compliance.proof.press.api import Attachment
from compliance.reporting.reports.board import board_of
from compliance.reporting.reports.paper import Paper

SOURCE = "assessment.json"
"""The file that ``verifier/verify_report.py`` reads."""
BOARD = "board.json"
"""The figures that it looks for on the pages of a board report."""


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

    A report of a part carries no data, only what its content hash is; the board report also the figures that it prints.
    """
    forms = _forms(paper) if paper.wanted.is_complete else []
    if "board" in paper.parts:
        forms.append(_figures(paper))
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


def _figures(paper: Paper) -> Carried:
    with override(paper.wanted.language):
        values = board_of(paper.in_words).as_values
    values["content_hash"] = paper.content.content_hash
    content = canonical(values).encode()
    words = "The figures of this board report, and the questions that it names"
    return Carried(BOARD, "application/json", "Data", words, content)


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
