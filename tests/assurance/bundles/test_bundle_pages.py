"""A bundle on screen: chosen, previewed, imported, with its origin afterwards."""

import io
import re
from zipfile import ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from compliance.models import Assessment
from tests.assurance.bundles.making import (
    bundle_of,
    hash_of,
    make_everything,
    publish,
    write_elsewhere,
)
from tests.support import signing
from tests.support.factories import make_member
from tests.support.page_text import flat

pytestmark = pytest.mark.slow
IN = "/o/other/bundles/in/"


@pytest.fixture(autouse=True)
def folders(settings, tmp_path, monkeypatch):
    write_elsewhere(monkeypatch)
    settings.DATA_DIR = tmp_path / "data"
    settings.DATA_DIR.mkdir()
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def full(cast):
    return make_everything(cast)


def sent(client, content, name="bundle.zip"):
    upload = SimpleUploadedFile(name, content)
    return client.post(f"{IN}read/", {"upload": upload}, follow=True)


def hidden(page, name):
    return re.search(rf'name="{name}" value="([^"]+)"', page.text)[1]


def test_bundle_is_shown_then_brought_in(full, cast, sign_in):
    client = sign_in(cast.zoe)
    page = sent(client, bundle_of(full))
    assert "Nothing is saved yet" in page.text
    assert "is imported with it, as an own checklist" in " ".join(page.text.split())
    assert not Assessment.objects.filter(organisation=cast.other).exists()
    data = {"draft": hidden(page, "draft"), "person-p1": "zoe@example.org"}
    page = client.post(f"{IN}take/", data, follow=True)
    came = Assessment.objects.get(organisation=cast.other)
    assert page.redirect_chain[-1][0] == came.get_absolute_url()
    assert "with an equal content hash" in page.text
    assert hash_of(came) == hash_of(full)
    assert came.started_by.namesake.member == cast.zoe
    assert f"/o/other/bundles/of/{came.pk}/" in page.text
    again = client.post(f"{IN}take/", data)
    assert again.status_code == 404
    assert "its file was imported already" in flat(again.text)


def test_where_it_came_from_is_shown_with_its_trail(full, cast, sign_in):
    client = sign_in(cast.zoe)
    page = sent(client, bundle_of(full))
    client.post(f"{IN}take/", {"draft": hidden(page, "draft")})
    came = Assessment.objects.get(organisation=cast.other)
    text = " ".join(client.get(f"/o/other/bundles/of/{came.pk}/").text.split())
    assert "Imported from <bdi>Acme</bdi>" in text
    assert "each is as it was recorded" in text
    assert "Q1: evidence added" in text
    assert "Otto Weber" in text
    assert client.get(f"/o/other/bundles/of/{full.pk}/").status_code == 404


def test_signed_one_is_said_to_arrive_signed(cast, sign_in):
    edition = publish("Q1", "Q2", "Q3", organisation=cast.acme)
    page = sent(sign_in(cast.zoe), bundle_of(signing.make_signed(cast, edition)))
    assert "It arrives signed" in " ".join(page.text.split())


def test_file_that_is_no_bundle_is_refused_at_its_field(cast, sign_in):
    page = sent(sign_in(cast.zoe), b"PK no")
    assert page.status_code == 422
    assert "is not a bundle, or is cut off or damaged" in page.text


def test_audit_pack_is_refused_with_a_word_on_its_bundle(cast, sign_in):
    content = io.BytesIO()
    with ZipFile(content, "w") as pack:
        pack.writestr("README.txt", "Audit pack")
        pack.writestr("bundle.zip", b"PK")
    page = sent(sign_in(cast.zoe), content.getvalue(), "pack.zip")
    assert page.status_code == 422
    assert "is an audit pack; the bundle is bundle.zip in it" in page.text


def test_pages_of_a_bundle_stand_under_assessments(cast, sign_in):
    page = sign_in(cast.zoe).get(IN)
    assert re.search(r'"/o/other/assessments/"\s+aria-current="page"', page.text)


def test_second_time_is_refused_with_the_way_to_the_first(full, cast, sign_in):
    client = sign_in(cast.zoe)
    content = bundle_of(full)
    page = sent(client, content)
    client.post(f"{IN}take/", {"draft": hidden(page, "draft")})
    came = Assessment.objects.get(organisation=cast.other)
    page = sent(client, content)
    assert "has already been imported" in page.text
    assert came.get_absolute_url() in page.text
    assert "Choose another file" in page.text
    assert "Accounts here" not in page.text
    draft = page.redirect_chain[-1][0].partition("draft=")[2]
    page = client.post(f"{IN}take/", {"draft": draft})
    assert page.status_code == 422
    assert Assessment.objects.filter(organisation=cast.other).count() == 1


def test_draft_of_another_person_is_not_found(full, cast, sign_in):
    page = sent(sign_in(cast.zoe), bundle_of(full))
    draft = hidden(page, "draft")
    ada = sign_in(cast.ada)
    page = ada.get(f"/o/acme/bundles/in/preview/?draft={draft}")
    assert page.status_code == 404
    assert "belongs to another person" in flat(page.text)
    assert ada.post("/o/acme/bundles/in/take/", {"draft": draft}).status_code == 404


def test_person_who_is_no_member_is_refused_in_words(full, cast, sign_in):
    client = sign_in(cast.zoe)
    page = sent(client, bundle_of(full))
    data = {"draft": hidden(page, "draft"), "person-p1": "ada@example.org"}
    page = client.post(f"{IN}take/", data)
    assert page.status_code == 422
    assert "p1: no member who may read here has the address ada@example.org." in page.text


def test_only_people_who_may_read_are_offered(full, cast, sign_in):
    reader = make_member(cast.other, "reader", "Rea Der", "rea@example.org")
    auditor = make_member(cast.other, "auditor", "Au Ditor", "au@example.org")
    page = sent(sign_in(cast.zoe), bundle_of(full))
    assert f'value="{reader.email}"' in page.text
    assert auditor.email not in page.text
