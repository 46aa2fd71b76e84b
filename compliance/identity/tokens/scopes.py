"""Scopes of tokens: permissions of the one table that a program may be given.

Signing, confirming, opening again, people and checklists are not among them: those need
someone who is asked anew who they are.
"""

from collections.abc import Iterable, Mapping

from compliance.identity.organisations.access import ALLOWED, Permission

SCOPES: Mapping[Permission, str] = {
    Permission.VIEW: "Read checklists, assessments, answers, evidence, actions and results",
    Permission.ANSWER: "Write answers, evidence and actions",
    Permission.PROPOSE: "Propose answers, which people use or set aside",
    Permission.COMMENT: "Comment on answers",
    Permission.ASSESS: "Start assessments and change their facts",
    Permission.REPORT: "Ask for reports and fetch them",
    Permission.TRAIL: "Read the trail",
    Permission.MEMBERS: "Read the members and their roles",
}
"""Each with what it opens. Every token has the first."""
OF_ORGANISATION = frozenset({Permission.VIEW, Permission.REPORT, Permission.TRAIL, Permission.MEMBERS})
"""The permissions of a token without a person: to read. Words in an assessment are a person's."""

DIRECTORY = "directory"
"""The one scope of a directory's token (room ``directory``); it opens nothing else."""


def offered(role: str) -> list[Permission]:
    """The scopes that someone of a role may give to a token of theirs."""
    return [scope for scope in SCOPES if scope in ALLOWED.get(role, frozenset())]


def written(scopes: Iterable[str]) -> str:
    """Scopes as a row keeps them, in the order of the table: "view answer"."""
    chosen = {Permission.VIEW, *scopes}
    return " ".join(scope.value for scope in SCOPES if scope in chosen)


def read(text: str) -> frozenset[Permission]:
    """The scopes that a row keeps; one that is no scope any more opens nothing."""
    kept = set(text.split())
    return frozenset(scope for scope in SCOPES if scope.value in kept)
