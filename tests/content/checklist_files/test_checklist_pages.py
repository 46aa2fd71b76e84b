"""Bringing a checklist in on screen: shown first, kept as a draft, published, taken out."""

import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from compliance.content.checklist_files.writing import FORMATS
from compliance.content.checklists import actions
from compliance.content.editor.actions import save_question
from compliance.models import Checklist, Edition, Event, Theme
from tests.content.checklist_files.making import make_sheet
from tests.content.checklist_files.malformed import CHEAP
from tests.content.checklist_files.reading import read
from tests.content.foreign_formats.catalogs import (
    ASVS_CSV,
    as_yaml,
    make_catalog,
    make_library,
)
from tests.content.foreign_formats.laws import law
from tests.support import factories

pytestmark = pytest.mark.slow
SHEET = make_sheet(4)
YAML = FORMATS["yaml"].write(SHEET)


@pytest.fixture
def ada(cast, sign_in):
    Theme.objects.create(key="privacy", name="Privacy", position=1)
    return sign_in(cast.ada)


def url(name, *args, org="acme"):
    return reverse(name, args=[org, *args])


def send(client, content=YAML, name="own.yaml", org="acme", **fields):
    upload = SimpleUploadedFile(name, content)
    path = url("checklist_files:checklist_read", org=org)
    return client.post(path, {"upload": upload, **fields})


def shown(client, reply):
    """The fields of the form on a preview."""
    page = client.get(reply.url).content.decode()
    return dict(re.findall(r'name="(draft|seen)" value="([^"]+)"', page))


def take(client, reply, **fields):
    """Import a previewed file; the last reply."""
    path = url("checklist_files:checklist_take", org=reply.url.split("/")[2])
    return client.post(path, {**shown(client, reply), **fields})


def text_of(reply):
    return " ".join(re.sub(r"<[^>]+>", " ", reply.content.decode()).split())


def bring(client, content=YAML, **fields):
    take(client, send(client, content, **fields))
    return Edition.objects.order_by("pk").last()


def test_file_is_shown_before_anything_is_saved(ada):
    reply = send(ada)
    said = text_of(ada.get(reply.url))
    assert "Nothing is saved yet." in said
    assert "Attest checklist. A new checklist ." in said
    assert Checklist.objects.count() == 0


def test_preview_names_the_questions_whose_rules_are_not_acted_on(ada):
    said = text_of(ada.get(send(ada, as_yaml(make_library()), "made.yaml").url))
    said = said.partition("Kept, although no field here matches it")[0]
    assert "Kept, but without effect Every question is asked of everybody." in said
    assert "the score of an answer is not added up (2 times)" in said
    assert "always asked 1.1.1.3: there only if 1.1.1.1 is “Yes”" in said
    assert "is asked of everybody 1.1.1: Basic" in said


def test_malformed_files_are_refused_on_the_page_in_words(ada):
    names = ("empty", "a picture", "half a letter", "YAML bomb", "XML DTD", "HTML page")
    for name in (
        *names,
        "JSON lone surrogate",
        "ZIP cut off",
        "mapping that is a list",
    ):
        suffix, content = CHEAP[name]
        reply = send(ada, content, f"x{suffix}")
        reply = ada.get(reply.url) if reply.status_code == 302 else reply
        assert reply.status_code < 500, name
        [fault, *_] = read(content, suffix).faults
        assert fault.place in text_of(reply) or not content, name
        assert "Import as a draft" not in text_of(reply)
    assert Checklist.objects.count() == 0


def test_file_becomes_a_draft_of_the_organisation(ada, cast):
    reply = take(ada, send(ada))
    edition = Edition.objects.get()
    assert reply.url == url("checklists:detail", edition.pk)
    assert edition.checklist.organisation == cast.acme
    assert "Draft: not published" in text_of(ada.get(reply.url))
    assert "Drafts" in text_of(ada.get(url("checklists:list")))


def test_double_submit_brings_in_once(ada):
    reply = send(ada)
    fields = shown(ada, reply)
    path = url("checklist_files:checklist_take")
    assert ada.post(path, fields).status_code == 302
    again = ada.post(path, fields)
    assert again.status_code == 404
    assert "its file was imported already" in text_of(again)
    assert "Import a checklist" in text_of(again)
    assert Edition.objects.count() == 1


def test_what_moved_since_the_preview_is_shown_again(ada, cast, sign_in):
    reply = send(ada)
    fields = shown(ada, reply)
    otto = sign_in(cast.otto)
    bring(otto)
    again = ada.post(url("checklist_files:checklist_take"), fields)
    assert again.status_code == 409
    assert "This changed after you opened the page" in text_of(again)
    assert take(ada, reply).status_code == 302


def test_draft_that_was_worked_on_since_the_preview_is_not_replaced(ada, cast):
    bring(ada)
    draft = Edition.objects.get()
    value = json.loads(FORMATS["json"].write(SHEET))
    value["sections"][0]["questions"][0]["remedy"] = "Begin with the list."
    reply = send(ada, json.dumps(value).encode(), "own.json")
    fields = shown(ada, reply) | {"replace": "on"}
    key = value["sections"][0]["questions"][0]["key"]
    given = {"by": cast.otto, "organisation": cast.acme, "edition_id": draft.pk}
    for words in ("Otto begins.", "Otto goes on."):
        save_question(**given, key=key, values={"remedy": words})
    again = ada.post(url("checklist_files:checklist_take"), fields)
    assert again.status_code == 409
    assert draft.questions.get(key=key).remedy == "Otto goes on."
    assert take(ada, reply, replace="on").status_code == 302


def test_same_file_again_says_so_and_changes_nothing(ada):
    bring(ada)
    count = Event.objects.count()
    reply = send(ada)
    assert "is here with the same content" in text_of(ada.get(reply.url))
    assert "was here already" in text_of(ada.get(take(ada, reply).url))
    assert Event.objects.count() == count


def test_draft_in_the_way_is_replaced_when_the_box_is_ticked(ada):
    bring(ada)
    value = json.loads(FORMATS["json"].write(SHEET))
    value["sections"][0]["questions"][0]["remedy"] = "Begin with the list."
    other = json.dumps(value).encode()
    reply = send(ada, other, "own.json")
    page = ada.get(reply.url)
    assert "Replace the draft that is here" in text_of(page)
    assert take(ada, reply).status_code == 422
    assert take(ada, reply, replace="on").status_code == 302
    assert Edition.objects.count() == 1


def test_bad_file_is_refused_with_its_places(ada):
    reply = send(ada, b"record,key\r\nmoon,x\r\n", "bad.csv")
    assert reply.status_code == 422
    assert "row 2, column record: “moon” is not a record" in text_of(reply)
    assert Checklist.objects.count() == 0


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty."),
        (b"x" * 12_000_001, "The file has 12.0 MB; 12 MB fit."),
    ],
)
def test_file_of_a_wrong_size_is_refused(ada, content, words):
    reply = send(ada, content)
    assert (reply.status_code, words in text_of(reply)) == (422, True)


def test_no_file_is_refused(ada):
    reply = ada.post(url("checklist_files:checklist_read"))
    assert (reply.status_code, "Choose the file." in text_of(reply)) == (422, True)


def test_theme_is_asked_for_where_the_file_names_none(ada):
    catalog = json.dumps(make_catalog(1, 2)).encode()
    reply = send(ada, catalog, "c.json")
    assert "The file names no theme; choose one" in text_of(ada.get(reply.url))
    refused = take(ada, reply)
    assert (refused.status_code, 'name="chosen"' in refused.text) == (422, True)
    assert take(ada, reply, chosen="elsewhere").status_code == 422
    assert take(ada, reply, chosen="privacy").status_code == 302
    assert Edition.objects.last().checklist.theme.key == "privacy"


def test_theme_is_chosen_with_the_file_too(ada):
    catalog = json.dumps(make_catalog(1, 2)).encode()
    reply = send(ada, catalog, "c.json", theme="privacy")
    page = ada.get(reply.url)
    assert 'name="chosen"' not in page.text
    said = text_of(page)
    assert "params of a control (2 times)" in said
    assert take(ada, reply).status_code == 302


def test_hostile_names_and_titles_are_shown_as_text(ada):
    content = FORMATS["json"].write(SHEET).replace(b'"title": "', b'"title": "<script>alert(1)</script> ', 1)
    reply = send(ada, content, "<img src=x>.json")
    page = ada.get(reply.url).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<img src=x>" not in page


def test_draft_is_read_by_those_who_edit_and_the_edition_by_all(ada, cast, sign_in):
    edition = bring(ada)
    rob = sign_in(cast.rob)
    path = url("checklists:detail", edition.pk)
    assert (ada.get(path).status_code, rob.get(path).status_code) == (200, 404)
    actions.publish(by=cast.ada, edition=edition)
    assert rob.get(path).status_code == 200


def test_library_draft_is_not_shown_and_not_published_here(ada):
    draft = factories.make_draft()
    assert ada.get(url("checklists:detail", draft.pk)).status_code == 404
    assert ada.post(url("publishing:publish", draft.pk)).status_code == 404


def test_organisation_sees_nothing_of_another(ada, cast, sign_in):
    reply = send(ada)
    edition = bring(ada)
    actions.publish(by=cast.ada, edition=edition)
    zoe = sign_in(cast.zoe)
    draft = reply.url.partition("draft=")[2]
    for path in (
        url("checklists:detail", edition.pk, org="other"),
        url("checklist_files:checklist_preview", org="other") + f"?draft={draft}",
    ):
        assert zoe.get(path).status_code == 404
    seen = {"draft": draft, "seen": "0" * 64}
    for path, data in (
        (url("checklist_files:checklist_take", org="other"), seen),
        (
            url("checklist_files:checklist_file", edition.pk, org="other"),
            {"form": "yaml"},
        ),
        (url("publishing:publish", edition.pk, org="other"), {}),
    ):
        assert zoe.post(path, data).status_code == 404
    assert SHEET.title not in zoe.get(url("checklists:list", org="other")).content.decode()


def test_draft_of_a_colleague_is_nobody_elses(ada, cast, sign_in):
    reply = send(ada)
    otto = sign_in(cast.otto)
    page = otto.get(reply.url)
    assert page.status_code == 404
    assert "belongs to another person" in text_of(page)
    assert "own.yaml" not in text_of(page)
    path, fields = url("checklist_files:checklist_take"), shown(ada, reply)
    assert otto.post(path, fields).status_code == 404


@pytest.mark.parametrize("name", ["con", "rev", "rob", "aud"])
def test_only_owner_and_officer_bring_in(ada, cast, sign_in, name):
    client = sign_in(getattr(cast, name))
    assert send(client).status_code == 403
    assert "Import a checklist" not in text_of(client.get(url("checklists:list")))


@pytest.mark.parametrize("name", FORMATS)
def test_reader_downloads_an_edition_in_every_format(ada, cast, sign_in, name):
    edition = bring(ada)
    actions.publish(by=cast.ada, edition=edition)
    rob = sign_in(cast.rob)
    page = rob.get(url("checklists:detail", edition.pk)).content.decode()
    label = f'<option value="{name}">{FORMATS[name].label}</option>'
    assert label in page
    reply = rob.post(url("checklist_files:checklist_file", edition.pk), {"form": name})
    assert reply.status_code == 200
    assert reply["Content-Disposition"].endswith(f'{FORMATS[name].suffix}"')
    assert reply["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert read(reply.content, FORMATS[name].suffix[-5:]).document == SHEET.document
    event = Event.objects.order_by("pk").last()
    assert (event.action, event.organisation_id) == ("edition.exported", cast.acme.pk)


def test_unknown_format_is_not_found(ada):
    edition = bring(ada)
    path = url("checklist_files:checklist_file", edition.pk)
    assert ada.post(path, {"form": "docx"}).status_code == 404
    assert ada.post(path).status_code == 404


def test_preview_without_a_draft_leads_back(ada):
    path = url("checklist_files:checklist_preview")
    assert ada.get(path).url == url("checklist_files:checklist_in")
    assert ada.get(f"{path}?draft=nonsense").status_code == 404


def test_checklist_without_guidance_can_be_read(ada):
    catalog = json.dumps(make_catalog(2, 60)).encode()
    edition = bring(ada, catalog, theme="privacy", name="c.json")
    page = ada.get(url("checklists:detail", edition.pk))
    assert page.status_code == 200
    assert "A good answer shows" in text_of(page)


def test_equal_words_are_offered_on_the_preview(ada):
    first = bring(ada, as_json(law(1, 2) | {"version": 1}), theme="privacy")
    moved = law(1, 2) | {"version": 2}
    node = moved["objects"]["framework"]["requirement_nodes"][1]
    node["urn"] += "-new"
    reply = send(ada, as_json(moved))
    assert "1 question of the file has a new name and the words of a" in text_of(ada.get(reply.url))
    now = Edition.objects.get(pk=take_same(ada, reply).pk)
    assert set(now.questions.values_list("key", flat=True)) == set(
        first.questions.values_list("key", flat=True)
    )


def as_json(value):
    return json.dumps(value, default=str).encode()


def take_same(client, reply):
    page = client.get(reply.url).content.decode()
    take(client, reply, same=re.findall(r'name="same" value="([^"]+)"', page))
    return Edition.objects.order_by("pk").last()


def test_edition_and_language_are_typed_where_the_file_says_none(ada):
    first = bring(ada, ASVS_CSV, name="asvs-4.csv", theme="privacy")
    assert first.number == "1"
    later = ASVS_CSV.replace(b"Check one.", b"Check one again.")
    reply = send(ada, later, name="asvs-5.csv")
    said = text_of(ada.get(reply.url))
    assert "Edition optional" in said
    assert "Language optional" in said
    page = take(ada, reply, number="1")
    assert page.status_code == 422
    assert "is a draft here with other content" in text_of(page)
    page = take(ada, reply, number="5.0.0", language="nonsense!")
    assert page.status_code == 422
    assert "Write a language as a code such as en, de or pt-BR." in text_of(page)
    assert 'value="5.0.0"' in page.content.decode()
    take(ada, reply, number="5.0.0", language="de")
    second = Edition.objects.order_by("pk").last()
    assert (second.number, second.language) == ("5.0.0", "de")
    assert second.checklist == first.checklist
    assert set(second.questions.values_list("key", flat=True)) == set(
        first.questions.values_list("key", flat=True)
    )


def test_file_in_another_language_becomes_translations_of_the_draft(ada):
    take(ada, send(ada, ASVS_CSV, name="en.csv", theme="privacy"), number="4.0.3")
    first = Edition.objects.get()
    words = (b"Check one.", "Prüfe eins.".encode()), (b",First,", b",Erste,")
    german = ASVS_CSV + b"V1,Design,V1.2,Second,V1.2.9,Neu.,3\r\n"
    for was, now in words:
        german = german.replace(was, now)
    reply = send(ada, german, name="de.csv")
    take(ada, reply, number="4.0.3", language="de")
    edition = Edition.objects.get()
    assert (edition.pk, edition.language) == (first.pk, "en")
    assert set(edition.translations) == {"de"}
    one, two, three = edition.questions.all()
    assert (one.text, one.translations["de"]["text"]["text"]) == (
        "Check one.",
        "Prüfe eins.",
    )
    assert (two.translations, three.translations) == (None, None)
    section = one.section.translations["de"]["title"]["text"]
    assert section == "V1 Design / V1.1 Erste"
    take(ada, send(ada, ASVS_CSV, name="en.csv"), number="4.0.3", language="fr")
    assert set(Edition.objects.get().translations) == {"de", "fr"}


def test_what_the_file_says_of_its_edition_cannot_be_typed_over(ada):
    reply = send(ada, theme="privacy")
    assert 'name="number"' not in ada.get(reply.url).content.decode()
    take(ada, reply, number="9", language="de")
    edition = Edition.objects.get()
    assert (edition.number, edition.language) == (
        SHEET.document["edition"]["number"],
        SHEET.document["edition"].get("language", "en"),
    )
