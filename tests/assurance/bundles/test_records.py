"""The forms of a report for machines: whole, literal, and the same bytes twice."""

import csv
import hashlib
import io
import json
import re
from uuid import UUID

import pytest

from compliance.assurance.bundles import answers, oscal_results, report_data
from compliance.content.formats.csv_file import unguarded
from compliance.proof.audit.chain import canonical, digest
from compliance.work.snapshots.content import content_from
from tests.assurance.bundles.report_data import make_record
from tests.content.foreign_formats.oscal import walk
from tests.reporting.reports.papers import HOSTILE, make_content, make_line

FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\uff1d1+1",
    "'=1",
    "''@x",
    "1-1",
    "'a",
]


def table(content):
    return list(csv.DictReader(io.StringIO(answers.written(content).decode("utf-8"))))


def test_table_has_a_row_for_every_question():
    content = make_record().content
    rows = table(content)
    assert [row["question"] for row in rows] == [line.key for line in content.lines]
    assert rows[0]["evidence_sha256"] == "0123456789abcdef" * 4
    assert rows[5]["applies"] == "no"
    assert rows[0]["comments"] == "Ada, 2026-12-22T10:05:00+00:00: Seen."


def test_table_has_what_is_archived():
    content = make_content(archived=(make_line("OLD"),))
    assert [(r["section"], r["question"]) for r in table(content)][-1] == (
        "archived",
        "OLD",
    )


@pytest.mark.parametrize("text", FORMULAS + HOSTILE)
def test_no_cell_of_the_table_runs_and_each_reads_back(text):
    [row] = table(make_content([make_line(note=text)]))
    assert not re.match("[=+\\-@\t\r\x00\uff1d\uff0b\uff0d\uff20]", row["note"])
    assert unguarded(row["note"]) == text


def test_table_has_lines_that_end_as_rfc_4180_says():
    written = answers.written(make_content([make_line(note="one\ntwo")]))
    assert written.endswith(b"\r\n")
    assert written.count(b"\r\n") == 2


def test_record_holds_the_content_and_its_hash():
    made = make_record()
    value = json.loads(report_data.written(made, {}))
    assert (value["format"], value["version"]) == ("attest-report", 2)
    assert digest(canonical(value["content"])) == value["content_hash"]
    assert content_from(canonical(value["content"])) == made.content
    assert value["content_hash"] == made.content.content_hash


def test_record_is_canonical_and_names_the_files_beside_it():
    written = report_data.written(make_record(), {"a.csv": b"a"}).decode()
    assert canonical(json.loads(written)) == written
    assert json.loads(written)["files"] == {"a.csv": hashlib.sha256(b"a").hexdigest()}


def test_record_lists_the_trail_without_what_it_says_elsewhere():
    value = json.loads(report_data.written(make_record(), {}))
    assert [entry["seq"] for entry in value["trail"]["entries"]] == [3, 4, 5, 9]
    assert "payload" not in value["trail"]["entries"][0]
    assert value["trail"]["seq"] == 9


def test_all_forms_are_the_same_bytes_twice():
    for one, other in ((make_record(), make_record()),):
        assert report_data.written(one, {}) == report_data.written(other, {})
        assert oscal_results.written(one) == oscal_results.written(other)
        assert answers.written(one.content) == answers.written(other.content)


def oscal(**fields):
    written = oscal_results.written(make_record(**fields))
    return json.loads(written)["assessment-results"]


def test_results_have_a_finding_for_every_question():
    lines = make_record().content.lines
    [result] = oscal()["results"]
    assert len(result["findings"]) == len(result["observations"]) == len(lines)
    states = {f["target"]["target-id"]: f["target"]["status"] for f in result["findings"]}
    assert states["Q1"] == {"state": "satisfied", "reason": "pass", "remarks": "Met"}
    assert (states["Q3"]["state"], states["Q3"]["reason"]) == ("not-satisfied", "fail")
    assert (states["Q4"]["state"], states["Q4"]["reason"]) == ("satisfied", "other")
    assert (states["Q5"]["state"], states["Q5"]["reason"]) == ("not-satisfied", "other")
    assert states["Q6"]["remarks"] == "Applies only when Role is X."


@pytest.mark.parametrize(("second", "state"), [("", "not-satisfied"), ("Rev", "satisfied")])
def test_results_take_not_applicable_only_from_two_people(second, state):
    line = make_line(verdict="na", na_by="Con", na_confirmed_by=second)
    [result] = oscal(content=make_content([line]))["results"]
    [finding] = result["findings"]
    assert finding["target"]["status"] == {
        "state": state,
        "reason": "other",
        "remarks": "N/A",
    }


def test_results_identify_each_thing_once_and_refer_to_what_is_there():
    document = oscal()
    ids = [one["uuid"] for one in walk(document) if "uuid" in one]
    assert len(set(ids)) == len(ids)
    assert all(UUID(one).version == 5 for one in ids)
    links = {one["href"][1:] for one in walk(document) if one.get("href", "")[:1] == "#"}
    links |= {o["observation-uuid"] for o in walk(document) if "observation-uuid" in o}
    assert links <= set(ids)
    assert links


def test_results_of_another_assessment_have_other_identifiers():
    assert oscal()["uuid"] != oscal(assessment_id=UUID(int=9))["uuid"]


def test_results_take_text_literally():
    assert oscal_results.literal("*a* <b> [c](d) & {{ insert }}") == (
        r"\*a\* \<b\> \[c\](d) \& \{\{ insert \}\}"
    )
