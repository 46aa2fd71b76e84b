"""The report as HTML, and its stylesheet with everything it needs inside."""

import base64
import re
from datetime import UTC
from functools import cache

from django.conf import settings
from django.template.loader import render_to_string

from compliance.assessments.scoring import ORDER
from compliance.reports import charts
from compliance.reports.paper import Paper
from compliance.templatetags.paper import isolated
from compliance.web.text import FORBIDDEN

FONT = re.compile(r'url\("\.\./fonts/([a-z0-9-]+\.woff2)"\)')


def html_of(paper: Paper) -> str:
    """The whole report as one HTML document; the same paper gives the same text."""
    content = paper.content
    title = shown(f"{content.checklist}, {content.subject}: assessment report")
    counts = dict(paper.binding_tally.parts())
    return render_to_string(
        "reports/pdf/report.html",
        {
            "paper": paper,
            "content": content,
            "title": title,
            "author": shown(content.organisation),
            "running_head": running_head(paper),
            "written_at": paper.read_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "sections": content.sections,
            "bars": [
                (part, charts.bar(part.tally, 180, 10)) for part in content.sections
            ],
            "strip": charts.answer_strip(
                [line.verdict for line in content.applying],
                f"Answers in order, taller means more attention: {charts.in_words(paper.tally)}",
            ),
            "total_bar": charts.bar(paper.binding_tally),
            "legend": [
                {"verdict": name, "name": charts.NAMES[name], "count": counts[name]}
                for name in ORDER
                if counts[name] or name not in {"dont_know", "later"}
            ],
            "ahead": {line.key for line in paper.ahead},
            "stated_count": len(content.applying) - len(content.na),
        },
    )


def running_head(paper: Paper) -> str:
    """What stands at the top of each page; each name in an isolate of its own."""
    content = paper.content
    names = (content.checklist, content.subject, content.organisation)
    checklist, subject, organisation = map(isolated, names)
    return f"{checklist}, {subject} · {organisation}"


def shown(text: str) -> str:
    """One line of text, with U+FFFD for what cannot be shown."""
    return FORBIDDEN.sub("\ufffd", text)


@cache
def stylesheet() -> str:
    """``report.css`` with its fonts as data, so that nothing is fetched."""
    text = (settings.BASE_DIR / "static" / "css" / "report.css").read_text()
    return FONT.sub(_as_data, text)


def _as_data(match: re.Match[str]) -> str:
    font = (settings.BASE_DIR / "static" / "fonts" / match[1]).read_bytes()
    return f'url("data:font/woff2;base64,{base64.b64encode(font).decode()}")'
