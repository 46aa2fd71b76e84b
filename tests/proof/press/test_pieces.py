"""A report of many pieces is one file: pages, tags, links, bookmarks, same bytes."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pikepdf
import pypdf
import pytest

from compliance.proof.press import engine, process
from compliance.proof.press.job import Limits, Made
from compliance.proof.press.sharing import Desk
from compliance.reporting.reports import split
from compliance.reporting.reports.html import html_of, pieces_of, stylesheet
from compliance.reporting.reports.pdf_engine import render
from tests.proof.press.structure import elements
from tests.reporting.reports.papers import make_full_paper

pytestmark = pytest.mark.slow


def make(path, pieces):
    steps = []
    render(pieces, stylesheet(), path, lambda *step: steps.append(step))
    return steps


@pytest.fixture(scope="module")
def pieces():
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(split, "WHOLE", 0)
        patched.setattr(split, "PIECE", 5_000)
        yield pieces_of(make_full_paper())


@pytest.fixture(scope="module")
def made(pieces, tmp_path_factory):
    path = tmp_path_factory.mktemp("pieces") / "cut.pdf"
    make(path, pieces)
    return path


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    path = tmp_path_factory.mktemp("pieces") / "whole.pdf"
    make(path, [html_of(make_full_paper())])
    return path


@pytest.fixture
def pdf(made):
    with pikepdf.open(made) as opened:
        yield opened


def outline(path):
    def lines(entries, level=0):
        for entry in entries:
            if isinstance(entry, list):
                yield from lines(entry, level + 1)
            else:
                yield level, entry.title

    return list(lines(pypdf.PdfReader(path).outline))


def test_every_page_says_its_number_of_all(made):
    pages = pypdf.PdfReader(made).pages
    for number, page in enumerate(pages[1:], 2):
        assert f"{number} / {len(pages)}" in page.extract_text()
    assert "0123456789" not in pages[2].extract_text()


def test_contents_say_the_page_of_each_chapter(made):
    reader = pypdf.PdfReader(made)
    contents = reader.pages[1].extract_text()
    pages = {}
    for entry in reader.outline:
        if not isinstance(entry, list):
            pages[entry.title] = reader.get_destination_page_number(entry) + 1
    for title in ("4 Answers in detail", "7 Evidence register"):
        assert re.search(rf"{title}\s+{pages[title]}\b", contents)


def test_bookmarks_are_those_of_the_whole(made, whole):
    assert outline(made) == outline(whole) != []


def test_running_head_names_the_chapter_in_each_of_its_pieces(made, pieces):
    cut = [piece for piece in pieces if 'data-chapter="4 Answers in detail"' in piece]
    reader = pypdf.PdfReader(made)
    first, last = (
        reader.get_destination_page_number(entry)
        for entry in reader.outline
        if not isinstance(entry, list) and entry.title[0] in "45"
    )
    assert len(cut) > 1
    for page in reader.pages[first:last]:
        text = page.extract_text()
        assert "4 Answers in detail" in text or "4.1 First section" in text


def test_links_lead_where_they_led(made, whole):
    def links(path):
        with pikepdf.open(path) as pdf:
            targets = {str(name) for name in pikepdf.NameTree(pdf.Root.Names.Dests)}
            places = [a for page in pdf.pages for a in page.obj.get("/Annots", [])]
            inside = sorted(str(a.Dest) for a in places if "/Dest" in a)
            outside = [str(a.A.URI) for a in places if "/Dest" not in a]
        assert set(inside) <= targets
        return inside, outside

    assert links(made) == links(whole) != ([], [])


def test_structure_holds_all_content(pdf, whole):
    kinds = [str(e.S) for e in elements(pdf.Root.StructTreeRoot.K)]
    with pikepdf.open(whole) as one:
        once = [str(e.S) for e in elements(one.Root.StructTreeRoot.K)]
    for kind in ("/H1", "/H2", "/H3", "/H4", "/Link", "/Figure", "/Art"):
        assert kinds.count(kind) == once.count(kind)


def test_parent_tree_knows_every_mark_and_link(pdf):
    parents = pikepdf.NumberTree(pdf.Root.StructTreeRoot.ParentTree)
    assert len(parents) == int(pdf.Root.StructTreeRoot.ParentTreeNextKey)
    for page in pdf.pages:
        entries = parents[int(page.obj.StructParents)]
        for operands, operator in pikepdf.parse_content_stream(page):
            if str(operator) == "BDC" and "/MCID" in operands[1]:
                element = entries[int(operands[1].MCID)]
                assert element.S != "/Document"
                assert int(operands[1].MCID) in [int(kid) for kid in element.K if not hasattr(kid, "keys")]
        for annotation in page.obj.get("/Annots", []):
            assert parents[int(annotation.StructParent)].S == "/Link"


def test_fonts_that_are_the_same_stand_once(pdf):
    files = [
        bytes(item.read_raw_bytes())
        for item in pdf.objects
        if isinstance(item, pikepdf.Stream) and len(item.read_raw_bytes()) > 200
    ]
    assert len(files) == len(set(files))


def test_same_bytes_however_many_work(made, pieces, tmp_path, monkeypatch):
    monkeypatch.setattr(process, "MOST_AT_ONCE", 1)
    make(tmp_path / "again.pdf", pieces)
    assert (tmp_path / "again.pdf").read_bytes() == made.read_bytes()


def test_one_piece_that_cannot_be_made_fails_the_report(pieces, tmp_path):
    bad = pieces[3].replace("</body>", '<img alt="x" src="http://127.0.0.1:9/"></body>')
    with pytest.raises(process.RenderError, match="outside itself"):
        make(tmp_path / "bad.pdf", [*pieces[:3], bad, *pieces[4:]])
    assert list(tmp_path.glob("tmp*")) == []


def help_in(folder, **words):
    """A helper in a process of its own, as another worker starts it."""
    program = (
        "import sys; from pathlib import Path; from compliance.proof.press import process, sharing;"
        f"process.MOST_AT_ONCE = {words.get('at_once', 2)};"
        f"process.TURN_SECONDS = {words.get('turn', 30)};"
        "from compliance.proof.press.job import Limits;"
        "process.help_with(Path(sys.argv[1]), limits=Limits(120, 2**30), fonts=Path(sys.argv[2]))"
    )
    command = [
        sys.executable,
        "-c",
        program,
        str(folder),
        str(folder.parents[1] / "fonts"),
    ]
    return subprocess.Popen(command, cwd=process.ROOT, env=os.environ | words.get("env", {}))


@pytest.fixture
def shared(pieces, tmp_path, monkeypatch):
    """``shared(at_work)``: a file made while helpers work, and who laid out which piece.

    ``at_work`` is called with the folder of the pieces before the maker begins.
    """
    monkeypatch.setattr(process, "MOST_AT_ONCE", 1)
    monkeypatch.setattr(process, "LEAST_SHARED", 2)

    def run(at_work, watch=None):
        claims, helpers = {}, []

        def share(folder, count):
            assert count == len(pieces)
            helpers.extend(at_work(folder))

        def listen(*step):
            for claim in tmp_path.glob("tmp*/pieces/*.claim"):
                with suppress(FileNotFoundError):
                    claims[claim.stem] = claim.read_text()
                    if watch:
                        watch(claim, helpers)

        path = tmp_path / "shared.pdf"
        render(pieces, stylesheet(), path, listen, share=share)
        for helper in helpers:
            helper.kill()
            helper.wait()
        return path.read_bytes(), Counter(claims.values())

    return run


def test_helpers_make_no_difference_but_the_time(shared, made):
    content, holders = shared(lambda folder: [help_in(folder), help_in(folder)])
    assert content == made.read_bytes()
    assert set(holders) - {"maker"}


def test_helper_takes_a_piece_for_each_process_and_then_ends(shared, made):
    """Other work of its worker has its turn; with its seconds over it takes no more."""
    content, holders = shared(lambda folder: [help_in(folder, at_once=1, turn=0)])
    assert content == made.read_bytes()
    assert sorted(holders) != ["maker"]
    assert {holders[name] for name in holders if name != "maker"} == {1}


@pytest.mark.parametrize(("did", "taken", "is_worth_it"), [(1, 1, True), (1, 2, False), (0, 1, False)])
def test_another_turn_is_for_whoever_did_some_while_some_are_left(
    did, taken, is_worth_it, tmp_path, monkeypatch
):
    for number in range(3):
        (tmp_path / f"{number}.html").write_text("")
    (tmp_path / process.STYLE).write_text("")
    for number in range(1, taken + 1):
        assert Desk(tmp_path, "other").take(number)
    monkeypatch.setattr(process, "_run", lambda *_: Made(did, {}))
    limits = Limits(20, 2**30)
    assert process.help_with(tmp_path, limits=limits, fonts=tmp_path) == is_worth_it


def test_piece_of_a_killed_helper_is_made_again(shared, made, monkeypatch):
    killed = []

    def kill(claim, helpers):
        if not killed and claim.read_text() not in {"", "maker"}:
            for helper in helpers:
                own = Path(f"/proc/{helper.pid}/task/{helper.pid}/children")
                for child in own.read_text().split():
                    os.killpg(int(child), signal.SIGKILL)
                helper.kill()
            killed.append(claim.stem)

    content, _ = shared(lambda folder: [help_in(folder, at_once=1)], kill)
    assert killed
    assert content == made.read_bytes()


def test_helper_with_other_fonts_or_parts_leaves_the_pieces_alone(shared, made):
    def other(folder):
        lying = folder.parents[1] / "lying"
        lying.mkdir()
        config = lying / "fonts.conf"
        config.write_text(
            '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">'
            "<fontconfig></fontconfig>"
        )
        return [help_in(folder, env={"FONTCONFIG_FILE": str(config)})]

    content, holders = shared(other)
    assert content == made.read_bytes()
    assert set(holders) == {"maker"}


def test_results_that_a_machine_left_behind_in_part_are_not_bound(shared, made):
    def left(folder):
        desk = Desk(folder, "gone")
        for number, text in enumerate(("", "[]", '["00", {"pages": 1}]'), 1):
            assert desk.take(number)
            (folder / f"{number}.result").write_text(text)
        desk.piece(3).write_bytes(b"half")
        return []

    content, _ = shared(left)
    assert content == made.read_bytes()


def test_helper_leaves_a_folder_that_is_just_taken_away(tmp_path):
    (tmp_path / process.STYLE).write_text("")
    limits = Limits(20, 2**30)
    process.help_with(tmp_path, limits=limits, fonts=tmp_path)
    (tmp_path / "1.html").write_text("")
    process.help_with(tmp_path, limits=limits, fonts=tmp_path)
    assert list(tmp_path.glob("*.sign")) == []


@pytest.mark.parametrize("place", ["drawn_by", "_beneath", "zlib.ZLIB_RUNTIME_VERSION"])
def test_other_libraries_make_another_print(place, monkeypatch):
    before = engine.print_of_all()
    assert engine.print_of_all() == before
    value = "1.0" if "." in place else dict
    monkeypatch.setattr(f"compliance.proof.press.engine.{place}", value)
    assert engine.print_of_all() != before


def test_helper_ends_with_its_maker(tmp_path, pieces):
    """A maker that was killed leaves a folder with a mark and without a sign of life."""
    folder = tmp_path / "tmp-dead" / "pieces"
    folder.mkdir(parents=True)
    process._written(pieces, folder, lambda *_: None)
    (folder / process.STYLE).write_text(stylesheet())
    (folder / "mark").write_text("print of another")
    assert help_in(folder).wait(timeout=60) == 0
    assert list(folder.glob("*.claim")) == []
    assert help_in(tmp_path / "gone" / "pieces").wait(timeout=60) == 0


def test_piece_that_no_helper_can_make_fails_the_report_in_words(pieces, tmp_path, monkeypatch):
    monkeypatch.setattr(process, "LEAST_SHARED", 2)
    bad = pieces[3].replace("</body>", '<img alt="x" src="http://127.0.0.1:9/"></body>')
    helpers = []
    with pytest.raises(process.RenderError, match="outside itself"):
        render(
            [*pieces[:3], bad, *pieces[4:]],
            stylesheet(),
            tmp_path / "bad.pdf",
            lambda *_: None,
            share=lambda folder, _: helpers.append(help_in(folder)),
        )
    assert helpers[0].wait(timeout=60) == 0
    assert list(tmp_path.glob("tmp*")) == []


def test_folder_in_which_a_helper_still_writes_is_gone_with_its_file(pieces, tmp_path):
    """Many files come up in it until it is gone: removing it never fails for that."""
    ended = threading.Event()

    def write(folder):
        number = 0
        with suppress(FileNotFoundError):
            while True:
                (folder / f"{(number := number + 1)}.sign").write_text("here")
        ended.set()

    with process._pieces_folder(tmp_path) as folder:
        threading.Thread(target=write, args=[folder]).start()
        time.sleep(0.2)
    assert ended.wait(timeout=10)
    assert list(tmp_path.glob("tmp*")) == []
