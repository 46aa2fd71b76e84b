"""What a workspace page shows: read from the address, cut into chunks, put in words."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from compliance.assessments import lines, overview
from compliance.assessments.applying import Scope
from compliance.assessments.carrying import different
from compliance.assessments.choices import Filter, Verdict
from compliance.assessments.models import Assessment
from compliance.assessments.overview import Overview, Row
from compliance.organisations.access import MemberRequest, Permission

CHUNK = 40
"""Rows that come at once; the rest follow as they are scrolled to."""
PANELS = ("guidance", "law", "history", "comments")
OPTIONS = [(verdict.value, verdict.label) for verdict in Verdict]


@dataclass(frozen=True, slots=True)
class Look:
    """The address of a workspace page, read leniently: a wrong part is left out."""

    show: str = Filter.ALL
    query: str = ""
    start: int = 0
    open_id: int | None = None
    panel: str = ""

    def address(self, **changes: Any) -> str:
        """The query string of this page with some parts changed."""
        look = replace(self, **changes)
        parts = {
            "show": look.show if look.show != Filter.ALL else "",
            "q": look.query,
            "from": look.start or "",
            "open": look.open_id or "",
            "panel": look.panel,
        }
        return "?" + urlencode({key: value for key, value in parts.items() if value})


def read_look(given: QueryDict) -> Look:
    """The part of the list that an address asks for."""
    show = given.get("show", "")
    panel = given.get("panel", "")
    return Look(
        show=show if show in Filter.values else Filter.ALL.value,
        query=given.get("q", "").replace("\x00", "")[:200].strip(),
        start=_whole(given.get("from", "")),
        open_id=_whole(given.get("open", "")) or None,
        panel=panel if panel in PANELS else "",
    )


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def found_rows(assessment: Assessment, view: Overview, look: Look) -> list[Row]:
    """The rows that filter and search leave."""
    rows = view.matching(look.show)
    if not look.query:
        return rows
    hits = assessment.answers.filter(
        Q(question__key__iexact=look.query)
        | Q(question__title__icontains=look.query)
        | Q(question__text__icontains=look.query)
        | Q(note__icontains=look.query)
        | Q(question__citations__provision__cite__icontains=look.query)
    ).values_list("pk", flat=True)
    wanted = set(hits)
    return [row for row in rows if row.id in wanted]


def cut(rows: Sequence[Row], start: int) -> tuple[list[Row], int | None]:
    """Up to ``CHUNK`` rows from a position on, and where the next chunk starts."""
    rest = [row for row in rows if row.position >= start]
    return rest[:CHUNK], rest[CHUNK].position if len(rest) > CHUNK else None


def list_context(
    request: MemberRequest, assessment: Assessment, look: Look
) -> dict[str, Any]:
    """Everything the workspace shows but the side panel."""
    today = timezone.localdate()
    view = overview.read(
        assessment, request.user.pk, today, different=different(assessment)
    )
    rows = found_rows(assessment, view, look)
    start = look.start
    if look.open_id and not start:
        start = _around(rows, look.open_id)
    chunk, following = cut(rows, start)
    answers = assessment.answers.filter(pk__in=[row.id for row in chunk]).for_page()
    why = look.open_id or look.show == Filter.NOT_APPLYING
    scope = Scope(assessment.edition, assessment.facts) if why else None
    shown = lines.lines(answers, assessment, today, open_id=look.open_id, scope=scope)
    return page_context(request, assessment, view) | {
        "look": look,
        "groups": _groups(shown, view),
        "start": start,
        "found": len(rows),
        "following": look.address(start=following) if following else "",
        "earlier": look.address(start=0, open_id=None) if start > _first(rows) else "",
    }


def _first(rows: Sequence[Row]) -> int:
    return rows[0].position if rows else 0


def _around(rows: Sequence[Row], answer_id: int) -> int:
    """The start of the section that an answer stands in."""
    section = next((row.section_id for row in rows if row.id == answer_id), None)
    return next((row.position for row in rows if row.section_id == section), 0)


def page_context(
    request: MemberRequest, assessment: Assessment, view: Overview
) -> dict[str, Any]:
    """What the frame of the workspace and every saved answer need."""
    url = reverse("assessments:detail", args=[request.organisation.slug, assessment.pk])
    return {
        "assessment": assessment,
        "view": view,
        "tally": view.tally,
        "ahead": view.ahead,
        "base_url": url,
        "answers_url": f"{url}answers/",
        "options": OPTIONS,
        "can_answer": Permission.ANSWER in request.may and assessment.is_open,
        "can_comment": Permission.COMMENT in request.may,
        "now": timezone.now(),
    }


def _groups(shown: list[lines.Line], view: Overview) -> list[dict[str, Any]]:
    sections = {section.id: section for section in view.sections}
    groups: list[dict[str, Any]] = []
    for line in shown:
        section = sections[line.question.section_id]
        if not groups or groups[-1]["section"].id != section.id:
            groups.append({"section": section, "lines": []})
        groups[-1]["lines"].append(line)
    return groups
