"""Files that are no checklist are refused in words that name the place."""

import resource

import pytest

from compliance.content.checklist_files import process
from compliance.content.checklist_files.writing import FORMATS
from compliance.content.formats import limits
from compliance.ground.sandbox.process import output_of
from tests.content.checklist_files.malformed import CHEAP, HEAVY, SHEET
from tests.content.checklist_files.reading import read

CODE = ("Error", "Exception", "Traceback", "object at 0x", "NoneType", "<class")


def check(found):
    assert found.document is None
    assert found.faults
    for fault in found.faults:
        text = str(fault)
        assert 10 < len(text) <= 500
        assert not [word for word in CODE if word in text]
        assert fault.place or text.startswith(("and ", "The file needs more "))


def test_there_are_enough_of_them():
    assert len(CHEAP) + len(HEAVY) >= 120


@pytest.mark.parametrize("name", CHEAP)
def test_bad_file_is_refused_in_words(name):
    suffix, content = CHEAP[name]
    check(read(content, suffix))


@pytest.mark.slow
@pytest.mark.parametrize("name", HEAVY)
def test_heavy_file_stays_within_time_and_memory(name, tmp_path, monkeypatch):
    suffix, content = HEAVY[name]()
    weight = tmp_path / "weight"

    def weighed(module, arguments, chunks, **held):
        words = [module, str(weight), *arguments]
        return output_of("tests.content.checklist_files.weighing", words, chunks, **held)

    monkeypatch.setattr(process, "output_of", weighed)
    began = resource.getrusage(resource.RUSAGE_CHILDREN)
    check(process.read([content], f"x{suffix}"))
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = ended.ru_utime + ended.ru_stime - began.ru_utime - began.ru_stime
    assert 0 < spent <= limits.SECONDS, spent
    # there is none where the child was ended for what it took
    if weight.exists():
        assert 0 < int(weight.read_text()) * 1024 <= limits.MEMORY_BYTES


@pytest.mark.slow
@pytest.mark.usefixtures("cold")
def test_good_file_is_read_in_the_process_too():
    for name in ("yaml", "xlsx", "oscal-xml"):
        content = FORMATS[name].write(SHEET)
        found = process.read([content], f"x{FORMATS[name].suffix}")
        assert (found.faults, found.document) == ((), SHEET.document)


@pytest.mark.slow
@pytest.mark.usefixtures("cold")
def test_process_refuses_when_its_memory_is_over(monkeypatch):
    monkeypatch.setattr(limits, "MEMORY_BYTES", 90 * 1024 * 1024)
    suffix, content = HEAVY["JSON of many objects"]()
    [fault] = process.read([content], f"x{suffix}").faults
    assert "memory" in str(fault)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("JSON cut off", "line 1, column 27: is not JSON"),
        (
            "YAML bomb of ten levels",
            "its aliases (*) stand for more than 100,000 values",
        ),
        ("YAML alias of itself", "line 1: is nested deeper than 60 levels"),
        ("XML DTD", "line 1: declares a document type (DTD), which no catalog needs"),
        ("CSV weight is a word", "row 6, column weight: “heavy” is not a whole number"),
        ("XLSX formula", "Sheet!C2: “=1+1” is a formula or an error"),
        ("control without an id", "group 1 (f0), control 1: a control needs an id"),
        ("node under nobody", "line "),
        ("ASVS item is text", "requirement 1 (V1), 3: must be an object"),
        ("no key", "the file: key is missing"),
        ("profile", "profile: is a profile; resolve it first"),
        (
            "library with a bad date",
            "line 8, publication_date: publication_date must be",
        ),
        ("catalog with a bad date", "catalog metadata: last-modified must be a date"),
        ("XML HTML", "line 1: is a web page (HTML), no file of a known format"),
        ("HTML page", "line 1: is a web page (HTML), no file of a known format"),
        ("mapping that is a list", "relationship must be one of equal, subset"),
        ("PIA with a bad date", "the structure: updated_at must be a date"),
        ("weight 6", "ac-1(2) weight: weight must be 5 or less"),
    ],
)
def test_fault_names_its_place(name, said):
    suffix, content = CHEAP[name]
    assert said in str(read(content, suffix).faults[0])


@pytest.mark.parametrize(
    ("suffix", "content", "said"),
    [
        (".json", '{"a": "NaN, [",\n"b": NaN}', "line 2: NaN is not a JSON number"),
        (".json", '{"a":\n"\\"-Infinity",\n"b": -Infinity}', "line 3: -Infinity is no"),
        (".json", '{"a": "1e999",\n"b": [1e9991,\n1e999]}', "line 2: 1e9991 is too"),
        (".json", f'{{"a": 1,\n"b": {"9" * 41}}}', "line 2: 99999999999999999999… has"),
        (".json", '{"a": "[[",\n' + '"b":[\n' + "[" * 60, "not JSON"),
        (
            ".json",
            '{"a": "[[",\n"b": [\n' + "[" * 60 + "]" * 61 + "}",
            "line 3: is nested",
        ),
        (".json", "\n" + "[" * 100_000, "line 2: is nested deeper"),
        (
            ".json",
            '{"a": {"b": "\\"c\\": 1,", "c": [{"b": 1}, {"b": 2}]},\n"d": 1,\n"\\u0061": 2}',
            "line 3, key 'a': appears twice in one object",
        ),
        (
            ".json",
            '{"a": 1, "b": {"a": 1,\n"a": 2},\n"b": 3}',
            "line 2, key 'a': appears twice",
        ),
        (".yaml", "a: 1\nb: é\nc: [x, \x01]\n", "line 3: holds a character"),
        (".yaml", "a: 1\nb:\n  - 2\n  - .inf\n", "line 4: holds a number without end"),
        (".yaml", f"a: 1\nb: {'9' * 41}\n", "line 2: holds a number of over 40"),
        (".yaml", '"a"\nb: 1\n', "line 2: is not YAML: something follows the end"),
    ],
)
def test_odd_value_is_named_with_its_line(suffix, content, said):
    [fault] = read(content.encode(), suffix).faults
    assert said in str(fault)
