import io

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from compliance.content.evidence.filetypes import RefusedError, recognise
from compliance.content.evidence.image_size import refuse_huge, size_of
from compliance.models import Event, Evidence
from tests.content.evidence.samples import CUT, HUGE, gif, jpeg, png, webp


@pytest.mark.parametrize(
    ("media_type", "content"),
    [
        ("image/png", png(640, 480)),
        ("image/jpeg", jpeg(640, 480)),
        ("image/jpeg", jpeg(640, 480, before=b"\xff\xff\xff\x01\xff\xd0")),
        ("image/gif", gif(640, 480)),
        ("image/webp", webp(640, 480)),
        ("image/webp", webp(640, 480, b"VP8L")),
        ("image/webp", webp(640, 480, b"VP8X")),
    ],
)
def test_size_is_read_from_the_header(media_type, content):
    assert size_of(media_type, io.BytesIO(content)) == (640, 480)


@pytest.mark.parametrize("content", HUGE.values(), ids=HUGE)
def test_huge_picture_is_refused_and_leaves_nothing(make_file, stored, content):
    with pytest.raises(ValidationError, match="25 million fit"):
        make_file("a.png", content)
    assert (stored(), Evidence.objects.count(), Event.objects.count()) == ([], 0, 0)


@pytest.mark.parametrize("content", CUT.values(), ids=CUT)
def test_picture_without_a_size_is_refused(make_file, stored, content):
    with pytest.raises(ValidationError, match="its size cannot be read"):
        make_file("a.png", content)
    assert stored() == []


def test_limit_is_a_setting_and_the_picture_at_it_is_kept(make_file, settings):
    settings.PICTURE_PIXELS = 12
    make_file("a.png", png(4, 3))
    with pytest.raises(ValidationError, match="4 by 4 pixels"):
        make_file("b.png", png(4, 4))


@given(st.sampled_from([png(), jpeg(), gif(), webp()]), st.binary(max_size=60))
def test_any_bytes_behind_a_signature_are_kept_or_refused(start, rest):
    for head in (start[:4], start[:8], start[:12], start):
        file = io.BytesIO(head + rest)
        try:
            refuse_huge(recognise("a.zip", file), file, 25_000_000)
        except RefusedError:
            continue
        assert file.tell() == 0
