"""Contexts of a workspace page: read from the address, in chunks, ready to print."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, partial
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q
from django.http import QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from compliance.content.checklist_translations.translator import other_languages
from compliance.content.checklists import frameworks
from compliance.content.checklists.frameworks import shown_by
from compliance.content.checklists.rating import Points
from compliance.ground.web.text import number_in, searched, whole
from compliance.identity.organisations.access import MemberRequest, Permission, who_may
from compliance.identity.organisations.models import User
from compliance.work.assessments.applying import Scope
from compliance.work.assessments.choices import Filter, Verdict
from compliance.work.assessments.models import Answer, Assessment
from compliance.work.assessments.proposing import prepared_by
from compliance.work.discussion.thread import offered, thread
from compliance.work.law_changes.law import laws
from compliance.work.presence.seeing import Unseen, seen_seq, unseen
from compliance.work.search.queries import answers_with
from compliance.work.signatures.validity import void_of
from compliance.work.workspace import lines, overview
from compliance.work.workspace.elsewhere import offers
from compliance.work.workspace.history import history, since
from compliance.work.workspace.overview import Overview, Row
from compliance.work.workspace.pace import time_left
from compliance.work.workspace.points import points_of
from compliance.work.workspace.proposed import proposed
from compliance.work.workspace.standing_in import bearer_of, borne_by, standing_in

CHUNK = 40
"""Rows that come at once; the rest follow as they are scrolled to."""
MORE = 60
"""Rows that come then: more than at first, since each reply reads the overview again; few
enough that a browser has them in its page within 100 ms.
"""
PANELS = ("guidance", "law", "history", "comments")
OPTIONS = tuple((verdict.value, str(verdict.label)) for verdict in Verdict)


@dataclass(frozen=True, slots=True)
class Look:
    """The address of a workspace page, read leniently: a wrong part is left out."""

    show: str = Filter.ALL
    query: str = ""
    start: int = 0
    open_id: int | None = None
    panel: str = ""
    owner: int | None = None
    clause: str = ""
    """A clause of a framework, as its ``name``; the questions that help to show it."""
    unknown: str = ""
    """A filter that was asked for and is not there."""

    @property
    def beside(self) -> str:
        """Owner, clause and search, as they follow another filter in an address."""
        parts = {"owner": self.owner or "", "clause": self.clause, "q": self.query}
        return "".join(f"&{urlencode({k: v})}" for k, v in parts.items() if v)

    @property
    def of_all(self) -> str:
        """The address of the same for every owner."""
        return self.kept().address(owner=None, start=0)

    @property
    def of_any_clause(self) -> str:
        """The address of the same without the clause."""
        return self.kept().address(clause="", start=0)

    def kept(self) -> "Look":
        """The parts of the address that a kept view holds: filter, owner, clause,
        search and section.
        """
        return replace(self, open_id=None, panel="", unknown="")

    def address(self, **changes: Any) -> str:
        """The query string of this page with some parts changed."""
        look = replace(self, **changes)
        parts = {
            "show": look.show if look.show != Filter.ALL else "",
            "owner": look.owner or "",
            "clause": look.clause,
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
        query=searched(given.get("q", "")),
        start=whole(given.get("from", "")),
        open_id=number_in(given.get("open")) or None,
        panel=panel if panel in PANELS else "",
        owner=number_in(given.get("owner")) or None,
        clause=searched(given.get("clause", ""), 90),
        unknown=show[:40] if show not in ("", *Filter.values) else "",
    )


def read_address(address: str) -> Look:
    """The same from a query string, as ``Look.address`` writes it."""
    return read_look(QueryDict(address.removeprefix("?")))


@dataclass(frozen=True, slots=True)
class KeptView:
    """A view that someone kept, and what it shows."""

    id: int
    name: str
    look: Look
    is_mine: bool
    is_shared: bool

    @property
    def address(self) -> str:
        return self.look.address()


def kept_views(assessment: Assessment, user_id: int) -> list[KeptView]:
    """One's own views and those that other members share, by name; one query."""
    members = assessment.organisation.memberships.values("user")
    shared = Q(is_shared=True, user__in=members)
    rows = assessment.saved_views.filter(Q(user=user_id) | shared)
    return [
        KeptView(
            row.pk,
            row.name,
            read_address(row.address).kept(),
            row.user_id == user_id,
            row.is_shared,
        )
        for row in rows
    ]


def found_rows(assessment: Assessment, view: Overview, look: Look) -> list[Row]:
    """The rows that filter and search leave."""
    rows = view.matching(look.show)
    if look.owner:
        rows = [row for row in rows if row.owner_id == look.owner]
    if look.clause:
        clause = frameworks.find(look.clause)
        keys = frameworks.keys_of(clause, assessment.edition.checklist) if clause else ()
        rows = [row for row in rows if row.key in keys]
    if not look.query:
        return rows
    wanted = answers_with(assessment, look.query)
    return [row for row in rows if row.id in wanted]


def cut(rows: Sequence[Row], start: int, most: int) -> tuple[list[Row], int | None]:
    """Some rows from a position on, and where the next chunk starts."""
    rest = [row for row in rows if row.position >= start]
    return rest[:most], rest[most].position if len(rest) > most else None


def list_context(request: MemberRequest, assessment: Assessment, look: Look) -> dict[str, Any]:
    """Everything the workspace shows but the side panel."""
    view, new = read_view(request, assessment)
    rows = found_rows(assessment, view, look)
    start = look.start or _around(rows, look.open_id)
    most = MORE if request.htmx.target == "more" else CHUNK
    chunk, following = cut(rows, start, most)
    answers = assessment.answers.filter(pk__in=[row.id for row in chunk]).for_page()
    why = look.open_id or look.show in {Filter.NOT_APPLYING, Filter.ELSEWHERE}
    scope = Scope.of_assessment(assessment) if why else None
    beside: dict[str, Any] = {"scope": scope, "amended": view.amended}
    beside |= {"news": new.news, "open_id": look.open_id}
    standing, borne = standing_in(assessment, answers), borne_by(assessment)
    beside |= {"elsewhere": standing.said, "today_there": standing.now}
    beside["proposals"] = proposed(assessment, answers)
    shown = lines.lines(answers, assessment, view.today, **beside)
    context = page_context(request, assessment, view)
    return (
        context
        | _bar(request, assessment, look, rows)
        | {
            "void": partial(void_of, assessment),
            "borne": borne,
            "bearing": {row.section_id for row in view.rows if row.key in borne.keys},
            "unseen": new,
            "groups": _groups(shown, view, rows, points_shown(assessment, shown)),
            "start": start,
            "following": look.address(start=following) if following else "",
            "before_following": sum(r.position < following for r in rows) if following else 0,
            "earlier": look.address(start=0, open_id=None) if start > _first(rows) else "",
        }
    )


def numbers_context(request: MemberRequest, assessment: Assessment, look: Look) -> dict[str, Any]:
    """The counts of a workspace page, without its rows: filters, strip and progress."""
    view, _ = read_view(request, assessment)
    rows = found_rows(assessment, view, look)
    context = page_context(request, assessment, view)
    return context | _bar(request, assessment, look, rows)


def _bar(request: MemberRequest, assessment: Assessment, look: Look, rows: Sequence[Row]) -> dict[str, Any]:
    """The values of the bar of filters next to the overview."""
    return {
        "look": look,
        "owner": _owner(request, look) if look.owner else "",
        "clause": partial(frameworks.find, look.clause),
        "kept": partial(kept_views, assessment, request.user.pk),
        "found": len(rows),
    }


def _owner(request: MemberRequest, look: Look) -> str:
    """The name of the person whose questions are shown."""
    owners = request.organisation.memberships.with_people().filter(user=look.owner)
    return next((str(member.user) for member in owners), "A former member")


def read_view(request: MemberRequest, assessment: Assessment) -> tuple[Overview, Unseen]:
    """The overview with all that its filters ask, and what the person has not seen."""
    new = unseen(assessment, request.user.pk)
    view = overview.read(
        assessment,
        request.user.pk,
        timezone.localdate(),
        changed=new.ids,
        compares=True,
    )
    return view, new


def _first(rows: Sequence[Row]) -> int:
    return rows[0].position if rows else 0


def _around(rows: Sequence[Row], answer_id: int | None) -> int:
    """The start of the section that an answer stands in; 0 where there is none."""
    section = next((row.section_id for row in rows if row.id == answer_id), None)
    return next((row.position for row in rows if row.section_id == section), 0)


def owners(request: MemberRequest, also: User | None = None) -> list[User]:
    """Possible owners of a question or an action, by name; ``also`` is its owner now."""
    people = who_may(request.organisation, Permission.ANSWER)
    return [*people, also] if also and also not in people else people


def page_context(request: MemberRequest, assessment: Assessment, view: Overview) -> dict[str, Any]:
    """The frame of a workspace, with the numbers in it."""
    numbers = {"view": view, "tally": view.tally, "ahead": view.ahead}
    numbers |= {"law": view.law, "rated": view.rated}
    left = partial(time_left, assessment, request.user.pk, view.tally.open)
    numbers |= {"time_left": left}
    return frame(request, assessment, view.today) | numbers


def frame(request: MemberRequest, assessment: Assessment, today: date) -> dict[str, Any]:
    """Context that every row of a workspace needs."""
    url = reverse("workspace:detail", args=[request.organisation.slug, assessment.pk])
    return {
        "assessment": assessment,
        "today": today,
        "base_url": url,
        "answers_url": f"{url}answers/",
        "options": OPTIONS,
        "can_answer": Permission.ANSWER in request.may and assessment.is_open,
        "can_comment": Permission.COMMENT in request.may and assessment.is_talked_about,
        "now": timezone.now(),
        "bearer": cache(partial(bearer_of, assessment)),
        "proposed_for": cache(partial(prepared_by, request.user, assessment)),
    }


def points_shown(assessment: Assessment, shown: Sequence[lines.Line]) -> dict[int, Points]:
    """Points by section where a shown row is rated: one query then, else none."""
    is_rated = any(c.rating for line in shown for c in line.question.choices.all())
    return points_of(assessment) if is_rated else {}


def _groups(
    shown: list[lines.Line],
    view: Overview,
    rows: Sequence[Row],
    points: dict[int, Points],
) -> list[dict[str, Any]]:
    """The shown lines by section, with what of it the whole list holds."""
    sections = {section.id: section for section in view.sections}
    applying = [row for row in rows if row.applies]
    found = Counter(row.section_id for row in applying)
    groups: list[dict[str, Any]] = []
    for line in shown:
        section = sections[line.question.section_id]
        if not groups or groups[-1]["section"].id != section.id:
            of: dict[str, Any] = {"count": found[section.id]}
            of |= {"points": points.get(section.id)}
            groups.append({"section": section, "lines": [], **of})
        groups[-1]["lines"].append(line)
    return groups


def find(request: MemberRequest, assessment_id: UUID) -> Assessment:
    """The assessment, if it is the organisation's own; else 404."""
    rows = request.organisation.assessments.for_page()
    return get_object_or_404(rows, pk=assessment_id)


def find_answer(assessment: Assessment, answer_id: int) -> Answer:
    """The answer with all its row shows, if it is the assessment's own; else 404."""
    return get_object_or_404(assessment.answers.for_page(), pk=answer_id)


def find_row(request: MemberRequest, assessment_id: UUID, answer_id: int) -> Answer:
    """The same with its assessment, and whether the law changed under its question."""
    rows = Answer.rows_of(request.organisation, assessment_id)
    return get_object_or_404(rows, pk=answer_id)


def panel_context(line: lines.Line, view: overview.Overview, panel: str) -> dict[str, Any]:
    """Context of one tab of the side panel for one question."""
    answer = line.answer
    related = {row.key: row for row in view.rows}
    context: dict[str, Any] = {
        "line": line,
        "panel": panel,
        "panels": [(name, name.capitalize()) for name in PANELS],
        "related": [related[k] for k in line.question.related if k in related],
    }
    if panel == "guidance":
        context["other_languages"] = other_languages(line.question)
    elif panel == "law":
        context["laws"] = laws(answer)
        checklist = answer.assessment.edition.checklist
        context["frameworks"] = shown_by(checklist, line.question.key)
    elif panel == "history":
        context["history"] = history(answer)
        context["seen_seq"] = seen_seq(answer.assessment, view.viewer_id)
    elif panel == "comments":
        context["thread"] = thread(answer)
        context["offers"] = offered(answer, view.viewer_id)
    return context


def row_context(request: MemberRequest, answer: Answer) -> dict[str, Any]:
    """An opened row; ``find_row`` finds its answer."""
    assessment, today = answer.assessment, timezone.localdate()
    new = unseen(assessment, request.user.pk, answer.pk)
    standing = standing_in(assessment, [answer])
    return frame(request, assessment, today) | {
        "line": lines.line(
            answer,
            assessment,
            today,
            scope=Scope.of_assessment(assessment),
            is_open=True,
            news=new.news.get(answer.pk),
            law_changed=assessment.is_open and answer.applies and answer.law_moved,
            stands_in=standing.said.get(answer.question.key),
            there_now=standing.now.get(answer.question.key),
            proposed=proposed(assessment, [answer]).get(answer.pk, ()),
        ),
        "news": since(answer, new, request.user.pk),
        "takeable": offers(assessment, answer),
        "people": owners(request, answer.owner),
    }
