"""Several files in one request, as a browser without scripts sends them; one, as a script does."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from compliance.models import Attachment, Event, Evidence
from tests.content.evidence.samples import PDF, flat
from tests.support.factories import make_assessment

URL = "/o/acme/evidence/add/"
SCRIPT = {"HX-Request": "true"}


def file(name="policy.pdf", content=PDF):
    return SimpleUploadedFile(name, content)


@pytest.fixture
def answer(cast):
    return make_assessment(cast.acme, cast.ada).answers.first()


def address(answer):
    return f"/o/acme/assessments/{answer.assessment_id}/answers/{answer.pk}/evidence/"


def test_several_files_are_kept_each_with_its_name_and_the_dates(cast, sign_in):
    con = sign_in(cast.con)
    form = {"upload": [file("a.pdf"), file("b.txt", b"b")], "expires_on": "2027-01-01"}
    reply = con.post(URL, form)
    assert reply.url == "/o/acme/evidence/"
    assert "2 files are in the library." in con.get(reply.url).text
    kept = Evidence.objects.order_by("title").values_list("title", "expires_on")
    assert [(title, str(day)) for title, day in kept] == [
        ("a.pdf", "2027-01-01"),
        ("b.txt", "2027-01-01"),
    ]
    assert Event.objects.count() == 2


def test_one_that_is_refused_keeps_no_other_out_and_is_named(cast, sign_in):
    files = [file("a.pdf"), file("<evil>\u202e.html", b"<p>"), file("c.txt", b"")]
    page = sign_in(cast.con).post(URL, {"upload": files, "expires_on": "2027-01-01"})
    assert page.status_code == 422
    assert [one.title for one in Evidence.objects.all()] == ["a.pdf"]
    text = flat(page)
    assert "_evil_.html: Web pages and SVG pictures can run code." in text
    assert "c.txt: " in text
    assert f'<a href="{Evidence.objects.get().get_absolute_url()}">' in text
    assert 'value="2027-01-01"' in text


def test_title_for_several_is_refused_before_any_is_kept(cast, sign_in, stored):
    form = {"upload": [file("a.pdf"), file("b.pdf")], "title": "Both"}
    page = sign_in(cast.con).post(URL, form)
    assert (page.status_code, stored()) == (422, [])
    assert "A title names one file." in page.text


def test_more_files_than_a_request_may_carry_are_refused(cast, sign_in, stored):
    files = [file(f"{number}.txt", b"x") for number in range(21)]
    client = sign_in(cast.con)
    assert client.post(URL, {"upload": files}).status_code == 400
    assert stored() == []


def test_script_gets_one_line_about_one_file(cast, sign_in):
    con = sign_in(cast.con)
    good = con.post(URL, {"upload": file("a<b>.pdf")}, headers=SCRIPT)
    assert good.status_code == 200
    evidence = Evidence.objects.get()
    assert flat(good).startswith(f'<a href="{evidence.get_absolute_url()}">')
    assert "<html" not in good.text
    bad = con.post(URL, {"upload": file("a.exe", b"MZ")}, headers=SCRIPT)
    assert (bad.status_code, flat(bad)) == (
        422,
        "This is a program. Programs are not kept.",
    )
    form = {"upload": file("b.pdf"), "expires_on": "soon"}
    wrong = con.post(URL, form, headers=SCRIPT)
    assert (wrong.status_code, flat(wrong)) == (422, "Write the date as 2026-12-31.")


def test_several_files_are_added_to_an_answer(cast, sign_in, answer):
    files = [file("a.pdf"), file("b.txt", b"b")]
    reply = sign_in(cast.con).post(address(answer), {"upload": files})
    assert reply.url.endswith(f"?open={answer.pk}#answer-{answer.pk}")
    assert answer.attachments.count() == 2


def test_script_adds_one_file_to_an_answer(cast, sign_in, answer):
    reply = sign_in(cast.con).post(address(answer), {"upload": file()}, headers=SCRIPT)
    assert (reply.status_code, answer.attachments.count()) == (200, 1)


def test_refused_file_of_an_answer_keeps_the_form(cast, sign_in, answer):
    form = {"upload": [file("a.exe", b"MZ"), file("b.pdf")], "expires_on": "2027-01-01"}
    page = sign_in(cast.con).post(address(answer), form)
    assert (page.status_code, answer.attachments.count()) == (422, 1)
    assert "a.exe: This is a program." in flat(page)
    assert 'value="2027-01-01"' in page.text


def test_closed_assessment_takes_no_file(cast, sign_in, answer, stored):
    answer.assessment.status = "archived"
    answer.assessment.save()
    for headers in ({}, SCRIPT):
        page = sign_in(cast.con).post(address(answer), {"upload": file()}, headers=headers)
        assert page.status_code == 422
        assert "This assessment is closed" in page.text
    assert (stored(), Evidence.objects.count()) == ([], 0)


def test_what_cannot_be_used_is_in_the_library_with_the_reason(cast, sign_in, answer, settings):
    settings.FILES_PER_ASSESSMENT = 0
    page = sign_in(cast.con).post(address(answer), {"upload": file()}, headers=SCRIPT)
    assert "is in the library but not used here. 0 files fit" in flat(page)
    assert (Evidence.objects.count(), Attachment.objects.count()) == (1, 0)


def test_same_file_in_the_library_is_named(cast, sign_in):
    con = sign_in(cast.con)
    first = con.post(URL, {"upload": file("a.pdf")}, headers=SCRIPT)
    assert "The same file" not in flat(first)
    again = con.post(URL, {"upload": file("b.pdf")}, headers=SCRIPT)
    kept = Evidence.objects.get(title="a.pdf")
    assert f'The same file is in the library as<a href="{kept.get_absolute_url()}">' in (
        flat(again).replace(" <a", "<a")
    )
    zoe = sign_in(cast.zoe)
    elsewhere = zoe.post("/o/other/evidence/add/", {"upload": file("c.pdf")}, headers=SCRIPT)
    assert elsewhere.status_code == 200
    assert "The same file" not in flat(elsewhere)
