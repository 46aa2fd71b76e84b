"""Loading a folder of seeds into the library: all of it, or nothing."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction

from compliance.audit.chain import START
from compliance.audit.models import LIBRARY, ChainHead
from compliance.checklists import actions
from compliance.checklists.models import Edition
from compliance.interchange import checks
from compliance.interchange.reading import (
    BadSeeds,
    ChecklistFiles,
    Fault,
    Seeds,
    read_folder,
)


@dataclass(frozen=True, slots=True)
class Loaded:
    """One checklist of the folder after loading."""

    edition: Edition
    questions: int
    is_changed: bool


def read(folder: Path) -> Seeds:
    """The seeds of a folder, checked; raises ``BadSeeds`` with every fault."""
    seeds = read_folder(folder)
    checks.check(seeds)
    if seeds.faults:
        raise BadSeeds(seeds.faults)
    return seeds


@transaction.atomic
def load(*, by: Any, folder: Path) -> list[Loaded]:
    """Bring the library up to a folder; raises ``BadSeeds`` and then changes nothing."""
    seeds = read(folder)
    _wait_for_others()
    if seeds.themes:
        for position, theme in enumerate(seeds.themes.content.themes, 1):
            actions.store_theme(
                by=by, key=theme.key, name=theme.name, position=position
            )
    for law in seeds.laws:
        try:
            actions.store_instrument(by=by, document=law.content.document())
        except actions.RefusedError as refused:
            raise BadSeeds([Fault(law.file, None, str(refused))]) from None
    loaded = [_checklist(by, files) for files in seeds.checklists]
    if seeds.crosswalk:
        actions.store_relations(by=by, pairs=seeds.crosswalk.content.document())
    if seeds.about:
        actions.store_notices(by=by, notices=seeds.about.content.document())
    return loaded


def _wait_for_others() -> None:
    """Let one load at a time go on: each holds the library's chain to its end."""
    ChainHead.objects.get_or_create(pk=LIBRARY, defaults={"hash": START})
    ChainHead.objects.select_for_update().get(pk=LIBRARY)


def _checklist(by: Any, files: ChecklistFiles) -> Loaded:
    head = files.head.content
    sections = [source.content.document() for source in files.sections]
    try:
        edition, is_changed = actions.store_checklist(
            by=by,
            theme=head.theme,
            title=head.title,
            summary=head.summary,
            document=head.document() | {"sections": sections},
        )
    except actions.RefusedError as refused:
        fault = files.head.fault(("edition", "number"), str(refused))
        raise BadSeeds([fault]) from None
    return Loaded(edition, sum(len(part["questions"]) for part in sections), is_changed)
