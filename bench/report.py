"""The cost of a report, against bare WeasyPrint on the same words in the same run.

    python bench/report.py [150 500 2000 5000]

Each side runs in fresh processes; the cost of importing WeasyPrint is measured with an
empty document and taken off both. "report" is the way reports are made: pieces, tags,
both standards. "bare" is one paragraph a text: no style, no tags. "one" is the same
report in one process, for up to 2,000 questions. CPU is that of all processes, the peak
that of the largest. Up to 500 questions the least of three interleaved rounds counts.
Ratios are what to read; seconds depend on the machine. Every word is made up.
"""
# ruff: noqa: E402, SIM905, T201 - a script: it sets Django up first, and it prints

import html
import json
import math
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "compliance.settings")
os.environ.setdefault("ATTEST_DATA_DIR", tempfile.mkdtemp(prefix="attest-bench-"))

import django

django.setup()

from compliance.proof.press.job import Limits
from compliance.proof.press.process import job_of
from compliance.reporting.reports.html import html_of, stylesheet
from compliance.reporting.reports.paper import Entry, Paper
from compliance.reporting.reports.split import cut
from compliance.work.snapshots.content import (
    Content,
    Line,
    Proof,
    Remark,
    Section,
)

LIMITS = Limits(seconds=3600, memory_bytes=16 * 2**30)
AT = datetime(2026, 12, 22, 10, 5, tzinfo=UTC)
SECTION = 25
VERDICTS = (["met", "partly", "not_met", "na", "unanswered"], [55, 20, 10, 5, 10])
WORDS = (
    "access account agreement alert analysis approval archive asset audit authority"
    " backup board breach business capacity certificate change committee component"
    " consent continuity contract control customer data database decision deletion"
    " deployment device disclosure disposal document encryption environment evidence"
).split()
BARE = """
import sys, weasyprint
weasyprint.HTML(string=sys.stdin.read()).write_pdf(sys.argv[1])
"""
NOTHING = '<html lang="en"><title>x</title><h2>x</h2>'


class Writer:
    """Texts of a number of words, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - no secret hangs on it

    def words(self, count: int) -> str:
        return " ".join(self.random.choice(WORDS) for _ in range(count)).capitalize()


def paper_of(questions: int) -> Paper:
    """A report of that many questions: 30 words asked, 60 answered, evidence, trail."""
    writer = Writer(questions)
    proofs = tuple(proof(writer, n) for n in range(1, questions + 1))
    lines = [line(writer, n, proofs) for n in range(1, questions + 1)]
    sections = tuple(
        Section(i // SECTION + 1, writer.words(4), tuple(lines[i : i + SECTION]))
        for i in range(0, questions, SECTION)
    )
    content = Content(
        "Example", "Theme", "Checklist", "2026.1", "e" * 64, AT.date(), "System",
        date(2026, 1, 1), date(2026, 12, 31), (("Role", "“Provider”"),), sections, proofs,
    )  # fmt: skip
    trail = tuple(
        Entry(n, AT - timedelta(hours=n), "Ana Borg", writer.words(6), "ab" * 32)
        for n in range(questions * 3 // 2, 0, -1)
    )
    nobody = UUID(int=0)
    return Paper(1, AT, "UTC", content, trail, len(trail), 9, "cd" * 32, "bench", nobody, nobody)


def proof(writer: Writer, number: int) -> Proof:
    return Proof(
        number, writer.words(4), f"{number}.pdf", "", 12_000, date(2026, 3, 1),
        date(2026, 1, 1), date(2026, 12, 31), AT, date(2027, 3, 1),
        writer.random.randbytes(32).hex(), (f"Q{number}",),
    )  # fmt: skip


def line(writer: Writer, number: int, proofs: tuple[Proof, ...]) -> Line:
    (verdict,) = writer.random.choices(*VERDICTS)
    is_answered = verdict != "unanswered"
    shown = min(writer.random.choice((0, 1, 2, 3)), len(proofs))
    return Line(
        key=f"Q{number}", title=writer.words(4), text=writer.words(30) + "?",
        cites=f"Law Art. {number}", weight=3, applies=number % 10 != 0,
        applicability=writer.words(8), binds_from=date(2018, 5, 25), verdict=verdict,
        value="", note=writer.words(60) if is_answered else "",
        reason=writer.words(10) if verdict == "na" else "", owner="Ana Borg",
        due_on=None, answered_by="Ana Borg" if is_answered else "",
        answered_at=AT if is_answered else None,
        changed_by="Ana Borg" if is_answered else "",
        changed_at=AT if is_answered else None,
        proofs=tuple(writer.random.sample(proofs, shown)),
        remarks=(Remark("Ana Borg", AT, writer.words(12)),) if number % 5 == 0 else (),
    )  # fmt: skip


def bare_of(report: str) -> str:
    """Every text of the report as a paragraph of its own."""
    body = report.split("<body", 1)[1].split(">", 1)[1]
    texts = (html.unescape(text).strip() for text in re.findall(r">([^<>]+)<", body))
    paragraphs = "".join(f"<p>{html.escape(text)}</p>" for text in texts if text)
    return f'<html lang="en"><title>x</title>{paragraphs}'


@dataclass
class Cost:
    """The cost of one process."""

    cpu: float
    wall: float
    peak: float
    size: float

    def less(self, other: "Cost") -> "Cost":
        return Cost(self.cpu - other.cpu, self.wall - other.wall, self.peak, self.size)


def run(command: list[str], text: str, path: Path) -> Cost:
    """Run a command with a text on its input; what it cost and what it wrote."""
    began = time.perf_counter()
    with tempfile.TemporaryFile() as stdin:
        stdin.write(text.encode())
        stdin.seek(0)
        process = subprocess.Popen(  # noqa: S603 - our own code
            [sys.executable, *command],
            stdin=stdin,
            stdout=subprocess.DEVNULL,
            cwd=ROOT,
        )
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = status
    if status:
        sys.exit(f"{command[0]} ended with status {status}")
    wall = time.perf_counter() - began
    cpu = used.ru_utime + used.ru_stime
    return Cost(cpu, wall, used.ru_maxrss / 1024, path.stat().st_size / 1024)


def ours(pieces: list[str], path: Path) -> Cost:
    """Make the report of some pieces, as the product does, in a folder of its own.

    A folder of an earlier round would have its pieces laid out.
    """
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        paths = []
        for number, piece in enumerate(pieces):
            paths.append(str(Path(folder) / f"{number}.html"))
            Path(paths[-1]).write_text(piece)
        job = job_of(paths, stylesheet(), path.parent / "fonts", LIMITS)
        job["path"] = str(path)
        return run(["-m", "compliance.proof.press.pdf"], json.dumps(job), path)


def bare(report: str, path: Path) -> Cost:
    return run(["-c", BARE, str(path)], report, path)


def least(costs: list[Cost]) -> Cost:
    return min(costs, key=lambda cost: cost.cpu)


def show(questions: int, name: str, *numbers: float) -> None:
    columns = " ".join(f"{number:8.2f}" for number in numbers)
    print(f"{questions:5}  {name:6} {columns}", flush=True)


def target(words: str, reached: float, most: float) -> None:
    verdict = "kept" if reached <= most else "missed"
    print(f"       {words}: {reached:.2f}, target {most}: {verdict}", flush=True)


def measured(questions: int, path: Path) -> float:
    """Print what a report of that size costs; its CPU seconds."""
    report = html_of(paper_of(questions))
    pieces, words = cut(report), bare_of(report)
    start, start_bare = ours([NOTHING], path), bare(NOTHING, path)
    rounds = [(ours(pieces, path), bare(words, path)) for _ in range(3 if questions <= 500 else 1)]
    made, floor = least([r[0] for r in rounds]), least([r[1] for r in rounds])
    one = ours([report], path) if len(pieces) > 1 and questions <= 2000 else None
    sides = {"report": (made, start), "bare": (floor, start_bare)}
    if one:
        sides["one"] = (one, start)
    for name, (cost, before) in sides.items():
        net = cost.less(before)
        show(questions, name, net.cpu, net.wall, net.peak, net.size)
    made, floor = made.less(start), floor.less(start_bare)
    ratios = (made.cpu / floor.cpu, made.wall / floor.wall)
    show(questions, "ratio", *ratios, made.peak / floor.peak, made.size / floor.size)
    target("CPU to bare", ratios[0], 1.25)
    target("peak of any process, MiB", made.peak, 600)
    if one:
        target("wall to one process", made.wall / one.less(start).wall, 0.6)
    return made.cpu


def main() -> None:
    path = Path(tempfile.mkdtemp()) / "report.pdf"
    sizes = [int(word) for word in sys.argv[1:]] or [150, 500, 2000, 5000]
    print("    N  side      CPU s   wall s peak MiB file KiB", flush=True)
    costs = [measured(questions, path) for questions in sizes]
    if len(sizes) > 1:
        growth = math.log(costs[-1] / costs[0]) / math.log(sizes[-1] / sizes[0])
        target(f"growth of CPU, {sizes[0]} to {sizes[-1]}, exponent", growth, 1.05)


if __name__ == "__main__":
    main()
