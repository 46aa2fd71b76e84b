"""A request is answered with a file: found in the library, or added on the spot."""

import re
from datetime import date

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.html import escape

from compliance.assurance.seats import actions, forms
from compliance.assurance.seats.models import RequestMessage
from compliance.content.evidence.safe_names import clean_name
from compliance.identity.organisations import rate_limits
from compliance.models import Event, Evidence
from tests.content.evidence.samples import NAMES, PDF, REFUSED
from tests.support import factories
from tests.support.auditor_seats import ask, give, make_proof
from tests.support.page_text import flat

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    """The folder of stored files, and no mail counted yet."""
    cache.clear()
    settings.MEDIA_ROOT = tmp_path / "files"
    return settings.MEDIA_ROOT


@pytest.fixture
def asked(cast):
    assessment = factories.make_assessment(cast.acme, cast.ada)
    return ask(cast.aud, give(cast, assessment))


@pytest.fixture
def path(asked):
    return f"/o/acme/requests/{asked.pk}/"


@pytest.fixture
def otto_sends(cast, sign_in, path):
    """``otto_sends(**form)``: the reply to what Otto types into the page."""
    otto = sign_in(cast.otto)
    return lambda **form: otto.post(path, form)


@pytest.fixture
def auditor_reads(cast, sign_in, asked):
    """``auditor_reads()``: the request as Aud sees it."""
    address = f"/o/acme/audit/{asked.seat_id}/requests/{asked.pk}/"
    return lambda: sign_in(cast.aud).get(address).text


def file(name="list.pdf", content=PDF):
    return SimpleUploadedFile(name, content)


def kept(files):
    return [one for one in files.rglob("*") if one.is_file()]


def make_library(cast, count):
    Evidence.objects.bulk_create(
        Evidence(
            organisation=cast.acme,
            title=f"Minutes {number}",
            file_name="m.txt",
            sha256=f"{number:064x}",
            size_bytes=1,
            added_by=cast.ada,
        )
        for number in range(count)
    )


def offered(page):
    """The evidence that the list offers, by title."""
    return re.findall(r"<option[^>]*>([^<]*)</option>", page.text)


def test_answer_with_a_new_file_that_is_sent_twice_goes_once(cast, sign_in, asked, path):
    otto = sign_in(cast.otto)
    for _ in range(2):
        form = {"text": "Here.", "upload": file(), "sending": "17-1"}
        assert otto.post(path, form).status_code == 302
    assert (Evidence.objects.count(), asked.messages.count()) == (1, 1)


def test_new_file_becomes_evidence_and_goes_to_the_auditor(cast, sign_in, asked, path, files):
    reply = sign_in(cast.otto).post(path, {"text": "Here.", "upload": file()})
    assert (reply.status_code, reply.url) == (302, path)
    evidence = Evidence.objects.get()
    assert (evidence.title, evidence.organisation, evidence.added_by) == (
        "list.pdf",
        cast.acme,
        cast.otto,
    )
    events = list(Event.objects.order_by("seq").values_list("action", flat=True)[1:])
    assert events[-2:] == ["evidence.added", "request.answered"]
    taken = f"/o/acme/audit/{asked.seat_id}/evidence/{evidence.pk}/file/"
    assert sign_in(cast.aud).get(taken).getvalue() == PDF


@pytest.mark.parametrize("sample", REFUSED.values(), ids=REFUSED)
def test_refused_file_keeps_the_text_and_sends_nothing(cast, sign_in, path, files, sample):
    form = {"text": "Here it is.", "upload": file(*sample)}
    page = sign_in(cast.otto).post(path, form)
    assert page.status_code == 422
    assert "Here it is." in page.text
    assert (Evidence.objects.count(), RequestMessage.objects.count()) == (0, 0)
    assert kept(files) == []


@pytest.mark.parametrize("raw", [n for n in NAMES if n], ids=ascii)
def test_hostile_name_is_refused_or_kept_harmless(otto_sends, files, auditor_reads, raw):
    clean = NAMES[raw]
    upload = SimpleUploadedFile("a", PDF if clean.endswith(".pdf") else b"words")
    upload.name = raw.encode(errors="replace").decode()
    reply = otto_sends(text="Here.", upload=upload)
    names = [clean_name(one.file_name) for one in Evidence.objects.all()]
    assert names == list(Evidence.objects.values_list("file_name", flat=True))
    assert (reply.status_code, len(kept(files))) in {(302, len(names)), (422, 0)}
    if clean == raw and raw.isprintable() and clean.endswith((".pdf", ".txt")):
        assert names == [clean]
    page = auditor_reads()
    assert all(escape(name) in page for name in names)
    for text in (reply.text, page):
        assert "<script>alert" not in text
        assert "<img" not in text


@pytest.mark.parametrize(
    ("limits", "status"),
    [
        ({"UPLOADS_PER_HOUR": 0}, 429),
        ({"ORGANISATION_BYTES": 3}, 422),
        ({"UPLOAD_BYTES": 3}, 422),
    ],
)
def test_limits_hold_here_too(otto_sends, settings, files, limits, status):
    for name, value in limits.items():
        setattr(settings, name, value)
    assert otto_sends(text="Here.", upload=file()).status_code == status
    assert (Evidence.objects.count(), RequestMessage.objects.count()) == (0, 0)
    assert kept(files) == []


def test_too_many_mails_keep_no_file(cast, sign_in, path, monkeypatch, files):
    monkeypatch.setattr(rate_limits, "may_send", lambda request: False)
    page = sign_in(cast.otto).post(path, {"text": "Here.", "upload": file()})
    assert page.status_code == 429
    assert kept(files) == []


def test_closed_request_keeps_no_file_and_gives_the_text_back(cast, sign_in, asked, path, files):
    actions.close(by=cast.otto, request=asked)
    page = sign_in(cast.otto).post(path, {"text": "Typed.", "upload": file()})
    assert page.status_code == 422
    assert "This request is closed." in page.text
    assert re.search(r"<textarea[^>]*readonly[^>]*>Typed\.</textarea>", page.text)
    assert kept(files) == []


def test_file_that_was_kept_but_not_sent_is_named(cast, sign_in, path, monkeypatch):
    def closed(**_):
        raise forms.forms.ValidationError(actions.CLOSED)

    monkeypatch.setattr(actions, "reply", closed)
    page = sign_in(cast.otto).post(path, {"text": "Here.", "upload": file()})
    assert page.status_code == 422
    assert "“list.pdf” is in the library, but was not sent." in flat(page.text)
    assert Evidence.objects.count() == 1


def test_one_file_goes_with_an_answer(cast, sign_in, path, files):
    proof = make_proof(cast.acme, cast.ada)
    form = {"text": "Here.", "evidence": proof.pk, "upload": file()}
    page = sign_in(cast.otto).post(path, form)
    assert page.status_code == 422
    assert "not both" in page.text
    assert Evidence.objects.count() == 1


def test_search_finds_what_is_older_and_keeps_what_was_typed(cast, sign_in, path, monkeypatch):
    monkeypatch.setattr(forms, "MOST_OFFERED", 3)
    old = make_proof(cast.acme, cast.ada)
    make_library(cast, 5)
    otto = sign_in(cast.otto)
    assert "Policy" not in offered(otto.get(path))
    form = {"text": "Dear <b>auditor</b>", "q": "pOLi", "search": "1"}
    page = otto.post(path, form)
    assert page.status_code == 200
    assert offered(page) == ["None", "Policy"]
    assert "1 file found by “<bdi>pOLi</bdi>”" in flat(page.text)
    assert "Dear &lt;b&gt;auditor&lt;/b&gt;</textarea>" in page.text
    assert RequestMessage.objects.count() == 0
    sent = {"text": "Here.", "q": "pOLi", "evidence": old.pk}
    assert otto.post(path, sent).status_code == 302
    assert RequestMessage.objects.get().evidence == old


def test_what_was_chosen_stays_chosen_after_a_search(cast, sign_in, path):
    chosen = make_proof(cast.acme, cast.ada)
    make_library(cast, 2)
    form = {"q": "Minutes", "search": "1", "evidence": chosen.pk}
    page = sign_in(cast.otto).post(path, form)
    assert set(offered(page)) == {"None", "Policy", "Minutes 0", "Minutes 1"}
    assert f'<option value="{chosen.pk}" selected>' in page.text


def test_search_with_a_new_file_says_that_it_is_not_kept(cast, sign_in, path, files):
    form = {"text": "Here.", "q": "x", "search": "1", "upload": file()}
    page = sign_in(cast.otto).post(path, form)
    assert "A search drops the new file." in page.text
    assert kept(files) == []


@pytest.mark.parametrize("query", ['"><script>alert(1)</script>', "\x00", "%", "'; --", "x" * 5000, "\u202e"])
def test_hostile_search_finds_nothing_and_stays_text(cast, sign_in, path, query):
    make_proof(cast.acme, cast.ada)
    page = sign_in(cast.otto).post(path, {"q": query, "search": "1"})
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert offered(page) == (["None", "Policy"] if query == "\x00" else ["None"])


def test_search_shows_nothing_of_others_and_no_links_or_old_versions(cast, sign_in, path):
    make_proof(cast.other, cast.zoe)
    factories.make_link(cast.acme, cast.con, title="Policy page")
    old = make_proof(cast.acme, cast.ada)
    Evidence.objects.create(
        organisation=cast.acme,
        title="Policy, new",
        file_name="p.txt",
        sha256="f" * 64,
        size_bytes=1,
        added_by=cast.ada,
        replaces=old,
        document_on=date(2026, 1, 1),
    )
    page = sign_in(cast.otto).post(path, {"q": "policy", "search": "1"})
    assert offered(page) == ["None", "Policy, new"]


@pytest.mark.parametrize("name", ["con", "rev", "rob", "aud", "zoe"])
def test_who_may_not_answer_adds_no_file(cast, sign_in, path, files, name):
    client = sign_in(getattr(cast, name))
    reply = client.post(path, {"text": "Here.", "upload": file()})
    assert reply.status_code == (404 if name == "zoe" else 403)
    assert kept(files) == []
