"""Files drawn as pictures, in a process that files from outside may only harm."""

import hashlib
import io
import os
import subprocess
import time
from tempfile import TemporaryFile
from zipfile import ZipFile

import pikepdf
import pytest
import time_machine

from compliance.ground.pictures import drawing
from compliance.ground.pictures.drawing import UndrawnError
from compliance.ground.sandbox import process
from tests.support import picture_files

PDF = "application/pdf"


def ways(content):
    """Hash and opener of a file."""

    def opener():
        file = TemporaryFile()  # noqa: SIM115 (who drew it closes it)
        file.write(content)
        return file

    return hashlib.sha256(content).hexdigest(), opener


def pages(content, kind=PDF):
    sha256, opener = ways(content)
    return drawing.pages_of(sha256, kind, opener)


def test_every_page_is_drawn_with_its_chapter():
    content = picture_files.pdf("", "1 Summary", "", "2 Law", title="chapters")
    found = pages(content)
    assert [(one.number, one.chapter) for one in found.drawn] == [
        (1, ""), (2, "1 Summary"), (3, "1 Summary"), (4, "2 Law"),
    ]  # fmt: skip
    assert found.cut == 0
    sha256, opener = ways(content)
    first, second = (picture_files.opened(drawing.small(sha256, PDF, n, opener)) for n in (1, 2))
    assert first.width == drawing.SMALL * 2  # it stands for the whole
    assert second.width == drawing.SMALL
    assert picture_files.opened(drawing.large(sha256, PDF, 3, opener)).width == drawing.LARGE


def test_file_is_read_once_and_again_after_a_week():
    content = picture_files.pdf(title="once")
    sha256, opener = ways(content)
    assert drawing.kept_pages(sha256) is None
    asked = []

    def counted():
        asked.append(1)
        return opener()

    for _ in range(2):
        drawing.pages_of(sha256, PDF, counted)
    assert len(asked) == 1
    long_ago = time.time() - drawing.KEPT_SECONDS - 60
    for path in drawing.of_file(sha256):
        os.utime(path, (long_ago, long_ago))
    assert drawing.kept_pages(sha256) is None
    drawing.pages_of(sha256, PDF, counted)
    assert len(asked) == 2
    for path in drawing.of_file(sha256):
        os.utime(path, (long_ago, long_ago))
    pages(picture_files.pdf(title="another"))
    assert not list(drawing.of_file(sha256))


def test_beginning_is_the_first_page_alone():
    sha256, opener = ways(picture_files.pdf("", "1 Summary", title="beginning"))
    picture = picture_files.opened(drawing.beginning(sha256, PDF, opener))
    assert picture.width == drawing.SMALL * 2
    assert drawing.kept_pages(sha256) is None  # the other pages are drawn when asked for


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "WEBP"])
def test_photo_is_drawn_small(form):
    content = picture_files.photo(900, 600, form, colour="blue")
    sha256, opener = ways(content)
    kind = f"image/{form.lower()}"
    picture = picture_files.opened(drawing.small(sha256, kind, 1, opener))
    assert picture.size == (drawing.SMALL * 2, 427)


def test_scan_in_greys_of_sixteen_bits_is_not_white():
    content = picture_files.photo(900, 600, mode="I;16", colour=0x6400)
    sha256, opener = ways(content)
    picture = picture_files.opened(drawing.small(sha256, "image/png", 1, opener))
    shade = picture.convert("L").getpixel((9, 9))
    assert abs(shade - 0x64) < 4


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7\nnot one", PDF),
        (picture_files.pdf(title="cut")[:200], PDF),
        (b"", PDF),
        (picture_files.photo()[:40], "image/png"),
        (b"<svg onload='x'/>", "image/png"),
        (picture_files.photo(9000, 9000, mode="1", colour=1), "image/png"),
    ],
    ids=["words", "cut", "empty", "half", "svg", "huge"],
)
def test_file_that_is_none_has_no_picture(content, kind):
    assert pages(content, kind).drawn == ()
    sha256, opener = ways(content)
    with pytest.raises(UndrawnError):
        drawing.small(sha256, kind, 1, opener)


def test_page_as_long_as_a_street_is_drawn_small():
    sha256, opener = ways(picture_files.pdf(title="street", size=(3, 14_000)))
    picture = picture_files.opened(drawing.small(sha256, PDF, 1, opener))
    assert picture.height <= drawing.SMALL * 2 * 3
    assert picture.width >= 1


def test_locked_pdf_has_no_picture():
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(picture_files.pdf(title="locked"))) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(owner="o", user="u"))
    assert pages(out.getvalue()).count == 0


@pytest.mark.parametrize("harm", [0, 40, -30, "letter", "nothing in it"])
def test_kept_file_that_a_power_cut_left_by_half_is_drawn_again(harm):
    sha256, opener = ways(picture_files.pdf("", "1 Summary", title=f"torn {harm}"))
    whole = drawing.pages_of(sha256, PDF, opener)
    [path] = drawing.of_file(sha256)
    content = path.read_bytes()
    if harm == "letter":
        at = content.index(b"WEBP") + 20
        path.write_bytes(content[:at] + b"\0" * 9 + content[at + 9 :])
    elif harm == "nothing in it":
        with ZipFile(path, "w"):
            pass
    else:
        path.write_bytes(content[:harm])
    if harm != "letter":
        assert drawing.kept_pages(sha256) is None
    assert picture_files.opened(drawing.small(sha256, PDF, 1, opener)).width
    assert drawing.kept_pages(sha256) == whole


def count_tries(monkeypatch):
    tries, run = [], drawing.output_from

    def counted(*args, **kwargs):
        tries.append(1)
        return run(*args, **kwargs)

    monkeypatch.setattr(drawing, "output_from", counted)
    return tries


def test_file_that_takes_too_much_is_tried_again_after_hours(monkeypatch):
    tries = count_tries(monkeypatch)
    monkeypatch.setattr(drawing, "MEMORY_BYTES", 40 * 2**20)
    sha256, opener = ways(picture_files.pdf(title="too much"))
    said = set()
    for draw in (
        lambda: drawing.pages_of(sha256, PDF, opener),
        lambda: drawing.small(sha256, PDF, 1, opener),
        lambda: drawing.beginning(sha256, PDF, opener),
        lambda: drawing.large(sha256, PDF, 1, opener),
    ) * 2:
        with pytest.raises(UndrawnError) as error:
            draw()
        said.add(str(error.value))
    assert len(said) == 1
    assert "more than 40 MB of memory" in said.pop()
    assert len(tries) == 3  # all pages, the beginning, and the page to read
    assert drawing.kept_pages(sha256) is None
    monkeypatch.undo()
    soon = time.time() + drawing.FAILED_SECONDS - 60
    with time_machine.travel(soon), pytest.raises(UndrawnError):
        drawing.pages_of(sha256, PDF, opener)
    with time_machine.travel(time.time() + drawing.FAILED_SECONDS + 60):
        assert drawing.pages_of(sha256, PDF, opener).count == 1


@pytest.mark.parametrize("most", [4, 33, 36, 39])
def test_library_without_room_to_load_is_no_fault_of_attest(monkeypatch, most):
    monkeypatch.setattr(process, "subprocess", subprocess)  # one that has yet to load
    monkeypatch.setattr(drawing, "MEMORY_BYTES", most * 2**20)
    sha256, opener = ways(picture_files.pdf(title=f"within {most}"))
    with pytest.raises(UndrawnError, match=f"more than {most} MB of memory"):
        drawing.pages_of(sha256, PDF, opener)


def test_nobody_waits_while_others_are_drawn():
    sha256, opener = ways(picture_files.pdf(title="busy"))
    began = time.monotonic()
    with drawing.AT_ONCE, drawing.AT_ONCE, pytest.raises(drawing.BusyError):
        drawing.beginning(sha256, PDF, opener)
    assert time.monotonic() - began < 1
    assert not list(drawing.of_file(sha256))
    assert drawing.beginning(sha256, PDF, opener)


def test_child_that_takes_too_long_leaves_no_half_file(monkeypatch):
    monkeypatch.setattr(drawing, "MEMORY_BYTES", 40 * 2**20)
    sha256, opener = ways(picture_files.pdf(title="no memory"))
    with pytest.raises(UndrawnError):
        drawing.pages_of(sha256, PDF, opener)
    assert not list(drawing.folder().glob("*.part"))
    assert drawing.kept_pages(sha256) is None
