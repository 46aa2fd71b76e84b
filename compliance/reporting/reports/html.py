"""The report as HTML, and its stylesheet with everything it needs inside."""

import base64
import re
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, date
from functools import cache
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from compliance.assurance.reviews.signing_statement import lacking, statement
from compliance.content.checklists.translations import ORIGINAL
from compliance.ground.charts.shapes import bar, strip
from compliance.ground.web.site_address import is_only_here
from compliance.ground.web.text import printable
from compliance.reporting.reports import findings
from compliance.reporting.reports.board import DAYS, board_of
from compliance.reporting.reports.counting import NAMES, in_words
from compliance.reporting.reports.kinds import ANNEXES, numbered
from compliance.reporting.reports.paper import Paper
from compliance.reporting.reports.split import cut
from compliance.reporting.reports.words import EXTRACTS, KINDS, PAGES, TITLES
from compliance.reporting.results.law import RULED_ON, Counts, LawResult
from compliance.templatetags.paper import isolated, limit
from compliance.templatetags.ui import long_day
from compliance.work.assessments.choices import Verdict
from compliance.work.snapshots.content import Line, Section

FONT = re.compile(r'url\("\.\./fonts/([a-z0-9-]+\.woff2)"\)')
FEW = 3
"""Chapters that are found without a page of contents."""
SHORT = 20
"""Questions of a report whose chapters do not each begin a page: most would stay empty."""
HEAD = 36
"""Characters of a name at the top of each page: three such names take two lines."""
_SLACK = re.compile(r">[ \t]*\n\s*<")
"""Space that templates leave between two tags: a fifth of a report, and nothing of a person."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """A part of the report with its title, as contents and headings print it."""

    part: str
    mark: str
    title: str

    @property
    def template(self) -> str:
        return PAGES[self.part]


Later = tuple[date, list[Line], int]


@dataclass(frozen=True, slots=True)
class DetailedSection:
    """A section as the detailed part shows it: the questions the extract leaves in."""

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
        html = render_to_string("reporting/reports/pdf/report.html", _context(paper.in_words))
    return _SLACK.sub(">\n<", html)


def pieces_of(paper: Paper) -> list[str]:
    """The report as documents that are laid out apart: one, unless it is long."""
    return cut(html_of(paper))


def _context(paper: Paper) -> dict[str, Any]:
    content = paper.content
    chapters = _chapters(paper.parts)
    kind = gettext(KINDS[paper.wanted.kind])
    chief, rates = _chief(paper)
    parts = findings.parts_of(chief, rates=rates)
    law, later = paper.result.law, _later(paper)
    views = [findings.scale_view(paper.result, one) for one in paper.result.scales]
    extract = _extract_words(paper)
    past = gettext("Looking back") if paper.is_past else ""
    standing = _standing(paper)
    return {
        "paper": paper,
        "statement_translated": _translated_statement(paper),
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
            filter(
                None,
                [
                    printable(paper.look.mark) or gettext("Confidential"),
                    standing,
                    past,
                    extract,
                ],
            )
        ),
        "standing": standing,
        "extract_words": extract,
        "written_at": paper.read_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "chapters": chapters,
        "answers_mark": next((c.mark for c in chapters if c.part == "answers"), ""),
        "titles": {chapter.part: chapter.title for chapter in chapters},
        "anchors": _anchors(paper),
        "sections": content.sections,
        "detailed": _detailed_sections(paper),
        "has_contents": len(chapters) > FEW,
        "is_short": len(content.lines) <= SHORT,
        "law": law,
        "lead_sentences": findings.lead_sentences(law),
        **_open_duties(paper),
        "law_rows": findings.counted_rows([(s.title, s.counts) for s in law.sections]),
        "law_tiers": _tiers(law),
        "law_roles": _roles(paper),
        "practice": law.practice,
        "practice_rows": (rows := _practice(paper)),
        "has_points": any(row.points for row in rows),
        "later": later,
        "rules": RULED_ON,
        "scales": views,
        "level_views": [view for view in views if not view.is_staged],
        "stage_views": [view for view in views if view.is_staged],
        "untranslated": _untranslated(paper),
        "strip": findings.Picture(
            strip([paper.counted(line) for line in content.applying]),
            gettext("Answers in order, taller means more attention:") + f" {in_words(paper.tally)}",
        ),
        "total_bar": findings.Picture(bar(parts, 400), findings.counted_words(chief, rates=rates)),
        "legend": [
            {
                "verdict": name,
                "name": gettext("Open" if name == "unanswered" else NAMES[name]),
                "count": count,
            }
            for name, count in parts
        ],
        "ahead": {line.key for line in paper.ahead},
        "stated_count": len(content.applying) - len(content.na),
    } | (_board(paper, later) if "board" in paper.parts else _work(paper))


def _board(paper: Paper, later: list[Later]) -> dict[str, Any]:
    return {"board": board_of(paper), "board_days": later[:DAYS]}


def _work(paper: Paper) -> dict[str, Any]:
    rows = paper.work.rows(paper.content) if paper.work else []
    found = [row for row in rows if row.tested.is_exception]
    return {"work": paper.work, "tests": rows, "exceptions": found}


def _translated_statement(paper: Paper) -> str:
    """The signed statement in the language of the report; "" where it is English, or in
    other words than those of today.
    """
    signature, content = paper.signature, paper.content
    if signature is None or paper.wanted.language == ORIGINAL:
        return ""
    rated = paper.rated_keys
    forms = {statement(content, paper.stood_at, rated, is_earlier=one): one for one in (True, False)}
    if signature.statement not in forms:
        return ""
    unmet = [line for line in content.applying if line.verdict == "not_met"]
    below = sum(line.key in rated for line in unmet)
    words = gettext(
        "I have reviewed the answers, reasons and evidence of this assessment as they"
        " stood on %(day)s at %(time)s. To the best of my knowledge they are complete and"
        " correct. Requirements stated as not met: %(count)s; ratings below what is asked:"
        " %(below)s."
    )
    said = words % {
        "day": long_day(paper.day),
        "time": f"{paper.stood_at:%H:%M %Z}".strip(),
        "count": len(unmet) - below,
        "below": below,
    }
    unanswered, unproved = lacking(content)
    if not forms[signature.statement] and (unanswered or unproved):
        words = gettext(
            "Questions without an answer: %(open)s; “Met” or “Partly” without evidence: %(unproved)s."
        )
        said = f"{said} {words % {'open': unanswered, 'unproved': unproved}}"
    if content.resting:
        words = gettext(
            "Answered for the organisation in another assessment, and not reviewed here: %(count)s."
        )
        said = f"{said} {words % {'count': len(content.resting)}}"
    return said


def _chief(paper: Paper) -> tuple[Counts, bool]:
    """The counts of the first picture, and whether they rate: where there is no law."""
    law = paper.result.law
    rates = not law.is_there and law.practice.total > 0
    return (law.practice if rates else law.counts), rates


def _open_duties(paper: Paper) -> dict[str, int]:
    """Duties that count as open, by what keeps them so: their sum is that of the tile."""
    found = Counter(line.verdict for line in paper.binding)
    waiting = sum(line.na_waits for line in paper.binding)
    unknown = found[Verdict.DONT_KNOW]
    blank = paper.result.law.counts.open - waiting - unknown
    return {"open_na": waiting, "open_unknown": unknown, "open_blank": blank}


def _tiers(law: LawResult) -> list[findings.CountedRow]:
    """Counts of the duties that bind under each limit of fines; none where no act sets one."""
    none = gettext("No limit in the acts cited")
    return findings.counted_rows([(limit(one.tier) if one.tier else none, one.counts) for one in law.tiers])


def _roles(paper: Paper) -> list[findings.CountedRow]:
    """Counts of the duties that bind each role; none where all bind one."""
    found, names = paper.result.law.roles, paper.measures.roles
    if len(found) < 2:
        return []
    return findings.counted_rows([(names.get(one.key, one.key), one.counts) for one in found])


def _practice(paper: Paper) -> list[findings.CountedRow]:
    """Recommended practice by section, with points where its questions give any."""
    points, sections = paper.practice_points, paper.result.practice
    rows = findings.counted_rows([(s.title, s.counts) for s in sections], rates=True)
    return [replace(row, points=points.get(section.key)) for row, section in zip(rows, sections, strict=True)]


def _later(paper: Paper) -> list[Later]:
    """Days on which duties begin to bind, their questions, and how many wait."""
    waiting = Counter(one.binds_from for one in paper.result.law.ahead)
    return [(day, lines, waiting[day]) for day, lines in paper.later]


def _untranslated(paper: Paper) -> int:
    """Questions that stand in another language than that of the report."""
    language = paper.words.language
    return sum(language(q.key) != paper.wanted.language for q in paper.content.lines)


def _standing(paper: Paper) -> str:
    """Each page's word on what is not signed, or no longer; of a working paper, on tests."""
    if paper.work and paper.is_of_auditor:
        count = paper.work.open_tests
        return gettext("Open tests: %(count)s") % {"count": count} if count else ""
    if paper.signature is None:
        return gettext("DRAFT, not signed")
    return gettext("Signature void") if paper.signature.is_void else ""


def _chapters(parts: tuple[str, ...]) -> list[Chapter]:
    annex = gettext("Annex")
    return [
        Chapter(
            part,
            mark,
            f"{annex} {mark} {name}" if part in ANNEXES else f"{mark} {name}",
        )
        for part, mark in numbered(parts)
        for name in [gettext(TITLES[part])]
    ]


def _detailed_sections(paper: Paper) -> list[DetailedSection]:
    """Sections in order; those of which an extract shows nothing are left out."""
    sections = []
    for section in paper.content.sections:
        lines = [line for line in section.applying if paper.wanted.keeps(line)]
        if lines or not paper.wanted.extract:
            sections.append(DetailedSection(section, lines, _counted_words(paper, section)))
    return sections


def _counted_words(paper: Paper, section: Section) -> str:
    """The counts of a section in words, law and ratings apart."""
    split = [
        paper.tally_of(line for line in section.applying if paper.is_rating(line) is rates)
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
        found |= {line.anchor for line in paper.detailed}
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
    words = gettext("Extract: %(which)s, %(shown)s of %(total)s questions that apply")
    return words % {
        "which": gettext(EXTRACTS[wanted.extract]),
        "shown": len(paper.detailed),
        "total": len(paper.content.applying),
    }


def _description(paper: Paper) -> str:
    content = paper.content
    words = gettext("Assessment against %(checklist)s, edition %(edition)s, as it stood on %(day)s")
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


def stylesheet_of(paper: Paper) -> str:
    """The style sheet in the organisation's colour, which is dark enough for white text."""
    colour = paper.look.colour
    if not colour:
        return stylesheet()
    own = f".brandline {{ background-color: {colour}; }} .board h1 {{ border-color: {colour}; }}"
    return f"{stylesheet()}\n{own}\n"


def _as_data(match: re.Match[str]) -> str:
    font = (settings.BASE_DIR / "static" / "fonts" / match[1]).read_bytes()
    return f'url("data:font/woff2;base64,{base64.b64encode(font).decode()}")'
