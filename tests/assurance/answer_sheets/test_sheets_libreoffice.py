"""LibreOffice opens, changes and saves the sheet; exactly those changes come back."""

import json
import subprocess
from datetime import date
from pathlib import Path

import pytest

from compliance.models import Answer
from compliance.work.assessments.answer_fields import FIELDS
from tests.assurance.answer_sheets import making as sheets
from tests.assurance.answer_sheets.making import (
    COLUMNS,
    clashes,
    download,
    preview,
    refusals,
    said,
    take,
)
from tests.assurance.answer_sheets.test_sheets_round_trip import FORMULAS, save
from tests.support import factories

TEXTS = [text for text in FORMULAS if text != "_x005F_x0041_"]
"""LibreOffice itself writes an escape of an escape as a plain escape."""

SCRIPT = Path(__file__).with_name("libreoffice.py")


pytestmark = [
    pytest.mark.slow,
    pytest.mark.needs("soffice"),
]


@pytest.fixture(scope="module")
def profile(tmp_path_factory):
    """A profile of its own, which LibreOffice fills when it first starts."""
    return tmp_path_factory.mktemp("profile")


@pytest.fixture
def office(tmp_path, profile):
    """``office(content, cells)``: what LibreOffice makes of a file."""

    def change(content, cells=()):
        source, target = tmp_path / "out.xlsx", tmp_path / "back.xlsx"
        source.write_bytes(content)
        subprocess.run(
            [
                "/usr/bin/python3",
                SCRIPT,
                source,
                target,
                profile,
                json.dumps(list(cells)),
            ],
            check=True,
            timeout=120,
        )
        return target.read_bytes()

    return change


def fields_of(assessment):
    """{(key, field): value} of every answer."""
    return {
        (row.question.key, field): getattr(row, field)
        for row in assessment.answers.select_related("question")
        for field in FIELDS
    }


def test_file_saved_by_libreoffice_changes_nothing_by_itself(cast, con, office):
    edition = factories.make_edition(questions=len(TEXTS), sections=3)
    assessment = factories.make_assessment(cast.acme, cast.ada, edition)
    rows = list(assessment.answers.order_by("question__position"))
    for answer, text in zip(rows, TEXTS, strict=True):
        answer.note = text
    Answer.objects.bulk_update(rows, ["note"])
    plan = preview(con, assessment, office(download(con, assessment))).context["plan"]
    assert (said(plan), refusals(plan), plan.ignored) == ({}, [], [])
    assert plan.untouched == len(TEXTS)


def test_what_was_typed_in_libreoffice_is_what_changes(cast, con, office):
    assessment = sheets.make_kinds(cast)
    save(cast, assessment, "Q2", value=["30.1"])
    save(cast, assessment, "Q4", value=["some", "none"], due_on="2026-12-01")
    content = office(
        download(con, assessment),
        [
            ["Section 1", "F2", "Met"],
            ["Section 1", "I2", "=1+1"],
            ["Section 1", f"{COLUMNS['owner']}2", "Otto Weber"],
            ["Section 1", f"{COLUMNS['due']}2", "2026-12-24"],
            ["Section 1", "G3", 45],
            ["Section 1", "G4", "None"],
            ["Section 2", "I3", "+49 30 1234"],
            ["Section 2", "G3", "2026-03-01"],
            ["Section 2", "F4", "Maybe"],
        ],
    )
    save(cast, assessment, "Q4", note="Written here meanwhile")
    shown = preview(con, assessment, content)
    plan = shown.context["plan"]
    assert said(plan) == {
        ("Q1", "verdict"): ("Unanswered", "Met"),
        ("Q1", "note"): ("", "=1+1"),
        ("Q1", "owner_id"): ("", "Otto Weber"),
        ("Q1", "due_on"): ("", "24 Dec 2026"),
        ("Q2", "value"): ("30.1 days", "45 days"),
        ("Q3", "value"): ("", "None"),
        ("Q3", "verdict"): ("Unanswered", "Not met"),
        ("Q5", "note"): ("", "+49 30 1234"),
        ("Q5", "value"): ("", "2026-03-01"),
    }
    assert [place for place, _ in refusals(plan)] == ["Section 2!F4"]
    assert (clashes(plan), plan.ignored) == ({}, [])
    before = fields_of(assessment)
    take(con, assessment, shown)
    after = fields_of(assessment)
    assert {it: after[it] for it in after if after[it] != before[it]} == {
        ("Q1", "verdict"): "met",
        ("Q1", "note"): "=1+1",
        ("Q1", "owner_id"): cast.otto.pk,
        ("Q1", "due_on"): date(2026, 12, 24),
        ("Q2", "value"): "45",
        ("Q3", "value"): "none",
        ("Q3", "verdict"): "not_met",
        ("Q5", "note"): "+49 30 1234",
        ("Q5", "value"): "2026-03-01",
    }


def test_libreoffice_keeps_locks_lists_and_hidden_parts(cast, con, office):
    assessment = sheets.make_kinds(cast)
    book = sheets.book_of(office(download(con, assessment)))
    sheet = book["Section 1"]
    assert (sheet.protection.sheet, sheet.freeze_panes) == (True, "D2")
    assert (sheet["C2"].protection.locked, sheet["F2"].protection.locked) == (
        True,
        False,
    )
    assert sheet.column_dimensions["A"].hidden
    assert (book["Lists"].sheet_state, sheet["I2"].number_format) == ("hidden", "@")
    offers = {str(it.sqref): it.formula1 for it in sheet.data_validations.dataValidation}
    assert len(offers) == 4
