"""The organisation's own look of its reports: set, refused, printed."""

import base64
import io
import re
from dataclasses import replace

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from compliance.models import Letterhead
from compliance.proof.audit import trail, verification
from compliance.proof.audit.models import Event
from compliance.reporting.letterhead.actions import letterhead_of, logo_of, set_letterhead
from compliance.reporting.letterhead.colours import contrast
from compliance.reporting.letterhead.logo_parsing import HEIGHT, WIDTH
from compliance.reporting.reports.choices import ReportKind
from compliance.reporting.reports.html import html_of, pieces_of, stylesheet_of
from compliance.reporting.reports.kinds import ReportOptions
from compliance.reporting.reports.paper import Look
from compliance.reporting.reports.pdf_engine import render
from compliance.reporting.reports.queries import read
from tests.reporting.reports.hostile import hostile
from tests.reporting.reports.looked_at import faults
from tests.reporting.reports.papers import HOSTILE, make_paper
from tests.support.factories import make_assessment

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def picture(form="PNG", size=(900, 300), mode="RGBA", **fields):
    out = io.BytesIO()
    Image.new(mode, size, (200, 30, 30, 90)[: len(mode)]).save(out, form, **fields)
    return out.getvalue()


def url():
    return reverse("letterhead:letterhead", args=["acme"])


def sent(cast, **fields):
    base = letterhead_of(cast.acme).version
    values = {"colour": "#14532d", "mark": "Internal", "footer": "Acme AG, Bern"}
    return values | {"base": base} | fields


def opened(logo):
    return Image.open(io.BytesIO(base64.b64decode(logo)))


def test_contrast_is_that_of_wcag():
    assert contrast("#000000") == 21
    assert contrast("#ffffff") == 1
    assert contrast("#767676") == pytest.approx(4.54, abs=0.01)
    assert contrast("#777777") == pytest.approx(4.48, abs=0.01)


def test_letterhead_is_set_with_one_event(cast, sign_in):
    client = sign_in(cast.otto)
    file = SimpleUploadedFile("logo.png", picture())
    reply = client.post(url(), sent(cast, picture=file))
    assert reply.status_code == 302
    kept = Letterhead.objects.get()
    assert (kept.colour, kept.mark, kept.footer) == (
        "#14532d",
        "Internal",
        "Acme AG, Bern",
    )
    event = Event.objects.get(action="letterhead.set")
    before, after = trail.changes(event)
    assert (before["colour"], after["colour"]) == ("#1b2b45", "#14532d")
    assert after["logo"] == kept.event_fields["logo"] != ""
    assert verification.verify(cast.acme.pk) is None
    assert client.post(url(), sent(cast)).status_code == 302
    assert Event.objects.filter(action="letterhead.set").count() == 1
    assert Letterhead.objects.get().logo == kept.logo
    client.post(url(), sent(cast, remove="on"))
    assert Letterhead.objects.get().logo == ""


def test_page_belongs_to_reports(cast, sign_in):
    page = sign_in(cast.otto).get(url()).text
    assert re.search(r'"/o/acme/reports/"\s+aria-current="page"', page)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"colour": "#9aa5b5"}, "4.5 to 1 is needed"),
        ({"colour": "#777777"}, "a contrast of 4.4 to 1; 4.5 to 1 is needed"),
        ({"colour": "red"}, "Give a colour as #1b2b45"),
        ({"colour": "#fff;} body{"}, "at most 7 characters"),
        ({"mark": "x" * 41}, "at most 40 characters"),
        ({"footer": "two\nlines"}, ""),
    ],
)
def test_values_that_do_not_fit_are_refused_and_kept(cast, sign_in, fields, words):
    reply = sign_in(cast.otto).post(url(), sent(cast, **fields))
    assert reply.status_code == 422
    assert words in reply.text
    assert 'role="alert" tabindex="-1" autofocus' in reply.text
    assert "Not saved yet" in reply.text
    assert "Acme AG, Bern" in reply.text or "footer" in fields
    assert not Letterhead.objects.exists()


@pytest.mark.parametrize(
    "content",
    [
        SVG,
        b"",
        b"GIF89a" + b"\0" * 50,
        picture()[:60],
        picture("GIF", mode="RGB"),
        b"\x89PNG\r\n\x1a\n" + b"\0" * 200,
        picture(size=(9000, 9000), mode="1"),
    ],
    ids=["svg", "empty", "cut gif", "cut png", "gif", "no png", "large"],
)
def test_what_is_no_picture_is_refused_in_words(cast, sign_in, content):
    file = SimpleUploadedFile("logo.png", content)
    reply = sign_in(cast.otto).post(url(), sent(cast, picture=file))
    assert reply.status_code == 422
    assert "Choose a" in reply.text
    assert not Letterhead.objects.exists()


def test_file_of_more_than_a_megabyte_is_not_read(cast, sign_in):
    file = SimpleUploadedFile("logo.png", b"\0" * (1024 * 1024 + 1))
    reply = sign_in(cast.otto).post(url(), sent(cast, picture=file))
    assert reply.status_code == 422
    assert "larger than 1 MB" in reply.text


def test_picture_is_written_anew_without_what_came_with_it():
    photo = picture("JPEG", mode="RGB", exif=b"Exif\0\0MM\0*secret place", comment=b"secret")
    for content in (picture(), photo):
        found = opened(logo_of([content]))
        assert (found.format, found.mode) == ("PNG", "RGB")
        assert found.width <= WIDTH
        assert found.height <= HEIGHT
        assert found.info == {}
    assert b"secret" not in base64.b64decode(logo_of([photo]))


def test_grey_picture_of_sixteen_bits_is_not_white():
    """As drawing programs write a logo in shades of grey."""
    out = io.BytesIO()
    Image.new("I;16", (60, 20), 0x9C00).save(out, "PNG")
    assert opened(logo_of([out.getvalue()])).getpixel((5, 5)) == (0x9C, 0x9C, 0x9C)


def test_photo_of_a_logo_stands_upright():
    """A camera writes the turn beside the picture (Exif 2.32, Orientation)."""
    exif = Image.Exif()
    exif[0x0112] = 6
    found = opened(logo_of([picture("JPEG", (90, 30), "RGB", exif=exif.tobytes())]))
    assert found.size == (30, 90)


def test_two_people_at_once_see_each_other(cast, sign_in):
    old = sent(cast)
    set_letterhead(
        by=cast.ada,
        organisation=cast.acme,
        colour="#7c2d12",
        mark="Secret",
        footer="",
        logo=None,
        base=old["base"],
    )
    client = sign_in(cast.otto)
    reply = client.post(url(), old)
    assert reply.status_code == 409
    assert "Someone else has changed this in the meantime." in reply.text
    assert "Secret" in reply.text
    assert 'value="Internal"' in reply.text
    assert client.post(url(), sent(cast)).status_code == 302
    assert Letterhead.objects.get().mark == "Internal"


@pytest.mark.parametrize(("fields", "status"), [({"colour": "red"}, 422), ({"base": "old"}, 409)])
def test_refused_form_says_that_the_picture_is_to_be_chosen_again(cast, sign_in, fields, status):
    """No browser fills a file in again; saved without it, the logo would be missing."""
    file = SimpleUploadedFile("logo.png", picture())
    reply = sign_in(cast.otto).post(url(), sent(cast, picture=file, **fields))
    assert reply.status_code == status
    said = "The picture is not saved yet. Choose it again."
    assert reply.text.count(said) == 2, "above the form and at its field"
    reply = sign_in(cast.otto).post(url(), sent(cast, **fields))
    assert "Choose it again" not in reply.text


def test_action_itself_refuses_a_pale_colour(cast):
    with pytest.raises(ValidationError, match="needed"):
        set_letterhead(
            by=cast.ada,
            organisation=cast.acme,
            colour="#ffff00",
            mark="",
            footer="",
            logo=None,
            base=letterhead_of(cast.acme).version,
        )
    assert not Event.objects.filter(action="letterhead.set").exists()


def test_look_of_one_organisation_is_not_that_of_another(cast):
    Letterhead.objects.create(organisation=cast.other, mark="Theirs")
    paper = read(make_assessment(cast.acme, cast.ada).pk, 1)
    assert paper.look == Look()
    Letterhead.objects.create(organisation=cast.acme, mark="Ours", footer=HOSTILE[0])
    paper = read(paper.assessment_id, 2)
    html = html_of(paper)
    assert 'data-mark="Ours · DRAFT, not signed"' in html
    assert "<script>" not in html
    assert "#1b2b45; }" in stylesheet_of(paper)


@pytest.mark.slow
@pytest.mark.parametrize("kind", [ReportKind.PROFILE, ReportKind.BOARD])
def test_report_with_a_logo_keeps_both_claims(kind, tmp_path):
    look = Look("#14532d", "W" * 40, "Wort\xa0" * 32, logo_of([picture()]))
    path = tmp_path / "report.pdf"
    for plain in (make_paper(wanted=ReportOptions(kind)), hostile(kind)):
        paper = replace(plain, look=look)
        made = render(pieces_of(paper), stylesheet_of(paper), path, lambda *step: None)
        assert faults(path) == []
        assert made.pages <= 2 or kind != ReportKind.BOARD


def test_form_that_is_sent_again_after_a_lost_reply_blames_nobody(cast, sign_in):
    client, form = sign_in(cast.otto), sent(cast)
    replies = [client.post(url(), form).status_code for _ in range(2)]
    assert replies == [302, 302]
