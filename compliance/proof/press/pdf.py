"""HTML to PDF/A-3a and PDF/UA-1 at once: ``python -m compliance.proof.press.pdf``.

With ``engine.py``, ``weasyprint_patches.py`` and ``installed_fonts.py`` all that knows WeasyPrint, and never
imported by the web process. It reads one JSON object from standard input and writes one
JSON line for each step to standard output. Each piece of the report is laid out in a fork with limits; whoever started
this process also holds the clock (``process.py``).
"""

import base64
import hashlib
import html
import json
import logging
import os
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pikepdf
import weasyprint
from weasyprint import pdf as engine_pdf
from weasyprint.pdf import tags as engine_tags
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher

from compliance.call_stack import with_room
from compliance.ground.sandbox.child import hushed
from compliance.proof.press import engine, sharing
from compliance.proof.press.binding import Binder
from compliance.proof.press.embedding import claim_both, embed, smooth_nothing
from compliance.proof.press.fallback_font import box_font, unprinted
from compliance.proof.press.fonts import unpacked
from compliance.proof.press.glyph_text import kept
from compliance.proof.press.installed_fonts import installed, keep_away, lacking
from compliance.proof.press.job import NO_ROOM, NO_SPACE, Job
from compliance.proof.press.piece import COUNTED, keep, load, taken
from compliance.proof.press.pool import TICK, LostError, Pool, RefusedError, Say, limit
from compliance.proof.press.sharing import MAKER, Desk
from compliance.proof.press.tagging import Tags

VARIANT = "pdf/a-3a"
BYTES_OF_A_PAGE = 3100
IDENTIFIERS = re.compile(r' id="([^"]+)"')
TAG = re.compile("<[^>]*>")
UNPRINTED = re.compile('<p class="s unprinted">.*?</p>', re.DOTALL)
"""The place where a report says what could not be printed."""
IN_PIECES = f"""
@page {{ @bottom-right {{ content: "{COUNTED}" }} }}
.toc li::after {{ content: attr(data-page) }}
[data-chapter] {{ string-set: chapter attr(data-chapter) }}
"""
"""Of several pieces, none knows the number of a page: they are written when bound."""


LEFT_TO_THE_MAKER = (OSError, LostError, RefusedError)
"""Errors that end a helper: its maker meets the same, and reports it, or does not."""


@with_room
def main() -> int:
    """Exit status: 0 for a file, 1 with words on standard output for a refusal."""
    log = hushed()  # the engine's messages may quote an answer
    sys.excepthook = lambda _kind, error, _trace: log(error)
    job: Job = json.load(sys.stdin)
    limit(job["bytes"], job["seconds"])
    if job["name"] != MAKER:
        did = 0
        with suppress(*LEFT_TO_THE_MAKER):
            did = Press(job, _say).help()
        _say(pages=did, unprinted={})
        return 0
    try:
        if words := engine.refusal():
            raise RefusedError(words)  # noqa: TRY301 - reported as any other refusal
        press = Press(job, _say)
        pages = press.make()
    except RefusedError as refused:
        _say(problem=str(refused))
    except LostError as lost:
        _say(ended=lost.status)
    except OSError as error:
        if not (words := _explained(error)):
            raise
        _say(problem=words)
    else:
        _say(pages=pages, unprinted=press.unprinted)
        return 0
    return 1


class Press:
    """Makes the file of one job."""

    def __init__(self, job: Job, say: Say) -> None:
        os.environ["SOURCE_DATE_EPOCH"] = "0"  # fontTools dates what it writes
        self.job = job
        self.progress = Progress(say)
        self.paths = [Path(piece) for piece in job["pieces"]]
        self.is_whole = len(self.paths) == 1
        self.desk = Desk(self.paths[0].parent, job["name"])
        self.is_maker = job["name"] == MAKER
        self.pool = Pool(job["workers"], job["bytes"], job["seconds"], self._hear, _explained)
        self.known: set[str] = set()
        self.unprinted: dict[str, int] = {}
        self.laid: dict[int, Any] = {}
        self.signed = self.ends = 0.0
        self.taken = 0
        self.desk.live()

    def make(self) -> int:
        """Write the PDF to the job's path; the number of its pages."""
        self.progress.step("Reading the style", 4)
        self._prepare()
        self._print_unprinted()
        if not self.is_whole:
            self._mark().write_text(self._print())
        self.progress.step("Laying out pages", 5)
        while left := [n for n in self._numbers() if n not in self.laid]:
            own = self.pool.run(self._lay_out, left, self._takes)
            self.laid |= own
            if not self._hear_of_others(left) and not own:
                time.sleep(TICK)
                self._hear(-1, None)
        if not self.is_whole:
            self._lay_out_front()
        self.progress.step("Binding pages", 90)
        (pages,) = self.pool.run(self._bind, [0]).values()
        return int(pages)

    def help(self) -> int:
        """Lay out pieces for a maker that lives, until none is free or the turn is over.

        How many it were. A process that has other fonts leaves them alone: it would draw other
        shapes.
        """
        deadline = time.monotonic() + sharing.LIVES_SECONDS
        while not self._mark().exists():
            if time.monotonic() > deadline:
                return 0
            time.sleep(TICK)
        self._prepare()
        if self._mark().read_text() != self._print():
            return 0
        self.ends = time.monotonic() + self.job["turn"]
        return len(self.pool.run(self._lay_out, self._numbers(), self._takes))

    def _numbers(self) -> list[int]:
        """The pieces that anybody may lay out: all but the front, which lists their pages."""
        return list(range(1, len(self.paths))) or [0]

    def _takes(self, number: int) -> bool:
        if not self.is_maker:
            is_over = self.taken >= self.job["workers"] and time.monotonic() > self.ends
            if is_over or not self.desk.lives(MAKER):
                return False
        takes = self.desk.take(number)
        self.taken += takes
        return takes

    def _hear(self, number: int, said: dict[str, Any] | None) -> None:
        now = time.monotonic()
        if now - self.signed >= TICK:
            self.signed = now
            self.desk.live()
            if not self.is_maker and not self.desk.lives(MAKER):
                raise LostError(0)
        if self.is_maker:
            self.progress.hear(number, said)

    def _hear_of_others(self, numbers: list[int]) -> int:
        """Results of pieces that other processes laid out meanwhile; how many."""
        count = 0
        for number in numbers:
            if number not in self.laid and (found := self.desk.result(number)):
                self.laid[number] = found
                self.progress.hear(number, {"laid": found["pages"]})
                count += 1
        return count

    def _mark(self) -> Path:
        """Says that all may begin, and by which fonts and words."""
        return self.paths[0].with_name("mark")

    def _print(self) -> str:
        """A print of all that decides how a piece looks, but its own words."""
        said = [self.sheets, sorted(self.known), installed(), engine.print_of_all()]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()

    def _prepare(self) -> None:
        """All that the forks share: style, fonts, what the pages link to."""
        characters: set[str] = set()
        size = 0
        for path in self.paths:
            text = path.read_text()
            characters |= set(text)
            self.known |= set(IDENTIFIERS.findall(text))
            size += len(text)
        likely = size // BYTES_OF_A_PAGE + len(self.paths)
        self.progress.expected = self.job["likely_pages"] or likely
        tempfile.tempdir = self.job["own"]  # gone with the job
        keep_away(Path(self.job["own"]))
        css, drawn = unpacked(self.job["css"], characters, Path(self.job["fonts"]))
        boxes = lacking(characters, drawn)
        self.unprinted = unprinted(map(_words, self.paths), boxes)
        texts = [css, _boxes_for(boxes)] + ([] if self.is_whole else [IN_PIECES])
        self.sheets = [text for text in texts if text]
        if words := engine.patch():
            self.progress.say(warning=words)
        engine_pdf.__dict__["resolve_links"] = self._links

    def _print_unprinted(self) -> None:
        """Let the last page say what could not be printed, or nothing of it."""
        total = sum(self.unprinted.values())
        scripts = ", ".join(f"{name} {n}" for name, n in self.unprinted.items())

        def filled(match: re.Match[str]) -> str:
            said = match[0].replace("<b></b>", f"<b>{total}</b>")
            return said.replace("<i></i>", scripts) if total else ""

        text = self.paths[-1].read_text()
        self.paths[-1].write_text(UNPRINTED.sub(filled, text))

    def _links(self, pages: Any) -> Iterator[tuple[list[Any], list[Any]]]:
        """Links and targets of each page; a link may lead into another piece."""
        seen: set[str] = set()
        for page in pages:
            targets = [(name, x, y) for name, (x, y, _, _) in page.anchors.items() if name not in seen]
            seen |= page.anchors.keys()
            links = [k for k in page.links if k[0] != "internal" or k[1] in self.known]
            yield links, targets

    def _lay_out_front(self) -> None:
        """Once more when it has other pages than expected: they shift all others."""
        guess = 2
        while True:
            lay_out = partial(self._lay_out, starts=self._starts(guess))
            self.laid |= self.pool.run(lay_out, [0])
            if self.laid[0]["pages"] == guess:
                return
            guess = self.laid[0]["pages"]

    def _starts(self, front: int) -> dict[str, int]:
        """The page of each target behind a front of so many pages."""
        found: dict[str, int] = {}
        before = front
        for number in range(1, len(self.paths)):
            for name, page in self.laid[number]["targets"].items():
                found.setdefault(name, before + page + 1)
            before += self.laid[number]["pages"]
        return found

    def _lay_out(self, number: int, say: Say, starts: dict[str, int] | None = None) -> dict[str, Any]:
        """Lay one piece out and keep it; its pages, and where its targets stand."""
        _listen(say)
        text = self.paths[number].read_text()
        if starts:
            text = _paged(text, starts)
        fetcher = URLFetcher(allowed_protocols=["data"], fail_on_errors=True)
        fonts = FontConfiguration()  # in the fork: the library behind it has threads
        sheets = [
            weasyprint.CSS(string=sheet, url_fetcher=fetcher, font_config=fonts) for sheet in self.sheets
        ]
        document = weasyprint.HTML(string=text, url_fetcher=fetcher).render(
            font_config=fonts, stylesheets=sheets, pdf_variant=VARIANT
        )
        say(laid=len(document.pages))
        tags = Tags()
        engine_tags._build_box_tree = tags.watching(engine_tags._build_box_tree)
        names = engine_pdf.__dict__
        names["build_fonts_dictionary"] = kept(names["build_fonts_dictionary"])
        document.make_bookmark_tree = lambda *_, **__: []  # the binder makes one
        options = weasyprint.DEFAULT_OPTIONS | {
            "pdf_variant": VARIANT,
            "pdf_tags": True,
            "output_intent": "srgb",
            "uncompressed_pdf": True,
        }
        pdf = engine_pdf.generate_pdf(document, None, 1, **options)
        tags.finish(document, pdf)
        claim_both(pdf)
        smooth_nothing(pdf)
        if number == 0:
            embed(pdf, self.job["attachments"])
        piece = taken(document, pdf, tags, is_whole=self.is_whole)
        keep(piece, self.desk.piece(number))
        targets: dict[str, int] = {}
        for page, laid in enumerate(document.pages):
            for name in laid.anchors:
                targets.setdefault(name, page)
        result = {"pages": len(document.pages), "targets": targets}
        if number or self.is_whole:
            self.desk.put_result(number, result)
        return result

    def _bind(self, _: int, say: Say) -> int:
        """Bind all pieces; refuse a file that cannot be read back whole."""
        total = sum(laid["pages"] for laid in self.laid.values())
        path = self.job["path"]
        with open(path, "wb") as file:
            binder = Binder(file, total)
            for number in range(len(self.paths)):
                say(bound=number / len(self.paths))
                binder.add(load(self.desk.piece(number)))
                self.desk.piece(number).unlink()
            binder.finish()
        with pikepdf.open(path) as pdf:
            whole = len(pdf.pages) == total
            if not whole or not {"/StructTreeRoot", "/Outlines"} <= pdf.Root.keys():
                msg = "the file has no structure, no bookmarks, or lacks pages"
                raise RuntimeError(msg)
        return int(total)


def _paged(text: str, starts: dict[str, int]) -> str:
    """The contents with the pages they lead to."""

    def filled(match: re.Match[str]) -> str:
        page = starts.get(html.unescape(match[1]))
        return match[0] if page is None else f'{match[0]} data-page="{page}"'

    return re.sub(r'data-to="#([^"]+)"', filled, text)


def _words(path: Path) -> str:
    """The words of a piece that its pages print."""
    return TAG.sub("", path.read_text().split("<body", 1)[-1])


def _boxes_for(codepoints: list[int]) -> str:
    if not codepoints:
        return ""
    data = base64.b64encode(box_font(codepoints)).decode()
    return f'@font-face {{ font-family: RBox; src: url("data:font/ttf;base64,{data}") }}'


class Progress:
    """Turns what the forks say into steps and percents, and silence into a sign."""

    def __init__(self, say: Say) -> None:
        self.say = say
        self.expected = 1
        self.reached: dict[int, int] = {}
        self.last = ("", 0)

    def step(self, words: str, percent: int) -> None:
        percent = max(percent, self.last[1])
        self.last = (words, percent)
        self.say(step=words, percent=percent)

    def hear(self, number: int, said: dict[str, Any] | None) -> None:
        if said is None:
            self.step(*self.last)
        elif "bound" in said:
            self.step("Binding pages", 90 + int(9 * said["bound"]))
        elif "page" in said or "laid" in said:
            self.reached[number] = max(self.reached.get(number, 0), said.get("page", said.get("laid", 0)))
            pages = sum(self.reached.values())
            done = min(pages / self.expected, 1.0)
            step = "Writing page" if "laid" in said else "Laying out page"
            of = f" of about {self.expected}" if pages < self.expected else ""
            self.step(f"{step} {pages}{of}", 5 + int(85 * done))


class _Pages(logging.Handler):
    """Turns the engine's log into progress."""

    def __init__(self, say: Say) -> None:
        super().__init__(logging.INFO)
        self.say = say

    def emit(self, record: logging.LogRecord) -> None:
        if "Page %d" in str(record.msg) and isinstance(record.args, tuple):
            self.say(page=int(str(record.args[0])))


def _listen(say: Say) -> None:
    logger = logging.getLogger("weasyprint.progress")
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.handlers = [_Pages(say)]


def _explained(error: BaseException) -> str:
    """The reason why a fork stopped, for a person; nothing for a fault of the program."""
    if isinstance(error, MemoryError):
        return "The report needs more memory than it may use."
    if isinstance(error, OSError) and error.errno in NO_SPACE:
        return NO_ROOM
    if isinstance(error, FatalURLFetchingError):
        return "The report referred to a resource outside itself."
    if isinstance(error, RecursionError):
        return "The report is nested too deeply."
    return ""


def _say(**words: Any) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
