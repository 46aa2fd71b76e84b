"""Do the pages of a report show its data? Part of ``verify_report.py``.

Needs Python 3.10 and pyHanko. Text is read in the order of the document's structure
(ISO 32000-1, 14.7), by the maps of its fonts; only pages as Attest draws them are read.
"""

import io
import itertools
import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

try:
    from compliance.proof.verifier import verify_events as events
    from compliance.proof.verifier.verify_drawing import Drawn, Font, drawn, got
except ImportError:  # a copy without Attest: the files beside this one
    import verify_events as events  # type: ignore[import-not-found, no-redef]
    from verify_drawing import (  # type: ignore[import-not-found, no-redef]
        Drawn,
        Font,
        drawn,
        got,
    )

NOTE, OK, refuse = events.NOTE, events.OK, events.refuse
MOST_DEPTH, LAST_PAGES = 40, 20
BOARD = "board.json"
BLOCKS = {
    "/Art", "/Caption", "/Div", "/Document", "/Figure", "/H1", "/H2", "/H3", "/L",
    "/LBody", "/LI", "/P", "/Sect", "/Table", "/TBody", "/TD", "/TH", "/THead", "/TR",
}  # fmt: skip
"""Elements with a text of their own; that of any other belongs to the one around."""
NAMES = ("unanswered", "met", "partly", "not_met", "na", "dont_know", "later")
WORDS = {
    "en": "Unanswered|Met|Partly|Not met|N/A|Don't know|Later",
    "de": "Unbeantwortet|Erfüllt|Teilweise|Nicht erfüllt|Entfällt|Weiß nicht|Später",
    "fr": "Sans réponse|Respecté|En partie|Non respecté|Sans objet|Ne sait pas|Plus tard",
}
"""Each verdict as the pages of a language say it."""
OWN_BLOCK = ("value", "reason", "note")
DAY = re.compile(r"\d{4}-\d\d-\d\d")
MOVING = re.compile(
    "[\u0300-\u036f\u0590-\u109f\u1200-\u1dff\ufb1d-\ufdff\ufe70-\ufeff"
    "\U00010800-\U00011fff\U0001e800-\U0001efff]"
)
"""Letters whose place on a page differs from that in a text, or that join others."""
BULLETS, SHAPELESS, UNSHOWN = {0xF0B7: "•", 0xF0A7: "•"}, {"Co", "Cn"}, "\ufffd"
DOUBLE = re.compile(r"(.)\1+")
DOTTED = str.maketrans("ıȷ", "ij")
"""Letters that lose their dot below an accent, for fonts draw ī of two parts."""
PLAIN_FILE = "A report of Attest has no scripts and no actions, only links."
MOST_MARKS = 100_000
UNREAD = (
    "Headings, bookmarks, summary, lists, charts and pictures; sign-offs, number and"
    " moment of the report; words next to those of the data; whether each letter has the"
    " shape that its font claims"
)

Block = tuple[str, str, bool]
"""Kind of element, its own text, and whether an article begins."""


@dataclass
class Tally:
    """Counts of texts that could not be compared."""

    moving: int = 0
    loosely: int = 0
    beside: list[str] = field(default_factory=list)


def check_printed(result: events.Result, reader: Any, source: dict[str, Any]) -> None:
    """The last pages show both hashes, in the letters that a reader would copy."""
    pages = pages_of(reader)
    hashes = source["content_hash"], source["trail"]["hash"]
    on: dict[str, int] = {}
    for number in range(len(pages), max(0, len(pages) - LAST_PAGES), -1):
        text = plain(drawn(pages[number - 1], number).whole)
        on = {one: number for one in hashes if one in text} | on
        if len(on) == len(set(hashes)):
            break
    for one, name in zip(hashes, ("content hash", "head of the trail"), strict=True):
        words = f"The {name} that the data name is not printed on the last pages."
        refuse(one not in on, words)
    words = "Page {} has the content hash, page {} the head of the trail."
    result.add("printed hashes", OK, words.format(*(on[one] for one in hashes)))


def check_pages(result: events.Result, reader: Any, source: dict[str, Any]) -> None:
    """Each answer of the data is on the pages as the data have it, and can be seen."""
    content, name = source["content"], "pages"
    if not content:
        words = "A report of a part carries no data: its pages were not compared."
        result.add(name, NOTE, words)
        return
    blocks, first = _read(reader)
    tally = Tally()
    for of in ("organisation", "subject", "edition"):
        is_other = not _is_shown(content[of], first, tally)
        refuse(is_other, f"The first page does not name the {of} of the data.")
    count = _compare(list(_articles(blocks)), source, tally)
    words = f"{count} questions have the same answers on the pages as in the data, in order."
    if once := _compare_elsewhere(blocks, source, tally):
        words += f" So have {once} that another assessment answers."
    result.add(name, OK, f"{words} No text is covered.")
    result.add("pages, not compared", NOTE, "; ".join([UNREAD, *_left(tally)]) + ".")


def check_board(result: events.Result, reader: Any, source: dict[str, Any], data: bytes) -> None:
    """Each figure of ``board.json`` and each question it names is on the pages."""
    board = json.loads(data)
    words = f"{BOARD} belongs to answers with another content hash."
    refuse(board["content_hash"] != source["content_hash"], words)
    blocks, _ = _read(reader)
    tally = Tally()
    points = [plain(text) for kind, text, _ in blocks if kind in {"/LI", "/LBody"}]
    for texts in board["tiles"]:
        words = f"The pages do not answer “{texts[0]}” as {BOARD} does."
        refuse(not _ends(texts, points, tally), words)
    for one in board["decisions"]:
        words = f"The pages do not ask for what {BOARD} does: {one['says']}"
        refuse(not _is_asked_for(one, points, tally), words)
    rows = [row for name in ("duties", "criteria") for row in board[name]["rows"]]
    heads = iter([plain(text) for kind, text, _ in blocks if kind == "/TH"])
    for row in rows:
        wants = plain(row["key"] + row["title"] * (not MOVING.search(row["title"])))
        is_there = any(_loose(head).startswith(_loose(wants)) for head in heads)
        words = f"The pages do not name {row['key']} in its place, as {BOARD} does."
        refuse(not is_there, words)
    words = (
        f"{len(board['tiles'])} tiles, {len(board['decisions'])} decisions and"
        f" {len(rows)} questions are on the pages as {BOARD} has them."
    )
    result.add("figures", OK, f"{words} No text is covered.")
    result.add("pages, not compared", NOTE, "; ".join([UNREAD, *_left(tally)]) + ".")


def _ends(texts: list[str], points: list[str], tally: Tally) -> bool:
    """Whether a point of a list ends with all these texts, one after the other."""
    whole = "".join(texts)
    if MOVING.search(whole):
        tally.moving += 1
        return any(plain(texts[0]) in point for point in points)
    return any(point.endswith(plain(whole)) for point in points)


def _is_asked_for(one: dict[str, Any], points: list[str], tally: Tally) -> bool:
    """Whether a point of a list names these matters, and counts the others."""
    whole = plain(one["says"] + "; ".join(one["matters"]))
    if MOVING.search(whole):
        tally.moving += 1
        return any(plain(one["says"]) in point for point in points)
    more = str(one["more"] or "")
    rests = [_loose(p).partition(_loose(whole)) for p in points]
    return any(there and "".join(filter(str.isdecimal, rest)) == _loose(more) for _, there, rest in rests)


def _read(reader: Any) -> tuple[list[Block], str]:
    """All blocks of the structure and the text of the first page.

    Raises ``FaultError`` where a text is hidden or outside the structure.
    """
    refuse("/OCProperties" in reader.root, "The pages have layers to show or to hide.")
    pages = pages_of(reader)
    shown = {page.id: drawn(page, n) for n, page in enumerate(pages, 1)}
    for number, page in enumerate(pages, 1):
        total = f"{number}/{len(pages)}"
        is_other = number > 1 and total not in plain(shown[page.id].apart)
        refuse(is_other, f"Page {number} does not say that it is {total}.")
    blocks = list(_blocks(reader.root["/StructTreeRoot"], None, shown, set()))
    for number, page in enumerate(pages, 1):
        words = f"Page {number} has foreign text between its own lines."
        refuse(shown[page.id].is_between, words)
        words = f"Page {number} shows text outside the document's structure."
        refuse(shown[page.id].loose.strip() or shown[page.id].left, words)
    return blocks, plain(shown[pages[0].id].whole)


def _left(tally: Tally) -> Iterator[str]:
    yield from tally.beside
    if tally.loosely:
        yield f"{tally.loosely} texts were compared without their accents"
    if tally.moving:
        yield f"{tally.moving} texts in a script whose letters change their place"


def _articles(blocks: list[Block]) -> Iterator[list[str]]:
    """The texts of each article: its heading, then each block."""
    texts: list[str] = []
    for kind, text, begins in blocks:
        if begins and texts:
            yield texts
            texts = []
        if begins or texts:
            texts.append(plain(text))
        if kind == "/Sect" and texts and not begins:
            yield texts
            texts = []
    if texts:
        yield texts


def _compare_elsewhere(blocks: list[Block], source: dict[str, Any], tally: Tally) -> int:
    """Rows of a table: the question, and beside it what another assessment says."""
    sections = source["content"]["sections"]
    lines = [line for one in sections for line in one["lines"] if got(line, "stands_in")]
    said = _verdicts(source["report"])
    cells = [plain(text) for kind, text, _ in blocks if kind == "/TD"] if lines else []
    for line in lines:
        key, there = line["key"], line["stands_in"]
        beside = [after for cell, after in itertools.pairwise(cells) if cell.startswith(plain(key))]
        texts = [there["reason"], *there["evidence"]]
        texts += [there["value"]] if not DAY.fullmatch(there["value"]) else []
        verdict = plain(said.get(there["verdict"], ""))
        is_there = any(
            cell.startswith(verdict) and all(_is_shown(text, cell, tally) for text in texts if text)
            for cell in beside
        )
        words = f"The pages do not show what another assessment says to {key}."
        refuse(not is_there, words)
    return len(lines)


def _verdicts(report: dict[str, Any]) -> dict[str, str]:
    """Each verdict as the pages say it; none in a language that is not known here."""
    words = WORDS.get(report["language"])
    return dict(zip(NAMES, words.split("|"), strict=True)) if words else {}


def _compare(articles: list[list[str]], source: dict[str, Any], tally: Tally) -> int:
    sections = source["content"]["sections"]
    lines = [line for one in sections for line in one["lines"] if line["applies"]]
    lines += got(source["content"], "archived", [])
    words = f"The pages have {len(articles)} questions, the data {len(lines)}."
    refuse(len(articles) != len(lines), words)
    report = source["report"]
    is_asked_so = report["language"] == report["asked_in"]
    said = _verdicts(report)
    tally.beside += [] if is_asked_so else ["the wording of questions, translated"]
    tally.beside += [] if said else ["verdicts in a language not known here"]
    for line, texts in zip(lines, articles, strict=True):
        wants = line["key"] + line["text"] if is_asked_so else line["key"]
        _refuse_other(line, texts, wants, said, tally)
    return len(lines)


def _refuse_other(
    line: dict[str, Any],
    texts: list[str],
    head: str,
    said: dict[str, str],
    tally: Tally,
) -> None:
    key, asked, rest = line["key"], texts[0], texts[1:]
    is_asked = _is_shown(head, [asked[: len(plain(head))]], tally)
    refuse(not is_asked, f"The pages ask something else in the place of {key}.")
    verdict = said.get(line["verdict"], "")
    words = f"The pages do not give the data's verdict to {key}."
    refuse(verdict and rest[:1] != [plain(verdict)], words)
    whole, theirs = (
        "".join(rest),
        {plain(text) for _, text, _ in _texts_of_people(line)},
    )
    others = {plain(one) for one in said.values()} & set(rest[1:]) - theirs
    refuse(others, f"The pages give a second verdict to {key}.")
    for name, text, is_own in _texts_of_people(line):
        is_there = _is_shown(text, rest if is_own else whole, tally)
        refuse(not is_there, f"The pages do not show the {name} of {key} as the data do.")


def _is_shown(text: str, texts: list[str] | str, tally: Tally) -> bool:
    """Whether a text is one of several, or a part of one, as far as can be compared."""
    if MOVING.search(text):
        tally.moving += 1
        return True
    if plain(text) in texts:
        return True
    tally.loosely += 1
    whole = [_loose(one) for one in texts] if isinstance(texts, list) else _loose(texts)
    return _loose(text) != plain(text) and _loose(text) in whole


def _loose(text: str) -> str:
    """Letters without their accents and dots, each once: some fonts put all side by side."""
    bare = unicodedata.normalize("NFKD", plain(text)).translate(DOTTED)
    return DOUBLE.sub(r"\1", "".join(one for one in bare if not unicodedata.combining(one)))


def _texts_of_people(line: dict[str, Any]) -> Iterator[tuple[str, str, bool]]:
    """Texts of people: label, text, whether it has a block of its own."""
    for name in OWN_BLOCK:
        if line[name] and not (name == "value" and DAY.fullmatch(line[name])):
            yield name, line[name], True
    for name, text in got(line, "more", []):
        yield name, text, True
    for proof in line["proofs"]:
        yield "evidence", proof["title"], False
    for remark in line["remarks"]:
        yield "comment", remark["author"], False
        yield "comment", remark["text"], True
    if line["owner"]:
        yield "owner", line["owner"], False


def plain(text: str) -> str:
    """The text without what is not seen alike: blanks, marks of direction, variants.

    Pages show one sign for whatever has no agreed shape, and a bullet for Word's.
    """
    whole = unicodedata.normalize("NFKC", text.translate(BULLETS))
    shown = (UNSHOWN if unicodedata.category(c) in SHAPELESS else c for c in whole)
    return "".join(
        one for one in shown
        if unicodedata.category(one)[0] not in "ZC" and not "\ufe00" <= one <= "\ufe0f"
    )  # fmt: skip


class Reader(PdfFileReader):
    """Reads the list of an object stream once, not again for each of its objects."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.listed: dict[int, tuple[io.BytesIO, dict[int, int]]] = {}

    def _get_object_from_stream(self, idnum: int, stmnum: int, _idx: int) -> Any:
        if stmnum not in self.listed:
            stream: Any = generic.Reference(stmnum, 0, self).get_object()
            first, data = int(stream["/First"]), stream.data
            words = [int(word) for word in data[:first].split()]
            places = zip(words[::2], words[1::2], strict=True)
            begins = {number: first + offset for number, offset in places}
            self.listed[stmnum] = io.BytesIO(data), begins
        listed, begins = self.listed[stmnum]
        listed.seek(begins[idnum])
        return generic.read_object(listed, generic.Reference(idnum, 0, self))


@dataclass(frozen=True)
class Page:
    """A page, the number of its object, its fonts and pictures, what fonts were read."""

    id: int
    node: Any
    resources: Any
    maps: dict[str, Font]


def pages_of(reader: Any) -> list[Page]:
    """All pages in order; ``FaultError`` for one that is turned or cut."""
    _refuse_actions(reader.root)
    found = list(_pages(reader.root["/Pages"], None, {}, MOST_DEPTH))
    for number, page in enumerate(found, 1):
        words = f"Page {number} is turned or cut: nothing of it can be compared."
        refuse({"/Rotate", "/CropBox", "/UserUnit"} & set(page.node), words)
        refuse("/AA" in page.node, f"Page {number} starts something. {PLAIN_FILE}")
        for note in items(got(page.node, "/Annots", [])):
            _refuse_action(note, page, number)
            is_plain = note["/Subtype"] == "/Link" and "/AP" not in note
            words = f"Something lies on top of page {number}."
            refuse(not is_plain and got(note, "/FT") != "/Sig", words)
    return found


def _refuse_actions(root: Any) -> None:
    """A report opens as it is: nothing runs, and nothing else opens in its place."""
    begins = {"/OpenAction", "/AA", "/Collection", "/URI", "/Requirements"} & set(root)
    others = set(got(root, "/Names", {})) - {"/Dests", "/EmbeddedFiles"}
    refuse(begins | others, f"The file starts something when it is opened. {PLAIN_FILE}")
    marks = [got(got(root, "/Outlines", {}), "/First")]
    for _ in range(MOST_MARKS):
        mark = marks.pop() if marks else None
        if not mark:
            continue
        refuse({"/A", "/AA"} & set(mark), f"A bookmark starts something. {PLAIN_FILE}")
        marks += [got(mark, "/Next"), got(mark, "/First")]
    refuse([mark for mark in marks if mark], "The file has too many bookmarks.")


def _refuse_action(note: Any, page: Page, number: int) -> None:
    """A link leads to a place in the file, or to the address that is printed there."""
    action = got(note, "/A", {})
    is_link = got(note, "/Subtype") == "/Link" and set(action) <= {
        "/S",
        "/URI",
        "/Type",
    }
    is_other = "/AA" in note or (action and not (is_link and action["/S"] == "/URI"))
    refuse(is_other, f"Page {number} starts something. {PLAIN_FILE}")
    if action:
        address = plain(str(action["/URI"]))
        words = f"A link on page {number} leads elsewhere than is printed there."
        refuse(address not in plain(drawn(page, number).whole), words)


def _pages(node: Any, resources: Any, maps: Any, depth: int) -> Iterator[Page]:
    resources = got(node, "/Resources", resources)
    if "/Kids" not in node:
        yield Page(node.container_ref.idnum, node, resources, maps)
    for kid in items(got(node, "/Kids", [])) if depth else ():
        yield from _pages(kid, resources, maps, depth - 1)


def items(array: Any) -> list[Any]:
    """The members of an array, references followed."""
    return [array[place] for place in range(len(array))]


def _blocks(node: Any, page: Any, shown: dict[int, Drawn], seen: set[int]) -> Iterator[Block]:
    """Each block of the structure with its own text, in order."""
    number = node.container_ref.idnum
    refuse(number in seen, "A part of the pages' structure occurs twice.")
    seen.add(number)
    own: list[str] = []
    inner: list[Block] = []
    for kid in _kids(node):
        if isinstance(kid, int):
            own.append(shown[page].take(kid) if page else "")
        elif got(kid, "/Type") in {"/MCR", "/OBJR"}:
            at = kid["/Pg"].container_ref.idnum if "/Pg" in kid else page
            own.append(shown[at].take(kid["/MCID"]) if "/MCID" in kid else "")
        else:
            at = kid["/Pg"].container_ref.idnum if "/Pg" in kid else page
            found = list(_blocks(kid, at, shown, seen))
            if kid["/S"] not in BLOCKS:
                own.append(found.pop(0)[1])
            inner += found
    kind = str(got(node, "/S", ""))
    yield kind, "".join(own), kind == "/Art"
    yield from inner


def _kids(node: Any) -> list[Any]:
    kids = got(node, "/K", [])
    return items(kids) if isinstance(kids, list) else [kids]
