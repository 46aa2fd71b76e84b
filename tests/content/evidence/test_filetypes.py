import io
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.content.evidence.filetypes import (
    RefusedError,
    label_of,
    recognise,
    served_as,
)
from tests.content.evidence.samples import KEPT, PDF, PNG, REFUSED, packed


@pytest.mark.parametrize(("name", "content", "media_type"), KEPT, ids=[k[0] for k in KEPT])
def test_kept_kind_gets_our_media_type(name, content, media_type):
    file = io.BytesIO(content)
    assert recognise(name, file).media_type == media_type
    assert (file.tell(), served_as(media_type)) == (0, media_type)


@pytest.mark.parametrize(("name", "content"), REFUSED.values(), ids=REFUSED)
def test_hostile_content_is_refused_with_words(name, content):
    with pytest.raises(RefusedError) as refused:
        recognise(name, io.BytesIO(content))
    words = str(refused.value)
    assert 10 < len(words) <= 300
    assert words.endswith(".")


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("a.exe", PDF, "application/pdf"),
        ("a.html", PNG, "image/png"),
        ("a.svg", packed("a"), "application/zip"),
        ("a.docx", packed("a"), "application/zip"),
        ("a.txt", b"\r\n%PDF-1.4", "application/pdf"),
    ],
)
def test_bytes_decide_and_not_the_name(name, content, media_type):
    assert recognise(name, io.BytesIO(content)).media_type == media_type


@given(st.sampled_from(["a.txt", "a.zip", "a.eml", "a.docx"]), st.binary(max_size=300))
def test_any_bytes_are_kept_or_refused(name, content):
    for head in (b"", b"PK\x03\x04", packed("a")[:40]):
        try:
            kind = recognise(name, io.BytesIO(head + content))
        except RefusedError:
            continue
        assert kind.label == label_of(kind.media_type) or kind.label == "Text"


def test_unknown_media_type_is_sent_as_mere_bytes():
    assert served_as("text/html") == "application/octet-stream"
    assert label_of("text/html") == "File"


def test_huge_table_of_contents_is_refused_at_once():
    data = packed("a") + b"PK\x01\x02" * 2_000_000
    end = b"PK\x05\x06" + b"\0" * 4 + b"\xff\xff" * 2 + b"\0\0\x7a\0" + b"\0" * 6
    began = time.perf_counter()
    with pytest.raises(RefusedError):
        recognise("a.zip", io.BytesIO(data + end))
    assert time.perf_counter() - began < 1
