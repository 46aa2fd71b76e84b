"""A fault in seeds is named with its file, its place and its reason."""

import copy

import pytest

from compliance.operations.seeds import actions
from compliance.operations.seeds.loader import BadSeeds
from tests.operations.seeds.making import make_question, make_seeds, write

SECTION = "lists/01-first.yaml"
HEAD = "lists/checklist.yaml"
LAW = "law/law.yaml"


def faults(folder, files):
    try:
        actions.read(write(folder, files))
    except BadSeeds as bad:
        return [str(fault) for fault in bad.faults]
    return []


def test_right_seeds_have_no_faults(tmp_path):
    assert faults(tmp_path, make_seeds()) == []


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"colour": "red"}, "line 23: T001 colour: is not known here"),
        (
            {"key": "t1"},
            "line 4: t1 key: is not written as the format asks (^[A-Z]{1,4}[0-9]{3}[a-z]?$)",
        ),
        (
            {"cites": ["Law Art. 9"]},
            "line 9: T001 cites 1: Law Art. 9 is not in the legal index",
        ),
        (
            {"cites": ["Law Art. 2(1)"]},
            "line 9: T001 cites 1: Law Art. 2(1) is repealed; cite Law Art. 1(2)",
        ),
        (
            {"cites": ["Law Art. 2(2)"]},
            "line 9: T001 cites 1: Law Art. 2(2) is proposed and decides nothing yet; name it in words",
        ),
        ({"cites": []}, "line 8: T001 cites: needs 1 or more"),
        ({"cites": ["Law Art. 1(1)"] * 2}, "line 10: T001 cites 2: appears twice"),
        (
            {"binds": ["writer"]},
            "line 11: T001 binds 1: 'writer' is not a role of the checklist",
        ),
        (
            {"applies": {"colour": "red"}},
            "line 23: T001 applies: unknown fact 'colour'; known are paper, role",
        ),
        (
            {"applies": {"role": "writer"}},
            "line 23: T001 applies: fact 'role' has no choice 'writer'",
        ),
        (
            {"applies": {"role": {"a": "b"}}},
            "line 23: T001 applies: fact 'role' has no choice {'a': 'b'}",
        ),
        ({"applies": "paper"}, "line 23: T001 applies: must be a mapping"),
        (
            {"applies_from": [{"date": "DAY:2027-12-02", "when": {"paper": "maybe"}}]},
            "line 25: T001 applies_from 1 when: fact 'paper' has no choice 'maybe'",
        ),
        (
            {"check": "Look.", "mistake": "None."},
            "line 4: T001: good, check, partly and mistake have 29 words together; 40 to 150",
        ),
        (
            {"check": "word " * 150},
            "line 4: T001: good, check, partly and mistake have 190 words together; 40 to 150",
        ),
        ({"good": []}, "line 13: T001 good: needs 1 or more"),
        ({"remedy": "  "}, "line 22: T001 remedy: is empty"),
        ({"evidence": ["List", "Log"]}, "line 18: T001 evidence: needs 3 or more"),
        ({"title": "x" * 61}, "line 5: T001 title: has more than 60 characters"),
        ({"title": True}, "line 5: T001 title: must be text; put it in quotes"),
        (
            {"title": "A\u202eb"},
            "line 5: T001 title: Character 2 turns the writing direction. Remove it.",
        ),
        ({"text": "word " * 31}, "line 4: T001: text has 31 words; at most 30"),
        ({"weight": 6}, "line 12: T001 weight: must be 5 or less"),
        ({"weight": 0}, "line 12: T001 weight: must be 1 or more"),
        ({"weight": "3"}, "line 12: T001 weight: must be a whole number"),
        ({"weight": True}, "line 12: T001 weight: must be a whole number"),
        (
            {"kind": "maybe"},
            "line 7: T001 kind: must be one of 'verdict', 'stage', 'choice', 'choices',"
            " 'number', 'date' or 'text'",
        ),
        ({"related": ["T009"]}, "line 24: T001 related 1: T009 is not a question"),
        ({"related": ["T001"]}, "line 24: T001 related 1: T001 is this question"),
        ({"kind": "stage"}, "line 4: T001: kind stage needs two choices or more"),
        (
            {"kind": "choice", "choices": [{"key": k, "label": "A"} for k in "ab"]},
            "line 23: T001 choices: two choices read “A”",
        ),
        (
            {"choices": [{"key": "a", "label": "A"}]},
            "line 4: T001: kind verdict takes no choices",
        ),
        (
            {"kind": "number"},
            "line 4: T001: number (unit and bounds) belongs to kind number, and only there",
        ),
    ],
)
def test_spoiled_question_is_named(tmp_path, fields, said):
    files = make_seeds()
    files[SECTION]["questions"][0].update(fields)
    assert faults(tmp_path, files) == [f"{SECTION}, {said}"]


@pytest.mark.parametrize(
    ("bounds", "said"),
    [
        ({}, "needs at_most or at_least"),
        ({"at_most": 3, "at_least": 4}, "at_least is above at_most"),
        ({"at_most": 3, "partly_at_most": 2}, "partly_at_most must be above at_most"),
        ({"at_most": 3, "partly_at_least": 2}, "partly_at_least needs at_least"),
        (
            {"at_least": 3, "partly_at_least": 3},
            "partly_at_least must be below at_least",
        ),
    ],
)
def test_bounds_that_cannot_be_met_are_named(tmp_path, bounds, said):
    files = make_seeds()
    number = {"unit": "days", **bounds}
    files[SECTION]["questions"][0].update(kind="number", number=number)
    assert faults(tmp_path, files) == [f"{SECTION}, line 23: T001 number: {said}"]


def set_in(file, path, value):
    def spoil(files):
        place = files[file]
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value

    return spoil


def drop_in(file, path):
    def spoil(files):
        place = files[file]
        for step in path[:-1]:
            place = place[step]
        place.pop(path[-1])

    return spoil


QUESTIONS = ("questions", 0)
CHOICE = ("questions", 1, "choices", 0)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (
            drop_in(SECTION, (*QUESTIONS, "weight")),
            [f"{SECTION}, line 4: T001: weight is missing"],
        ),
        (
            set_in(SECTION, (*CHOICE, "verdict"), "unanswered"),
            [f"{SECTION}, line 49: shelf verdict: a choice is met, partly, not_met or na"],
        ),
        (
            set_in(SECTION, (*CHOICE, "key"), "floor"),
            [f"{SECTION}, line 50: floor key: appears twice"],
        ),
        (
            drop_in(SECTION, ("questions", 1, "applies")),
            [f"{HEAD}, line 25: paper key: no rule uses this fact"],
        ),
        (
            set_in(HEAD, ("theme",), "x"),
            [f"{HEAD}, line 2: theme: 'x' is not in themes.yaml"],
        ),
        (
            set_in(HEAD, ("roles",), {"keeper": "Keeper"}),
            [f"{HEAD}, line 11: roles: must have the same keys as the choices of fact 'role'"],
        ),
        (
            set_in(HEAD, ("edition", "law_as_of"), "soon"),
            [f"{HEAD}, line 7: edition law_as_of: must be a date such as 2026-11-24"],
        ),
        (
            set_in(HEAD, ("facts", 1, "kind"), "one"),
            [f"{HEAD}, line 25: paper: kind one needs two choices or more"],
        ),
        (
            set_in(LAW, ("provisions", 1, "units", 0, "successor"), "Law Art. 8"),
            [f"{LAW}, line 16: 2: Law Art. 2(1): its successor Law Art. 8 is not in this file"],
        ),
        (
            set_in(LAW, ("instrument", "url"), "javascript:alert(1)"),
            [
                f"{LAW}, line 5: instrument url: is not written as the format asks"
                r" (^https://[^\s]+$)"
            ],
        ),
        (lambda files: files.pop("themes.yaml"), ["themes.yaml: is missing"]),
        (lambda files: files.pop(HEAD), [f"{HEAD}: is missing"]),
        (lambda files: files.pop(SECTION), [f"{HEAD}: has no section next to it"]),
        (
            lambda files: files.update({"lists/notes.md": "x", "other.yaml": "a: 1"}),
            [
                "lists/notes.md: is not part of a checklist",
                "other.yaml: is not part of the format",
            ],
        ),
        (
            lambda files: files.update({"lists/coverage.txt": "Law Art. 1(2)\n\nLaw Art. 7\n"}),
            [
                "lists/coverage.txt, line 1: no question cites Law Art. 1(2)",
                "lists/coverage.txt, line 3: Law Art. 7 is not in the legal index",
            ],
        ),
        (
            lambda files: files.update({"lists/02-second.yaml": files[SECTION]}),
            [
                f"lists/02-second.yaml, line 4: T001 key: is already in {SECTION}, line 4",
                f"lists/02-second.yaml, line 23: T002 key: is already in {SECTION}, line 23",
                "lists/02-second.yaml, line 1: key: another section has this key",
            ],
        ),
    ],
)
def test_spoiled_files_are_named(tmp_path, spoil, said):
    files = copy.deepcopy(make_seeds())
    spoil(files)
    assert faults(tmp_path, files) == said


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            "a: &x 1\n",
            ", line 1: anchors (&) and aliases (*) are not used here; write the value out",
        ),
        (
            "a: 1\nb: *x\n",
            ", line 2: anchors (&) and aliases (*) are not used here; write the value out",
        ),
        ("a: !!python/object:os.system 1\n", ", line 1: tags (!) are not used here"),
        ("key: a\ntitle: b\nkey: c\n", ", line 3: key 'key' appears twice"),
        ("a:\n  <<: {b: 1}\n", ", line 2: '<<' is not a value; put text in quotes"),
        ("yes: 1\n", ", line 1: a key must be text; put it in quotes"),
        ("? [a]\n: 1\n", ", line 1: a key must be text; put it in quotes"),
        (
            "a: 2026-13-45\n",
            ", line 1: '2026-13-45' is not a value; put text in quotes",
        ),
        ("a: " + "x" * 5_000_000, ": has 5,000,003 bytes; at most 5,000,000"),
        ("[" * 30, ", line 1: is nested deeper than 20 levels"),
        ("", ": is empty"),
        ("a: 1\n---\nb: 1\n", ", line 2: holds more than one document"),
        (b"a: 1\nb: \xff\n", ", line 2: is not UTF-8 text"),
        (b"a: 1\nb: \x00\n", ", line 2: holds a character that YAML does not allow"),
        ("a: 1\n b: [\n", ", line 2: mapping values are not allowed in this context"),
        ("- 1\n", ": must be a mapping"),
    ],
)
def test_file_that_hides_or_surprises_is_refused(tmp_path, content, said):
    files = make_seeds() | {SECTION: content}
    assert faults(tmp_path, files) == [SECTION + said]


def test_unquoted_yes_is_the_choice_yes(tmp_path):
    files = make_seeds()
    files[SECTION]["questions"][1]["applies"] = {"not": {"paper": [False]}}
    seeds = actions.read(write(tmp_path, files))
    question = seeds.checklists[0].sections[0].content.questions[1]
    assert question.applies == {"not": {"paper": ["no"]}}


def test_faults_of_all_files_come_at_once(tmp_path):
    files = make_seeds() | {"themes.yaml": "themes: 1\n"}
    files[SECTION]["questions"][0]["weight"] = 9
    assert faults(tmp_path, files) == [
        "themes.yaml, line 1: themes: must be a list",
        f"{SECTION}, line 12: T001 weight: must be 5 or less",
    ]


def test_fifty_faults_are_shown_and_the_rest_counted(tmp_path):
    files = make_seeds()
    files[SECTION]["questions"] = [make_question(f"T{number:03}", weight=9) for number in range(60)]
    with pytest.raises(BadSeeds) as bad:
        actions.read(write(tmp_path, files))
    lines = str(bad.value).splitlines()
    assert (len(bad.value.faults), len(lines), lines[-1]) == (60, 51, "and 10 more")


def test_missing_folder_is_named(tmp_path):
    with pytest.raises(BadSeeds, match="nowhere: is not a folder"):
        actions.read(tmp_path / "nowhere")
