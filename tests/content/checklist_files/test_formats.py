"""A checklist goes out and comes back as it was, in every format."""

import csv
import io

import pytest

from compliance.content.checklist_files.writing import FORMATS
from compliance.content.checklists.translations import mark
from compliance.content.formats.csv_file import guarded, unguarded
from compliance.content.formats.findings import Sheet
from tests.content.checklist_files.making import make_sheet
from tests.content.checklist_files.reading import read
from tests.support import documents

FEW = range(10)
MANY = range(10, 50)
FORMULAS = (
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\uff1d1", "\uff0b1", "\uff0d1",
    "\uff201", "'=1", "''=1", "'", "''", "'text'", "=cmd|' /C calc'!A0", "-", "=", "@",
    '=HYPERLINK("https://e.eu")', "+cmd", "'-1", "'@", "=\u200b1", "plain", " =1", "a=1",
    "1", "1.50", "-1.5", "007",
)  # fmt: skip


def suffix_of(name):
    return FORMATS[name].suffix[-5:] if name in {"yaml", "oscal-yaml"} else ".csv" * (name == "csv")


def back(sheet, name):
    """The file of a checklist, and what is read from it."""
    content = FORMATS[name].write(sheet)
    found = read(content, suffix_of(name))
    assert found.faults == ()
    return content, found


def check_round_trip(seed, name):
    sheet = make_sheet(seed)
    content, found = back(sheet, name)
    again = Sheet(found.title, found.summary, found.theme, found.document)
    assert again == sheet
    assert FORMATS[name].write(again) == content
    assert (found.kept, found.lost) == ((), ())


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("seed", FEW)
def test_checklist_comes_back_byte_for_byte(seed, name):
    check_round_trip(seed, name)


GATE = {
    "key": "old",
    "title": "Old lists",
    "because": "Old lists are spared.",
    "cites": ["Law Art. 1"],
    "questions": ["Q1"],
    "rows": [
        {"when": {"data": "health"}, "effect": "out", "because": "Health is spared."},
        {"effect": "binds", "from": "2027-12-02", "because": "All others wait."},
    ],
}
CLUB = {
    "key": "club",
    "name": "Club",
    "about": "=Ten people",
    "facts": {"data": [], "view": None},
    "period_from": "2026-01-01",
    "must_apply": [{"all_but": ["Q2"], "because": "Art. 5: always."}],
    "dates": [{"from": "2027-12-02", "gate": "old", "because": "Art. 113."}],
}


def two_choices():
    made = documents.document()
    other = {"key": "children", "label": "Data of children", "help": ""}
    made["facts"][0]["choices"].append(other)
    return made


@pytest.mark.parametrize("name", FORMATS)
def test_all_that_decides_applicability_comes_back(name):
    made = two_choices()
    view = made["facts"][0] | {
        "key": "view",
        "kind": "one",
        "contested": "Two days are possible.",
        "choices": [{"key": k, "label": k.upper(), "help": ""} for k in ("soon", "late")],
        "implies": [
            {
                "fact": "data",
                "value": "health",
                "when": {"view": "late"},
                "because": "-",
            }
        ],
    }
    made["facts"].append(view)
    made["edition"] |= {"gates": [GATE], "organisations": [CLUB]}
    place, stale = f"gate.{GATE['key']}", {"text": "Alt.", "of": "0123456789"}
    title = {"text": "Tor", "of": mark(GATE["title"])}
    made["edition"]["translations"] = {"de": {f"{place}.title": title, f"{place}.1": stale}}
    said = {n: {"text": "Weil.", "of": mark("-")} for n in ("implies.1",)}
    said["contested"] = {"text": "Zwei Tage.", "of": mark(view["contested"])}
    view["translations"] = {"de": said}
    until = [{"date": "2028-12-31", "when": {"data": "health"}}, {"date": "2029-12-31"}]
    made["sections"][0]["questions"][0] |= {"applies_until": until, "yardstick": True}
    sheet = Sheet("Lists", "Whether lists are kept.", "privacy", made)
    _, found = back(sheet, name)
    assert found.document == made
    assert (found.kept, found.lost) == ((), ())


@pytest.mark.parametrize("name", ["yaml", "csv"])
def test_gate_without_an_end_is_refused_in_a_file(name):
    made = two_choices()
    made["edition"]["gates"] = [GATE | {"rows": GATE["rows"][:1]}]
    content = FORMATS[name].write(Sheet("Lists", "", "privacy", made))
    found = read(content, suffix_of(name))
    assert found.document is None
    assert "the gate has no end" in str(found.faults[0])


@pytest.mark.long
@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("seed", MANY)
def test_many_checklists_come_back_byte_for_byte(seed, name):
    check_round_trip(seed, name)


@pytest.mark.parametrize("text", FORMULAS)
def test_guard_of_a_cell_is_undone_exactly(text):
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("text", FORMULAS)
def test_guarded_cell_never_begins_as_a_formula(text):
    starts = ("=", "+", "-", "@", "\t", "\r", "\x00", "\uff1d", "\uff0b", "\uff0d")
    assert not guarded(text).startswith(starts)


def with_formulas():
    sheet = make_sheet(1)
    question = sheet.document["sections"][0]["questions"][0]
    question["good"] = [text.strip() for text in FORMULAS if any(map(str.isalnum, text))]
    return sheet, question["good"]


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMATS)
def test_formula_strings_stay_text_in_every_format(name):
    sheet, good = with_formulas()
    _, found = back(sheet, name)
    assert found.document["sections"][0]["questions"][0]["good"] == good


@pytest.mark.parametrize("name", FORMATS)
def test_long_texts_come_back_whole(name):
    sheet = make_sheet(2)
    question = sheet.document["sections"][0]["questions"][0]
    question["extra"] = {"long": "_x0041_\r\n 🔐 " * 6000}
    question["remedy"] = ("word " * 3900).strip()
    _, found = back(sheet, name)
    assert found.document == sheet.document


def table_as(mark, change=lambda rows: rows):
    """Our CSV as another program writes it: with another mark, and changed."""
    sheet = make_sheet(3)
    text = FORMATS["csv"].write(sheet).decode("utf-8-sig")
    rows = change(list(csv.reader(io.StringIO(text, newline=""))))
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=mark, lineterminator="\n").writerows(rows)
    return sheet, file.getvalue().encode()


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_table_may_have_another_mark_between_its_cells(mark):
    sheet, content = table_as(mark)
    assert read(content, ".csv").document == sheet.document


def test_columns_of_the_table_may_stand_in_another_order():
    sheet, content = table_as(",", lambda rows: [row[::-1] for row in rows])
    assert read(content, "").document == sheet.document


def with_column(rows):
    return [[*row, "Owner" if not at else "Ada"] for at, row in enumerate(rows)]


def test_column_that_is_not_known_is_kept_with_questions_and_lost_elsewhere():
    sheet, content = table_as(",", with_column)
    found = read(content, ".csv")
    question = found.document["sections"][0]["questions"][0]
    asked = sum(len(part["questions"]) for part in sheet.document["sections"])
    assert question["extra"]["columns"] == {"Owner": "Ada"}
    assert [(n.words, n.count) for n in found.kept] == [("column “Owner”", asked)]
    assert [n.words for n in found.lost] == ["column “Owner” is not known and cannot be kept"]


def test_cell_that_its_record_does_not_have_is_lost_in_words():
    def change(rows):
        column = rows[0].index("remedy")
        row = next(row for row in rows if row[0] == "section")
        row[column] = "Do it"
        return rows

    [note] = read(table_as(",", change)[1], ".csv").lost
    assert note.words == "a section has no remedy, so it cannot be kept"
    assert "column remedy" in note.place


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_ratings_of_answers_come_back(name):
    sheet = make_sheet(3)
    asked = next(
        question
        for section in sheet.document["sections"]
        for question in section["questions"]
        if question["choices"]
    )
    asked["choices"][0]["rating"] = {
        "level": 2,
        "points": 41.67,
        "contested": "Differs.",
    }
    asked["choices"][1]["rating"] = {"level": 0, "points": 0}
    _, found = back(sheet, name)
    again = Sheet(found.title, found.summary, found.theme, found.document)
    assert again == sheet


@pytest.mark.parametrize("name", ["yaml", "csv"])
def test_keys_that_differ_in_capitals_only_are_refused(name):
    made = two_choices()
    questions = made["sections"][0]["questions"]
    questions.append(questions[0] | {"key": questions[0]["key"].swapcase()})
    content = FORMATS[name].write(Sheet("Lists", "", "privacy", made))
    found = read(content, suffix_of(name))
    assert found.document is None
    assert "capitals make no other key" in " ".join(map(str, found.faults))
