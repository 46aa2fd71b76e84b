"""The shape of ``themes.yaml`` and of the legal index, ``law/<instrument>.yaml``."""

from datetime import date
from typing import Annotated, Any

from pydantic import Field

from compliance.content.checklist_schema.words import (
    Aside,
    Binding,
    Key,
    Line,
    Part,
    Short,
    Status,
    Url,
)
from compliance.content.legal_index.choices import ProvisionStatus


class ThemeLine(Part):
    key: Key
    name: Short


class Themes(Part):
    """``themes.yaml``."""

    themes: list[ThemeLine]


class InstrumentHead(Part):
    """The instrument, and what its provisions have in common."""

    key: Key
    name: Short
    title: Line
    official_id: Annotated[Aside, Field(max_length=60)] = ""
    url: Url
    force: Binding
    cite_as: Short
    link: Url
    applies_from: date
    status: Status = ProvisionStatus.IN_FORCE
    seen_on: date | None = None


class Unit(Part):
    """A unit that differs from its provision."""

    unit: Short
    title: Annotated[Line, Field(max_length=300)] | None = None
    applies_from: date | None = None
    status: Status | None = None
    successor: Short | None = None


class Article(Part):
    """A provision and the citable units below it."""

    article: Short
    title: Annotated[Line, Field(max_length=300)]
    units: list[Short | Unit] = []
    cite_as: Short | None = None
    link: Url | None = None
    applies_from: date | None = None
    status: Status | None = None
    successor: Short | None = None


class Fine(Part):
    """The upper limit of fines for some articles: euros, or percent of turnover.

    ``articles`` are articles, ranges of them ("12 to 22"), or units of one ("25(2)").
    """

    amount: Annotated[int, Field(gt=0, le=10**12)]
    percent: Annotated[int, Field(gt=0, le=100)]
    under: Short
    note: Annotated[Aside, Field(max_length=200)] = ""
    articles: Annotated[list[Short], Field(min_length=1)]


class Law(Part):
    """``law/<instrument>.yaml``; ``fines`` are upper limits, the highest first."""

    instrument: InstrumentHead
    fines: list[Fine] = []
    provisions: list[Article]

    def fined(self, fine: Fine) -> list[str]:
        """The citations of a limit: an article stands for every unit below it."""
        numbers = [str(number) for part in fine.articles for number in _numbers(part) or [part.strip()]]
        return [self.instrument.cite_as.replace("{}", one) for one in numbers]

    def rows(self) -> list[tuple[int, dict[str, Any]]]:
        """Every citable unit, with the place of its article in the file."""
        return [
            (at, row)
            for at, article in enumerate(self.provisions)
            for row in _provisions(self.instrument, article)
        ]

    def document(self) -> dict[str, Any]:
        """The instrument as ``checklists.actions.store_instrument`` takes it."""
        head = self.instrument
        return {
            "key": head.key,
            "name": head.name,
            "title": head.title,
            "official_id": head.official_id,
            "url": head.url,
            "force": head.force.value,
            "seen_on": head.seen_on,
            "fines": [
                {
                    "amount": one.amount,
                    "percent": one.percent,
                    "under": head.cite_as.replace("{}", one.under),
                    "note": one.note,
                    "provisions": self.fined(one),
                }
                for one in self.fines
            ],
            "provisions": [row for _, row in self.rows()],
        }


def _numbers(part: str) -> range | None:
    """The articles of a range such as "12 to 22"; None for anything else."""
    first, to, last = part.partition(" to ")
    if to and first.strip().isdecimal() and last.strip().isdecimal():
        return range(int(first), min(int(last), 999) + 1)
    return None


def _provisions(head: InstrumentHead, article: Article) -> list[dict[str, Any]]:
    name = (article.cite_as or head.cite_as).replace("{}", article.article)
    own = {
        "cite": name,
        "title": article.title,
        "url": (article.link or head.link).replace("{}", article.article),
        "applies_from": (article.applies_from or head.applies_from).isoformat(),
        "status": (article.status or head.status).value,
        "successor": article.successor or "",
    }
    rows = [own]
    for unit in article.units:
        if isinstance(unit, str):
            rows.append(own | {"cite": name + unit})
            continue
        values = unit.model_dump(mode="json", exclude_none=True)
        rows.append(own | {"cite": name + values.pop("unit")} | values)
    return rows
