"""The report as HTML, and its stylesheet with everything it needs inside."""

import base64
import re
from dataclasses import dataclass
from datetime import UTC
from functools import cache
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from compliance.assessments.scoring import ORDER
from compliance.charts.shapes import Chart, bar, strip
from compliance.checklists.rating import Points
from compliance.reports.counting import NAMES, RARE, in_words
from compliance.reports.cutting import cut
from compliance.reports.kinds import ANNEXES, numbered
from compliance.reports.paper import Paper
from compliance.reports.words import EXTRACTS, KINDS, PAGES, TITLES
from compliance.reviews.content import Line, Section
from compliance.templatetags.paper import isolated
from compliance.templatetags.ui import long_day
from compliance.web.reach import is_only_here
from compliance.web.text import printable

FONT = re.compile(r'url\("\.\./fonts/([a-z0-9-]+\.woff2)"\)')
HEAD = 36
"""Characters of a name at the top of each page: three such names take two lines."""
_SLACK = re.compile(r">[ \t]*\n\s*<")
"""Space that templates leave between two tags: a fifth of a report, and nothing of a person."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """A part of the report with its title, as contents and headings print it."""

    part: str
    title: str

    @property
    def template(self) -> str:
        return PAGES[self.part]


@dataclass(frozen=True, slots=True)
class Told:
    """A section as the detailed part tells it: the questions the extract leaves in."""

    section: Section
    lines: list[Line]
    words: str

    @property
    def number(self) -> int:
        return self.section.number

    @property
    def title(self) -> str:
        return self.section.title


def html_of(paper: Paper) -> str:
    """The whole report as one HTML document; the same paper gives the same text."""
    with translation.override(paper.wanted.language):
        html = render_to_string("reports/pdf/report.html", _context(paper.in_words))
    return _SLACK.sub(">\n<", html)


def pieces_of(paper: Paper) -> list[str]:
    """The report as documents that are laid out apart: one, unless it is long."""
    return cut(html_of(paper))


def _context(paper: Paper) -> dict[str, Any]:
    content = paper.content
    chapters = _chapters(paper.parts)
    kind = gettext(KINDS[paper.wanted.kind])
    counts = dict(paper.chief_tally.parts())
    extract = _extract_words(paper)
    past = gettext("Looking back") if paper.is_past else ""
    standing = _standing(paper)
    return {
        "paper": paper,
        "verify_address": f"{settings.URL}{reverse('verify')}",
        "is_only_here": is_only_here(),
        "content": content,
        "content_language": paper.words.original,
        "kind_name": kind,
        "title": printable(f"{content.checklist}, {content.subject}: {kind}"),
        "description": _description(paper),
        "author": printable(content.organisation),
        "running_head": running_head(paper),
        "mark": " · ".join(
            filter(None, [gettext("Confidential"), standing, past, extract])
        ),
        "standing": standing,
        "extract_words": extract,
        "written_at": paper.read_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "chapters": chapters,
        "titles": {chapter.part: chapter.title for chapter in chapters},
        "anchors": _anchors(paper),
        "sections": content.sections,
        "told": _told(paper),
        "tables": _tables(paper),
        "strip": Picture(
            strip([paper.counted(line) for line in content.applying]),
            gettext("Answers in order, taller means more attention:")
            + f" {in_words(paper.tally)}",
        ),
        "total_bar": Picture(
            bar(paper.chief_tally.parts(), 400), in_words(paper.chief_tally)
        ),
        "legend": [
            {
                "verdict": name,
                "name": gettext(NAMES[name]),
                "count": counts[name],
            }
            for name in ORDER
            if counts[name] or name not in RARE
        ],
        "ahead": {line.key for line in paper.ahead},
        "stated_count": len(content.applying) - len(content.na),
    }


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart, and its numbers in words for those who do not see it."""

    chart: Chart
    words: str


@dataclass(frozen=True, slots=True)
class Counted:
    """A table of sections: what law demands, or what is rated and no breach."""

    is_rated: bool
    rows: list[tuple[Section, Picture, Points]]
    """Each section with its bar and its points."""

    @property
    def has_points(self) -> bool:
        return any(points.most for _, _, points in self.rows)


def _tables(paper: Paper) -> list[Counted]:
    """The sections counted, law and ratings apart."""
    found = []
    for is_rated, sections in (
        (False, [] if paper.is_rating_alone else paper.law_sections),
        (True, paper.rated_sections),
    ):
        rows = [
            (part, _bar_of(paper, part), paper.points(part.lines)) for part in sections
        ]
        if rows:
            found.append(Counted(is_rated, rows))
    return found


def _bar_of(paper: Paper, part: Section) -> Picture:
    """The bar of a section; its words begin with the name of the section."""
    counts = paper.tally_of(part.lines)
    return Picture(bar(counts.parts()), f"{part.title}: {in_words(counts)}")


def _standing(paper: Paper) -> str:
    """Each page's word on what is not signed, or no longer."""
    if paper.signature is None:
        return gettext("DRAFT, not signed")
    return gettext("Signature void") if paper.signature.is_void else ""


def _chapters(parts: tuple[str, ...]) -> list[Chapter]:
    annex = gettext("Annex")
    return [
        Chapter(part, f"{annex} {mark} {name}" if part in ANNEXES else f"{mark} {name}")
        for part, mark in numbered(parts)
        for name in [gettext(TITLES[part])]
    ]


def _told(paper: Paper) -> list[Told]:
    """Sections in order; those of which an extract tells nothing are left out."""
    told = []
    for section in paper.content.sections:
        lines = [line for line in section.applying if paper.wanted.keeps(line)]
        if lines or not paper.wanted.extract:
            told.append(Told(section, lines, _counted_words(paper, section)))
    return told


def _counted_words(paper: Paper, section: Section) -> str:
    """The counts of a section in words, law and ratings apart."""
    split = [
        paper.tally_of(
            line for line in section.applying if paper.is_rating(line) is rates
        )
        for rates in (False, True)
    ]
    law, rates = (in_words(one) for one in split)
    if not split[1].total:
        return law
    said = gettext("rated, no breach: %(counts)s") % {"counts": rates}
    return f"{law}; {said}" if split[0].total else said


def _anchors(paper: Paper) -> frozenset[str]:
    """Places that links of this report may lead to."""
    content, parts = paper.content, paper.wanted.parts
    found: set[str] = set()
    if "answers" in parts:
        found |= {line.anchor for line in paper.told}
    if "actions" in parts:
        found |= {task.anchor for task in content.tasks}
    if "evidence" in parts:
        found |= {proof.anchor for proof in content.proofs}
    return frozenset(found)


def _extract_words(paper: Paper) -> str:
    """ "Extract: only open questions, 12 of 150", or "" for a whole report."""
    wanted = paper.wanted
    if not wanted.extract:
        return ""
    words = gettext("Extract: %(which)s, %(told)s of %(total)s questions that apply")
    return words % {
        "which": gettext(EXTRACTS[wanted.extract]),
        "told": len(paper.told),
        "total": len(paper.content.applying),
    }


def _description(paper: Paper) -> str:
    content = paper.content
    words = gettext(
        "Assessment against %(checklist)s, edition %(edition)s, as it stood on %(day)s"
    )
    return words % {
        "checklist": printable(content.checklist),
        "edition": printable(content.edition),
        "day": long_day(paper.day),
    }


def running_head(paper: Paper) -> str:
    """The names at the top of each page, each in an isolate of its own; long ones cut.

    An organisation that is its own subject is named once.
    """
    content = paper.content
    checklist, subject, organisation = (
        isolated(name if len(name) <= HEAD else f"{name[:HEAD].rstrip()}…")
        for name in (content.checklist, content.subject, content.organisation)
    )
    if content.subject == content.organisation:
        return f"{checklist} · {organisation}"
    return f"{checklist}, {subject} · {organisation}"


@cache
def stylesheet() -> str:
    """``report.css`` with its fonts as data, so that nothing is fetched."""
    text = (settings.BASE_DIR / "static" / "css" / "report.css").read_text()
    return FONT.sub(_as_data, text)


def _as_data(match: re.Match[str]) -> str:
    font = (settings.BASE_DIR / "static" / "fonts" / match[1]).read_bytes()
    return f'url("data:font/woff2;base64,{base64.b64encode(font).decode()}")'
