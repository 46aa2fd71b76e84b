"""Text from people attacks the PDF: nothing is fetched, nothing runs, all stays text."""

import re
import socket
import threading
import unicodedata
from dataclasses import replace

import pikepdf
import pypdf
import pytest
from django.urls import reverse

from compliance.ground.web.mail import absolute
from compliance.reporting.reports import split
from compliance.reporting.reports.html import html_of, pieces_of, stylesheet
from compliance.reporting.reports.pdf_engine import render
from compliance.work.snapshots.content import Remark
from tests.reporting.reports.attacks import ALL, PORT
from tests.reporting.reports.papers import AT, make_content, make_line, make_paper, make_proof

pytestmark = pytest.mark.slow
NAMES = ("/JavaScript", "/JS", "/Launch", "/SubmitForm", "/EmbeddedFile", "/AA", "/URI")
ACTIONS = ("/OpenAction", "/AcroForm")


@pytest.fixture(scope="module")
def listener():
    """A port that notes who comes; what came."""
    came = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        over = threading.Event()

        def listen():
            while not over.is_set():
                try:
                    connection, _ = server.accept()
                except TimeoutError:
                    continue
                came.append(connection.recv(1000))
                connection.close()

        thread = threading.Thread(target=listen)
        thread.start()
        yield server.getsockname()[1], came
        over.set()
        thread.join()


@pytest.fixture(scope="module")
def texts(listener):
    return [text.replace(PORT, str(listener[0])) for text in ALL]


def paper_of(texts):
    """Each text in every field that people fill in."""
    lines, proofs = [], []
    for number, text in enumerate(texts, 1):
        proof = make_proof(number, title=text, file_name=text, url=text, used_in=(text,))
        proofs.append(proof)
        lines.append(
            make_line(
                f"H{number}", title=text, text=text, cites=text, note=text, value=text,
                reason=text, owner=text, applicability=text, changed_by=text,
                taken_from=text, proofs=(proof,), remarks=(Remark(text, AT, text),),
                verdict="na" if number % 2 else "not_met",
            )
        )  # fmt: skip
    content = make_content(lines, proofs, facts=tuple((t, t) for t in texts))
    odd = "5 0 R) /JS (x <b>"
    section = replace(content.sections[0], title=odd)
    return make_paper(replace(content, sections=(section,), subject=odd, checklist=odd, organisation=odd))


@pytest.fixture(scope="module", params=["whole", "in pieces"])
def made(request, texts, tmp_path_factory):
    path = tmp_path_factory.mktemp("attack") / "x.pdf"
    paper = paper_of(texts)
    with pytest.MonkeyPatch.context() as patched:
        if request.param == "in pieces":
            patched.setattr(split, "WHOLE", 0)
            patched.setattr(split, "PIECE", 60_000)
            pieces = pieces_of(paper)
            assert len(pieces) > 3
        else:
            pieces = [html_of(paper)]
    render(pieces, stylesheet(), path, lambda *step: None)
    return path


def squeezed(text):
    return "".join(c for c in text if unicodedata.category(c)[0] not in "ZC")


def test_nothing_is_fetched(made, listener):
    assert listener[1] == []


def test_all_of_it_reads_back_as_text(made, texts):
    read = squeezed("".join(p.extract_text() for p in pypdf.PdfReader(made).pages))
    missing = [text for text in texts if squeezed(text)[:60] not in read]
    assert [text for text in missing if "\u202e" not in text] == []


def test_nothing_runs_and_only_our_own_link_leads_outside(made):
    """The one to the page that checks reports."""
    with pikepdf.open(made) as pdf:
        for item in pdf.objects:
            if isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
                assert not set(NAMES) & set(item.keys())
                assert str(item.get("/S", "")) not in NAMES
                assert str(item.get("/Type", "")) not in NAMES
        assert not set(ACTIONS) & set(pdf.Root.keys())
        links = [a for page in pdf.pages for a in page.obj.get("/Annots", [])]
        targets = {str(name) for name in pikepdf.NameTree(pdf.Root.Names.Dests)}
        inside = [link for link in links if "/Dest" in link]
        outside = {str(link.A.URI) for link in links if "/Dest" not in link}
        assert inside
        assert {str(link.Dest) for link in inside} <= targets
        assert outside == {absolute(reverse("verify"))}
        assert not any(re.search("forged|summary$", name) for name in targets - {"summary"})


def test_names_that_look_like_syntax_stay_names(made):
    odd = "5 0 R) /JS (x <b>"
    with pikepdf.open(made) as pdf:
        assert pdf.check_pdf_syntax() == []
        assert str(pdf.docinfo["/Title"]).startswith(odd)
        with pdf.open_metadata() as metadata:
            assert metadata["dc:title"].startswith(odd)
            assert metadata["pdfuaid:part"] == "1"
    titles = [str(entry) for entry in pypdf.PdfReader(made).outline]
    assert any(odd in title for title in titles)
