"""The commands of a member: every place that menus and Ctrl K lead to, said once.

The right that a command asks for is that of the door at its address, never written here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property
from uuid import UUID

from django.http import HttpRequest
from django.urls import resolve, reverse

from compliance.identity.organisations.access import Permission


class Menu(StrEnum):
    """The menu in which a command stands beside Ctrl K."""

    MAIN = "main"
    ORGANISATION = "organisation"
    EXPORT = "export"
    NONE = ""


@dataclass(frozen=True, slots=True)
class Command:
    """A page that a member goes to by its name, or by other ``words`` for it.

    ``of_assessment``: its address takes an assessment, else the organisation alone.
    ``runs``: only while the assessment is open. ``door`` is the address whose rights it
    asks for, where the page itself lets more people in. ``unless``: a right with which
    another command takes its place.
    """

    name: str
    address: str
    about: str = ""
    words: str = ""
    menu: Menu = Menu.NONE
    of_assessment: bool = False
    runs: bool = False
    fragment: str = ""
    door: str = ""
    unless: Permission | None = None
    is_place: bool = False
    """Whether it is a page to look at, and not something to do."""

    @property
    def rights(self) -> frozenset[Permission]:
        """All that its door asks for."""
        return _rights(self.door or self.address, of_assessment=self.of_assessment)

    @property
    def place(self) -> str:
        """The place in the navigation that ``{% here %}`` marks."""
        return self.name.lower()

    def is_for(self, may: Iterable[str]) -> bool:
        """Whether someone with these rights is let in."""
        given = frozenset(may)
        return self.rights <= given and self.unless not in given

    def url(self, slug: str, assessment: UUID | None = None) -> str:
        """Its address in an organisation, for one assessment where it takes one."""
        args = [slug, assessment] if self.of_assessment else [slug]
        return reverse(self.address, args=args) + self.fragment


@cache
def _rights(address: str, *, of_assessment: bool) -> frozenset[Permission]:
    args = ["x", UUID(int=0)] if of_assessment else ["x"]
    door = resolve(reverse(address, args=args)).func
    return frozenset({door.permission, door.also} - {None})  # type: ignore[attr-defined]


def _page(name: str, address: str, menu: Menu = Menu.NONE, **more: object) -> Command:
    return Command(name, address, menu=menu, is_place=True, **more)  # type: ignore[arg-type]


_MAIN, _OURS, _EXPORT = Menu.MAIN, Menu.ORGANISATION, Menu.EXPORT

COMMANDS = (
    _page("Home", "home:home", _MAIN),
    _page("Assessments", "workspace:list", _MAIN),
    _page("Actions", "remediation:action_list", _MAIN, words="tasks"),
    _page("Evidence", "evidence:list", _MAIN, words="files"),
    _page("Checklists", "checklists:list", _MAIN),
    _page("Reports", "reports:list", _MAIN, words="pdf"),
    _page("Calendar", "calendar:calendar", _OURS, words="dates deadlines"),
    _page("Calendar", "calendar:audit", _OURS),
    _page("Requests of auditors", "seats:request_list", _OURS),
    _page("Members", "organisations:members", _OURS, words="people roles"),
    _page("Security policy", "organisations:policy", _OURS),
    _page("Sign-on", "sign_on:provider", _OURS, words="sso saml oidc"),
    _page("Directory", "directory:page", _OURS, words="scim"),
    _page("Webhooks", "webhooks:webhooks", _OURS),
    _page("Archive and closing", "closing:whole", _OURS, words="export everything"),
    _page("Invitations", "organisations:invite", _OURS, unless=Permission.MEMBERS),
    _page("Trail", "history:trail", _OURS, words="history events log"),
    _page("All my work", "home:work", words="todo tasks"),
    _page("Board of actions", "remediation:action_board"),
    _page("Gaps and plan", "gaps:list"),
    _page("Compare", "comparison:compare", words="periods difference"),
    _page("Reminders", "calendar:reminders", words="mail digest notifications"),
    _page("Tokens for programs", "tokens:tokens", words="api"),
    _page("Look of reports", "letterhead:letterhead", words="logo colour letterhead"),
    _page("Result", "results:result", words="score level", of_assessment=True),
    _page("Review", "reviews:review", words="sign-off", of_assessment=True),
    _page("Correct details", "scoping:details", words="subject period due rename", of_assessment=True),
    _page("Facts", "scoping:facts", of_assessment=True),
    _page("Auditors", "seats:list", words="seats invite share", of_assessment=True),
    _page("As of a date", "history:as_of", words="earlier past", of_assessment=True),
    _page("What applies", "scoping:applicability", words="why not", of_assessment=True),
    Command(
        "Next unanswered question",
        "workspace:next_open",
        "Opens the first question of this assessment that is open.",
        "go",
        of_assessment=True,
        runs=True,
    ),
    Command(
        "Assign questions",
        "assignments:assign",
        "A section, a filter or a few of them, to a member or to someone new.",
        "owner give delegate",
        of_assessment=True,
        runs=True,
    ),
    Command(
        "PDF report",
        "reports:ask",
        "Every question with answer, reason and hash, sealed: it proves itself.",
        "make export",
        _EXPORT,
        of_assessment=True,
    ),
    Command(
        "Spreadsheet (XLSX)",
        "answer_sheets:sheet",
        "To fill in with Excel or LibreOffice, and to import again.",
        "export import sheet excel ods download",
        _EXPORT,
        of_assessment=True,
    ),
    Command(
        "Audit pack",
        "exports:list",
        "Report, evidence files and trail in one ZIP, with hashes.",
        "export evidence zip download",
        _EXPORT,
        of_assessment=True,
        fragment="#pack",
        door="exports:ask_pack",
    ),
    Command(
        "Bundle",
        "exports:list",
        "All of it, to move to another installation of Attest.",
        "export move download",
        _EXPORT,
        of_assessment=True,
        fragment="#bundle",
        door="exports:ask_bundle",
    ),
    Command(
        "Calendar of dates (ICS)",
        "calendar:calendar",
        "Due days and dates of law, as a subscription for your calendar.",
        "export subscribe feed ical",
        _EXPORT,
        fragment="#subscribe",
    ),
    Command("Start an assessment", "scoping:choose", words="new assessment begin"),
    Command("Add evidence", "evidence:add", words="new upload file link"),
    Command("New action", "remediation:action_new", words="task add"),
    Command("Invite someone", "organisations:invite", words="member person new"),
    Command(
        "Export the trail",
        "history:trail",
        words="download",
        door="history:trail_export",
    ),
)
"""In the order of the menus."""


@dataclass(frozen=True)
class Ways:
    """The commands of a member, by menu."""

    may: frozenset[Permission]

    @cached_property
    def all(self) -> list[Command]:
        return [one for one in COMMANDS if one.is_for(self.may)]

    @property
    def main(self) -> list[Command]:
        return self._of(Menu.MAIN)

    @property
    def organisation(self) -> list[Command]:
        return self._of(Menu.ORGANISATION)

    @property
    def export(self) -> list[Command]:
        return self._of(Menu.EXPORT)

    @property
    def not_export(self) -> list[Command]:
        """Files of an assessment that others take, and this member cannot."""
        every = [one for one in COMMANDS if one.menu == Menu.EXPORT]
        return [one for one in every if one not in self.all]

    def _of(self, menu: Menu) -> list[Command]:
        return [one for one in self.all if one.menu == menu]


def ways(request: HttpRequest) -> dict[str, Ways]:
    """The commands of the member who asks, for templates."""
    return {"ways": Ways(getattr(request, "may", frozenset()))}
