"""Sections that one assessment can answer for others, in seeds, files and editions."""

import pytest
from django.core.management import CommandError, call_command

from compliance.content.checklist_files.writing import FORMATS
from compliance.content.checklists import content
from compliance.content.checklists.choices import ChangeKind
from compliance.content.checklists.diff import compare
from compliance.content.formats.findings import Sheet
from compliance.models import Section
from compliance.operations.seeds import actions
from tests.content.checklist_files.test_formats import back
from tests.operations.seeds.making import make_seeds, write

FIRST = "lists/01-first.yaml"


def level_seeds(level="organisation"):
    files = make_seeds()
    files[FIRST]["level"] = level
    return files


def load(folder, files):
    return actions.load(by=None, folder=write(folder, files)).checklists[0].edition


@pytest.mark.django_db
def test_level_of_a_section_is_in_the_document_and_its_hash(tmp_path):
    edition = load(tmp_path, level_seeds())
    document = content.document(edition)
    assert document["sections"][0]["level"] == "organisation"
    assert content.content_hash(document) == edition.content_hash
    with pytest.raises(Exception, match="a published edition is never changed"):
        Section.objects.filter(edition=edition).update(level="")


@pytest.mark.django_db
def test_edition_without_levels_keeps_the_hash_it_had(tmp_path):
    document = content.document(load(tmp_path, make_seeds()))
    assert all("level" not in section for section in document["sections"])


@pytest.mark.django_db
def test_unknown_level_is_refused(tmp_path):
    write(tmp_path, level_seeds("group"))
    with pytest.raises(CommandError, match="level"):
        call_command("load_seeds", tmp_path, "--check")


@pytest.mark.django_db
def test_other_level_is_a_difference_of_the_section_and_of_no_question(tmp_path):
    new = content.document(load(tmp_path, level_seeds()))
    old = new | {"sections": [{**part, "level": ""} for part in new["sections"]]}
    found = compare(old, new)
    title = new["sections"][0]["title"]
    assert [(c.kind, c.label) for c in found.facts] == [(ChangeKind.LEVEL, title)]
    assert not found.changed
    assert not compare(new, new).facts


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["yaml", "csv", "json", "xlsx", "oscal-json"])
def test_level_goes_out_in_a_file_and_comes_back(tmp_path, name):
    assert name in FORMATS
    made = content.document(load(tmp_path, level_seeds()))
    sheet = Sheet("Lists", "Whether lists are kept.", "privacy", made)
    _, found = back(sheet, name)
    levels = [section.get("level") for section in found.document["sections"]]
    assert levels[0] == "organisation"
    assert set(levels[1:]) <= {None}
