import errno
import os
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from compliance.models import Event, Evidence
from tests.content.evidence.samples import PDF, REFUSED, flat

URL = "/o/acme/evidence/add/"
DATES = {
    "document_on": "2026-01-12",
    "covers_from": "2026-01-01",
    "covers_to": "2026-11-30",
    "expires_on": "2026-12-01",
}


def file(name="policy.pdf", content=PDF):
    return SimpleUploadedFile(name, content)


def test_file_is_added_with_its_dates(cast, sign_in):
    con = sign_in(cast.con)
    reply = con.post(URL, {"upload": file(), "title": "Policy", **DATES})
    evidence = Evidence.objects.get()
    assert (reply.status_code, reply.url) == (302, evidence.get_absolute_url())
    assert (evidence.title, evidence.organisation, evidence.added_by) == (
        "Policy",
        cast.acme,
        cast.con,
    )
    assert (evidence.covers_from, evidence.covers_to) == (
        date(2026, 1, 1),
        date(2026, 11, 30),
    )
    assert "“Policy” is in the library." in con.get(reply.url).text


def test_link_is_added(cast, sign_in):
    sign_in(cast.con).post(URL, {"url": "https://wiki/policy", "title": "Wiki"})
    evidence = Evidence.objects.get()
    assert (evidence.url, evidence.title) == ("https://wiki/policy", "Wiki")


def test_file_without_title_takes_its_name(cast, sign_in):
    sign_in(cast.con).post(URL, {"upload": file("Größe 2026.pdf")})
    assert Evidence.objects.get().title == "Größe 2026.pdf"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "Choose a file or give a link."),
        ({"url": "https://e.eu", "title": ""}, "Give the link a title."),
        ({"url": "javascript:alert(1)"}, "Begin the link with https:// or http://."),
        ({"url": "https://e.eu/" + "a" * 1000}, "1,000 fit."),
        ({"covers_to": "2025-12-31"}, "The period ends before it begins."),
        ({"expires_on": "31.12.2026"}, "Write the date as 2026-12-31."),
        ({"expires_on": "0206-12-31"}, "Check the year"),
        ({"title": "a\u202eb"}, "turns the writing direction"),
        ({"title": "a\x00b"}, "control character"),
        ({"title": "x" * 201}, "200 fit."),
    ],
)
def test_refused_form_says_why_and_keeps_what_was_typed(cast, sign_in, stored, fields, words):
    typed = {"title": "Typed & kept", **DATES, **fields}
    page = sign_in(cast.con).post(URL, typed)
    assert page.status_code == 422
    assert words in page.text
    assert 'value="2026-01-12"' in page.text
    assert (stored(), Evidence.objects.count(), Event.objects.count()) == ([], 0, 0)


def test_file_and_link_together_are_refused(cast, sign_in, stored):
    form = {"upload": file(), "url": "https://e.eu", "title": "A"}
    page = sign_in(cast.con).post(URL, form)
    assert (page.status_code, stored()) == (422, [])
    assert "one after the other" in page.text


@pytest.mark.parametrize(("name", "content"), REFUSED.values(), ids=REFUSED)
def test_hostile_file_is_refused_with_words(cast, sign_in, stored, name, content):
    form = {"upload": file(name, content), "title": "Typed & kept"}
    page = sign_in(cast.con).post(URL, form)
    assert page.status_code == 422
    assert 'value="Typed &amp; kept"' in page.text
    assert 'id="id_upload_error"' in page.text
    assert (stored(), Evidence.objects.count()) == ([], 0)


def test_name_that_is_too_long_to_read_is_refused_with_words(cast, sign_in, stored):
    body = (
        '--x\r\nContent-Disposition: form-data; name="upload"; filename="'
        f'{"a" * 5_000}.pdf"\r\n\r\nx\r\n--x--\r\n'
    )
    kind = "multipart/form-data; boundary=x"
    page = sign_in(cast.con).post(URL, body.encode(), content_type=kind)
    assert page.status_code == 400
    assert "shorten the name" in page.text
    assert (stored(), Evidence.objects.count()) == ([], 0)


def test_file_over_the_limit_is_refused_with_words(cast, sign_in, settings, stored):
    settings.UPLOAD_BYTES = 20
    page = sign_in(cast.con).post(URL, {"upload": file(), "title": "Typed"})
    assert (page.status_code, stored()) == (422, [])
    assert "MB fit. Split it, or add a link." in page.text
    assert 'value="Typed"' in page.text


def test_full_disk_is_507_and_leaves_nothing(cast, sign_in, monkeypatch, stored):
    def refuse(fd):
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(os, "fsync", refuse)
    page = sign_in(cast.con).post(URL, {"upload": file(), "title": "Typed"})
    monkeypatch.undo()
    assert (page.status_code, stored(), Evidence.objects.count()) == (507, [], 0)
    assert "The disk is full: the file was not stored." in page.text
    assert 'value="Typed"' in page.text


def test_same_file_again_is_named_with_a_link(cast, sign_in, make_file):
    first = make_file(title="First & only")
    theirs = make_file(title="Theirs", organisation=cast.other)
    page = sign_in(cast.con).post(URL, {"upload": file()}, follow=True)
    assert "This file is in the library already as" in page.text
    link = f'<a href="{first.get_absolute_url()}"><bdi class="whole">First &amp; only</bdi></a>'
    assert link in flat(page)
    assert theirs.title not in page.text
    assert "already as" not in sign_in(cast.zoe).get(theirs.get_absolute_url()).text


@pytest.mark.parametrize("name", ["rob", "rev", "aud"])
def test_who_may_not_answer_may_not_add(cast, sign_in, stored, name):
    client = sign_in(getattr(cast, name))
    assert client.get(URL).status_code == 403
    assert client.post(URL, {"upload": file()}).status_code == 403
    assert (stored(), Evidence.objects.count()) == ([], 0)


@pytest.mark.parametrize("what", ["file", "link"])
def test_form_that_is_sent_twice_adds_once(cast, sign_in, what):
    con = sign_in(cast.con)

    def send(**form):
        given = {"upload": file()} if what == "file" else {"url": "https://wiki/policy"}
        form = given | {"title": "Policy", "sending": "17-1"} | DATES | form
        return con.post(URL, form)

    first, again = send(), send()
    evidence = Evidence.objects.get()
    assert (first.url, again.url) == (evidence.get_absolute_url(),) * 2
    assert Event.objects.count() == 1
    send(title="Other")
    send(sending="17-2")
    send(sending="")
    assert Evidence.objects.count() == 4


def test_files_that_are_sent_twice_together_are_each_added_once(cast, sign_in):
    con = sign_in(cast.con)
    for _ in range(2):
        files = [file("a.pdf"), file("b.pdf", PDF + b"% b")]
        reply = con.post(URL, {"upload": files, "sending": "17-1"}, follow=True)
        assert "2 files are in the library." in reply.text
    assert Evidence.objects.count() == 2
