"""Control frameworks by identifier: loaded as a whole, shown by clause, taken as files."""

import csv
import io
import re
from copy import deepcopy
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from compliance.models import Answer, Clause, Framework, Mapping
from compliance.operations.seeds import actions
from compliance.operations.seeds.loader import BadSeeds
from compliance.proof.audit.models import Event
from tests.operations.seeds.making import make_seeds, write
from tests.support.factories import attach, make_assessment, make_clause, make_link

FILE = "frameworks/iso.yaml"


def make_file(**clause):
    return {
        "framework": {"key": "iso", "name": "ISO", "note": "Numbers only."},
        "clauses": [{"id": "A.1", "before": "7.1", "partial": ["T001"]} | clause],
    }


def load(folder, **clause):
    return actions.load(by=None, folder=write(folder, make_seeds() | {FILE: make_file(**clause)}))


@pytest.mark.parametrize(
    ("clause", "said"),
    [
        ({"partial": ["T009"]}, "T009 is not a question"),
        ({"partial": []}, "names no question"),
        ({"full": ["T001"]}, "names T001 twice"),
        ({"title": "Inventory"}, "title"),
    ],
)
def test_faulty_framework_is_refused_with_its_place(tmp_path, clause, said):
    folder = write(tmp_path, make_seeds() | {FILE: make_file(**clause)})
    with pytest.raises(BadSeeds) as bad:
        actions.read(folder)
    (fault,) = bad.value.faults
    assert fault.file == FILE
    assert fault.line
    assert said in str(fault)


def test_clause_that_stands_twice_is_refused(tmp_path):
    file = make_file()
    file["clauses"].append(deepcopy(file["clauses"][0]))
    with pytest.raises(BadSeeds, match="appears twice"):
        actions.read(write(tmp_path, make_seeds() | {FILE: file}))


@pytest.mark.django_db
def test_frameworks_are_kept_as_a_whole_with_one_event(tmp_path):
    load(tmp_path / "one")
    (mapping,) = Mapping.objects.all()
    assert (str(mapping), mapping.is_full) == ("A.1 by T001", False)
    assert mapping.clause.before == "7.1"
    seq = Event.objects.filter(action="frameworks.set").get().seq
    load(tmp_path / "two")
    assert Event.objects.filter(action="frameworks.set").get().seq == seq
    load(tmp_path / "three", partial=[], full=["T001"], id="A.2")
    assert [row.identifier for row in Clause.objects.all()] == ["A.2"]
    assert Mapping.objects.get().is_full
    assert Framework.objects.count() == 1


@pytest.fixture
def assessment(cast):
    return make_assessment(cast.acme, cast.ada)


def test_page_shows_answers_and_evidence_by_clause(cast, sign_in, assessment):
    make_clause(assessment.edition, "Q1", identifier="A.5.9")
    make_clause(assessment.edition, "Q9", identifier="A.8.1")
    answer = assessment.answers.get(question__key="Q1")
    Answer.objects.filter(pk=answer.pk).update(verdict="met")
    url = reverse("results:framework", args=["acme", "iso-27001"])
    client = sign_in(cast.con)
    assert "no evidence" in client.get(url).text
    attach(answer, make_link(cast.acme, cast.ada, "Asset list"))
    text = client.get(url).text
    assert "Asset list" in text
    assert "no evidence" not in text
    assert f"?open={answer.pk}#answer-{answer.pk}" in text
    assert "Not asked in any assessment." in text
    listed = client.get(reverse("results:frameworks", args=["acme"])).text
    assert url in listed


def test_evidence_that_has_expired_shows_no_clause(cast, sign_in, assessment):
    make_clause(assessment.edition, "Q1", identifier="A.5.9")
    answer = assessment.answers.get(question__key="Q1")
    Answer.objects.filter(pk=answer.pk).update(verdict="met")
    today = timezone.localdate()
    yesterday = today - timedelta(days=1)
    attach(answer, make_link(cast.acme, cast.ada, "Old list", expires_on=yesterday))
    client = sign_in(cast.otto)
    url = reverse("results:framework", args=["acme", "iso-27001"])
    page = client.get(url).text
    assert ", evidence expired" in page
    assert "Old list, expired" in page
    text = take(client, "csv").content.decode("utf-8-sig")
    [row] = csv.DictReader(io.StringIO(text))
    assert row["Evidence"] == "Old list, expired"
    attach(answer, make_link(cast.acme, cast.ada, "New list", expires_on=today))
    assert ", evidence expired" not in client.get(url).text


@pytest.mark.parametrize("why", ["foreign", "archived", "out"])
def test_answers_of_others_archived_and_not_applying_stay_out(why, cast, sign_in, assessment):
    organisation = cast.other if why == "foreign" else cast.acme
    status = "archived" if why == "archived" else "running"
    one = make_assessment(organisation, cast.zoe, assessment.edition, status=status)
    one.answers.update(verdict="met", applies=why != "out")
    assessment.answers.all().delete()
    make_clause(assessment.edition, "Q1")
    url = reverse("results:framework", args=["acme", "iso-27001"])
    assert "v-met" not in sign_in(cast.con).get(url).text


def take(client, form):
    url = reverse("results:framework_file", args=["acme", "iso-27001"])
    return client.post(url, {"format": form})


def test_file_holds_one_row_per_clause_and_answer(cast, sign_in, assessment):
    make_clause(assessment.edition, "Q1", "Q2", identifier="A.5.9", full=("Q2",))
    make_clause(assessment.edition, "Q9", identifier="A.8.1")
    answer = assessment.answers.get(question__key="Q1")
    attach(answer, make_link(cast.acme, cast.ada, "=Asset list"))
    client = sign_in(cast.otto)
    reply = take(client, "csv")
    rows = list(csv.DictReader(io.StringIO(reply.content.decode("utf-8-sig"))))
    assert [(row["Clause"], row["Question"], row["Helps to show"]) for row in rows] == [
        ("A.5.9", "Q1", "a part"),
        ("A.5.9", "Q2", "most of it"),
        ("A.8.1", "", "not asked in any assessment"),
    ]
    assert rows[0]["Evidence"] == "'=Asset list"
    book = load_workbook(io.BytesIO(take(client, "xlsx").content))
    sheet = book.active
    cells = [[cell.value or "" for cell in row] for row in sheet.iter_rows(min_row=2)]
    assert [row[1] for row in cells] == ["A.5.9", "A.5.9", "A.8.1"]
    assert cells[0][9] == "=Asset list"
    assert sheet.cell(2, 10).data_type == "s"
    event = Event.objects.filter(action="clauses.exported").last()
    assert event.organisation_id == cast.acme.pk
    assert take(client, "pdf").status_code == 404


def test_file_needs_the_right_to_report(cast, sign_in, assessment):
    make_clause(assessment.edition, "Q1")
    assert take(sign_in(cast.aud), "csv").status_code == 403


def test_pages_of_frameworks_stand_at_the_place_of_checklists(cast, sign_in, assessment):
    client = sign_in(cast.ada)
    make_clause(assessment.edition, "Q1")
    for name, more in (("frameworks", []), ("framework", ["iso-27001"])):
        page = client.get(reverse(f"results:{name}", args=["acme", *more])).text
        here = re.findall(r'<a[^>]*href="([^"]*)"[^>]*aria-current="page"', page)
        assert reverse("checklists:list", args=["acme"]) in here
