"""Payloads of events about the legal index."""

from typing import Required

from compliance.proof.audit.payloads import Day, Side, Words


class Fine(Side, total=False):
    """An upper limit of fines: euros, percent of turnover, and what it is for."""

    amount: int
    percent: int
    under: str
    note: Words
    provisions: list[str]


class Instrument(Side, total=False):
    """A law of the legal index."""

    key: str
    name: Words
    title: Words
    official_id: str
    url: Words
    force: str
    fines: list[Fine]
    seen_on: Day | None


class Provision(Side, total=False):
    """Differences of a provision of a law."""

    cite: str
    title: Words
    url: Words
    applies_from: Day
    status: str
    successor: str
    position: int


class OldProvisions(Side, total=False):
    """Citation to what differed before; new ones are not among them."""

    provisions: dict[str, Provision]


class NewProvisions(OldProvisions, total=False):
    """Citation to what differs now, how many are new, and why an editor changed it."""

    added: Required[int]
    reason: Words


class Released(Side, total=False):
    """The citation of a provision."""

    cite: Required[str]
