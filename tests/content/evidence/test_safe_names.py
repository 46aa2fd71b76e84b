import pytest
from django.utils.http import content_disposition_header
from hypothesis import given
from hypothesis import strategies as st

from compliance.content.evidence.safe_names import (
    clean_name,
    ending_of,
    link_fault,
    with_ending,
)
from compliance.ground.web.text import validate_line
from tests.content.evidence.samples import NAMES


@pytest.mark.parametrize(("raw", "clean"), NAMES.items(), ids=ascii)
def test_hostile_name_becomes_harmless(raw, clean):
    assert clean_name(raw) == clean


@pytest.mark.parametrize("raw", ["\u3164", "\u2800.\u115f", "\uffa0\u1160"])
def test_name_without_ink_is_file(raw):
    assert clean_name(raw) == "file"


@given(st.text(st.characters(), max_size=400))
def test_every_name_can_be_shown_sent_and_cleaned_again(raw):
    name = clean_name(raw)
    validate_line(name)
    assert 0 < len(name.encode()) <= 181
    assert content_disposition_header(True, name)
    assert not set(name) & set('/\\:*?"<>|\0\r\n')
    assert name.strip(". ") == name
    assert len(with_ending(name, ("pdf",))) <= 200


@pytest.mark.parametrize(
    ("name", "ending"),
    [
        ("a.PDF", "pdf"),
        ("a.b.tar", "tar"),
        ("v2.1", ""),
        ("Dr. No", ""),
        ("a", ""),
        ("a.7z", "7z"),
        ("a.waytoolongtobeone", ""),
    ],
)
def test_ending_is_known_from_other_dots(name, ending):
    assert ending_of(name) == ending


@pytest.mark.parametrize(
    ("name", "endings", "safe"),
    [
        ("a.pdf", ("pdf",), "a.pdf"),
        ("a.JPEG", ("jpg", "jpeg"), "a.JPEG"),
        ("report.pdf.exe", ("pdf",), "report.pdf.exe.pdf"),
        ("scan", ("pdf",), "scan.pdf"),
        ("x" * 180, ("docx",), "x" * 175 + ".docx"),
    ],
)
def test_name_ends_as_its_content_does(name, endings, safe):
    assert with_ending(name, endings) == safe


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/policy",
        "http://wiki/page?id=1#top",
        "https://[2001:db8::1]:8443/a",
        "HTTPS://EXAMPLE.ORG",
        "https://пример.рф/документ",
        "https://example.org/a(b)%20c@d",
    ],
)
def test_link_is_kept(url):
    assert link_fault(url) == ""


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)//https://x",
        " javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "file:///etc/passwd",
        "ftp://example.org/a",
        "//example.org/a",
        "example.org",
        "https://",
        "https:///a",
        "https://?q",
        "https://.",
        "https://user:secret@example.org/",
        "https://example.org@evil.example/",
        "https://example.org:99999/",
        "https://[::1/",
        "https://example.org/a b",
        "https://example.org/\njavascript:x",
        "https://example.org/\x00",
        "https://example.org\\@evil.example/",
        'https://example.org/"onclick="x',
        "https://example.org/<script>",
        "https://example.org/\u202egnp.exe",
    ],
)
def test_link_is_refused_with_words(url):
    assert link_fault(url).endswith(".")
