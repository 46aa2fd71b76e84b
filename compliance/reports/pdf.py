"""HTML to PDF/A-3a and PDF/UA-1 at once, in a process of its own: ``python -m compliance.reports.pdf``.

The only module that knows WeasyPrint, and never imported by the web process. It reads
one JSON object from standard input and writes one JSON line for each step to standard
output. It limits itself before it touches the input; whoever started it also holds the
clock (``process.py``).
"""

import base64
import contextlib
import gc
import io
import json
import logging
import os
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pydyf  # type: ignore[import-untyped]
import weasyprint
from weasyprint.pdf import tags as engine_tags
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher

from compliance.reports.boxes import box_font, rare
from compliance.reports.embedding import claim_both, embed, smooth_nothing
from compliance.reports.job import Job
from compliance.reports.tagging import Tags

VARIANT = "pdf/a-3a"
Tell = Callable[[str, int], None]


def main() -> int:
    """Exit status: 0 for a file, 1 with words on standard output for a refusal."""
    job: Job = json.load(sys.stdin)
    _limit(job["bytes"], job["seconds"])
    try:
        pages = make(job, _tell)
    except MemoryError:
        _say(problem="The report needs more memory than it may use.")
    except FatalURLFetchingError:
        _say(problem="The report asked for something outside itself.")
    except RecursionError:
        _say(problem="The report is nested too deeply.")
    else:
        _say(pages=pages)
        return 0
    return 1


def make(job: Job, tell: Tell) -> int:
    """Write the PDF to the job's path; the number of its pages."""
    html = job["html"]
    os.environ["SOURCE_DATE_EPOCH"] = "0"  # fontTools dates what it writes
    gc.freeze()
    gc.disable()  # the process ends with the report: nothing is worth collecting
    tell("Laying out pages", 10)
    _listen(tell, len(html) // 3100 + 1)
    tags = Tags()
    _keep_page_references()
    engine_tags._build_box_tree = tags.watching(engine_tags._build_box_tree)
    fetcher = URLFetcher(allowed_protocols=["data"], fail_on_errors=True)
    fonts = FontConfiguration()
    sheets = [
        weasyprint.CSS(string=text, url_fetcher=fetcher, font_config=fonts)
        for text in (job["css"], _boxes_for(html))
        if text
    ]
    source = weasyprint.HTML(string=html, url_fetcher=fetcher)
    document = source.render(font_config=fonts, stylesheets=sheets, pdf_variant=VARIANT)
    tell("Writing pages", 80)

    def finish(document: Any, pdf: Any) -> None:
        tags.finish(document, pdf)
        claim_both(pdf)
        smooth_nothing(pdf)
        embed(pdf, job["attachments"])

    plain = document.write_pdf(
        finisher=finish,
        pdf_variant=VARIANT,
        pdf_identifier=False,  # packing makes one
        uncompressed_pdf=True,
    )
    tell("Checking", 92)
    _pack(plain, Path(job["path"]))
    return len(document.pages)


def _boxes_for(html: str) -> str:
    codepoints = rare(html)
    if not codepoints:
        return ""
    data = base64.b64encode(box_font(codepoints)).decode()
    return (
        f'@font-face {{ font-family: RBox; src: url("data:font/ttf;base64,{data}") }}'
    )


def _pack(plain: bytes, path: Path) -> None:
    """Read the file back, refuse it when it is not whole, write it small."""
    with pikepdf.open(io.BytesIO(plain)) as pdf:
        if faults := pdf.check_pdf_syntax():
            raise RuntimeError("; ".join(faults))
        if "/StructTreeRoot" not in pdf.Root or "/Outlines" not in pdf.Root:
            msg = "the file has no structure or no bookmarks"
            raise RuntimeError(msg)
        pdf.save(
            path,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            compress_streams=True,
            deterministic_id=True,
        )


def _keep_page_references() -> None:
    """pydyf lists all pages anew for every element: quadratic. Kept, it is linear."""
    build = pydyf.PDF.page_references.fget

    def kept(pdf: Any) -> tuple[bytes, ...]:
        known: tuple[bytes, ...] = pdf.__dict__.get("kept_references", ())
        if len(known) * 3 != len(pdf.pages["Kids"]):
            known = pdf.__dict__["kept_references"] = build(pdf)
        return known

    pydyf.PDF.page_references = property(kept)


class _Pages(logging.Handler):
    """Turns the engine's log into progress."""

    def __init__(self, tell: Tell, expected: int) -> None:
        super().__init__(logging.INFO)
        self.tell, self.expected, self.reached = tell, expected, 0

    def emit(self, record: logging.LogRecord) -> None:
        if "Page %d" in str(record.msg) and isinstance(record.args, tuple):
            number = int(str(record.args[0]))
            step = "Laying out page" if number > self.reached else "Numbering page"
            self.reached = max(number, self.reached)
            done = min(self.reached / self.expected, 1.0)
            self.tell(f"{step} {number}", 10 + int(65 * done))


def _listen(tell: Tell, expected: int) -> None:
    logger = logging.getLogger("weasyprint.progress")
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.addHandler(_Pages(tell, expected))


def _limit(most_bytes: int, seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (most_bytes, most_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(
        OSError
    ):  # needs a privilege; a second wall where it holds
        os.unshare(os.CLONE_NEWNET)


def _tell(step: str, percent: int) -> None:
    _say(step=step, percent=percent)


def _say(**words: Any) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
