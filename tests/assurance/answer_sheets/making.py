"""Spreadsheets for tests: written out, changed cell by cell, and sent back."""

from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from compliance.models import Choice
from compliance.work.assessments.answer_fields import TYPED
from tests.support import factories

COLUMNS = {
    "mark": "A",
    "key": "B",
    "question": "C",
    "verdict": "F",
    "value": "G",
} | {
    field.column.partition("_")[0]: chr(ord("I") + number)
    for number, field in enumerate(TYPED[2:])  # "owner", "due", "later"
}
"""Column of the sheet by the first word of its field."""
KINDS = ("verdict", "number", "choice", "choices", "date", "text")


def make_kinds(cast, **fields):
    """An assessment with a question of each kind, Q1 to Q6, in two sections."""
    edition = factories.make_draft(questions=0, sections=2)
    sections = list(edition.sections.all())
    for at, kind in enumerate(KINDS, 1):
        question = factories.make_question(edition, sections[at > 3], at, kind=kind, key=f"Q{at}")
        if kind == "number":
            question.number = {"unit": "days", "at_most": 30, "partly_at_most": 60}
        question.save()
        if kind in {"choice", "choices"}:
            for place, (key, label, verdict) in enumerate(
                [
                    ("all", "All of them", "met"),
                    ("some", "Some; not all", "partly"),
                    ("none", "None", "not_met"),
                    ("out", "No such data", "na"),
                ]
            ):
                Choice.objects.create(
                    question=question,
                    key=key,
                    label=label,
                    verdict=verdict,
                    position=place,
                )
    factories.publish(edition)
    return factories.make_assessment(cast.acme, cast.ada, edition, **fields)


def address(assessment, name="sheet", *more):
    org = assessment.organisation.slug
    return reverse(f"answer_sheets:{name}", args=[org, assessment.pk, *more])


def download(client, assessment):
    """The bytes of the file."""
    reply = client.post(address(assessment, "sheet_file"))
    assert reply.status_code == 200, reply
    return reply.content


def book_of(content):
    return load_workbook(BytesIO(content))


def bytes_of(book):
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def cell_of(book, key, column):
    """The cell of a question's row."""
    for sheet in book.worksheets:
        for row in range(2, sheet.max_row + 1):
            if sheet[f"B{row}"].value == key:
                return sheet[f"{COLUMNS[column]}{row}"]
    raise KeyError(key)


def changed(content, cells):
    """The file with some cells changed: ``{(key, column): value}``."""
    book = book_of(content)
    rows = {
        sheet[f"B{row}"].value: (sheet, row)
        for sheet in book.worksheets
        for row in range(2, sheet.max_row + 1)
    }
    for (key, column), value in cells.items():
        sheet, row = rows[key]
        cell = sheet[f"{COLUMNS[column]}{row}"]
        cell.value = value
        if isinstance(value, str):
            cell.data_type = "s"
    return bytes_of(book)


def send(client, assessment, content, name="filled.xlsx"):
    """The reply to a file that is sent."""
    upload = SimpleUploadedFile(name, content)
    return client.post(address(assessment, "sheet_read"), {"upload": upload})


def preview(client, assessment, content):
    """The preview of a file."""
    sent = send(client, assessment, content)
    assert sent.status_code == 302, sent.context["form"].errors
    return client.get(sent["Location"])


def take(client, assessment, shown, **picks):
    """The reply to saving what a preview shows."""
    plan, draft = shown.context["plan"], shown.context["draft"]
    data = {"draft": draft.id, "digest": plan.digest, **picks}
    return client.post(address(assessment, "sheet_take"), data)


def said(plan):
    """{(key, field): (before, after)} of every change."""
    return {
        (entry.asked.key, shown.name): (shown.before, shown.after)
        for entry in plan.changing
        for shown in entry.changes
    }


def clashes(plan):
    """{(key, field): (here, in the file)} of every conflict."""
    return {
        (entry.asked.key, shown.name): (shown.before, shown.after)
        for entry in plan.clashing
        for shown in entry.conflicts
    }


def refusals(plan):
    return [(refusal.place, refusal.words) for refusal in plan.refused]


def standing(assessment, key):
    return assessment.answers.select_related("owner").get(question__key=key)
