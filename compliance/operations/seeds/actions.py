"""Loading the seeds into the library: all of a folder, or nothing."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from compliance.content.checklists import actions, content
from compliance.content.checklists.models import Edition
from compliance.content.legal_index import actions as legal_index
from compliance.operations.seeds import checks
from compliance.operations.seeds.framework_checks import frameworks_of
from compliance.operations.seeds.loader import (
    BadSeeds,
    ChecklistFiles,
    Fault,
    Seeds,
    read_folder,
)
from compliance.proof.audit import trail
from compliance.proof.audit.models import LIBRARY
from compliance.proof.audit.refusals import RefusedError
from compliance.proof.audit.transaction import writing
from compliance.work.law_changes.actions import LawNotice, notify_of_law


@dataclass(frozen=True, slots=True)
class Loaded:
    """One checklist of the folder after loading."""

    edition: Edition
    questions: int
    is_changed: bool


@dataclass(frozen=True, slots=True)
class Library:
    """The library after loading, and the notices of changes of the law."""

    checklists: list[Loaded]
    law: LawNotice
    held: list[str]
    """Citations that stay as an editor changed them, though the seeds say otherwise."""


def read(folder: Path) -> Seeds:
    """The seeds of a folder, checked; raises ``BadSeeds`` with every fault."""
    seeds = read_folder(folder)
    checks.check(seeds)
    if seeds.faults:
        raise BadSeeds(seeds.faults)
    return seeds


@writing()
def load(*, by: Any, folder: Path) -> Library:
    """Bring the library up to a folder; raises ``BadSeeds`` and then changes nothing.

    Organisations whose running assessments rest on law that changed get a notice.
    """
    seeds = read(folder)
    stood_at = trail.hold(LIBRARY)  # one load at a time
    if seeds.themes:
        for position, theme in enumerate(seeds.themes.content.themes, 1):
            actions.store_theme(by=by, key=theme.key, name=theme.name, position=position)
    for law in seeds.laws:
        try:
            legal_index.store_instrument(by=by, document=law.content.document())
        except RefusedError as refused:
            raise BadSeeds([Fault(law.file, None, str(refused))]) from None
    loaded = [_with_older(by, files) for files in seeds.checklists]
    if seeds.crosswalk:
        actions.store_relations(by=by, pairs=seeds.crosswalk.content.document())
    if seeds.about:
        actions.store_notices(by=by, notices=seeds.about.content.document())
    if seeds.frameworks:
        actions.store_frameworks(by=by, frameworks=frameworks_of(seeds))
    held = [cite for law in seeds.laws for cite in legal_index.held(law.content.document())]
    return Library(loaded, notify_of_law(by=by, after=stood_at), held)


def _checklist(by: Any, files: ChecklistFiles) -> Loaded:
    head, document = files.head.content, files.document()
    try:
        edition, is_changed = actions.store_checklist(
            by=by,
            theme=head.theme,
            title=head.title,
            summary=head.summary,
            document=document,
        )
    except RefusedError as refused:
        fault = files.head.fault(("edition", "number"), str(refused))
        raise BadSeeds([fault]) from None
    asked = sum(len(section["questions"]) for section in document["sections"])
    return Loaded(edition, asked, is_changed)


def _with_older(by: Any, files: ChecklistFiles) -> Loaded:
    for older in files.older:
        _older(by, older)
    return _checklist(by, files)


def _older(by: Any, files: ChecklistFiles) -> None:
    """An older edition: stored where no edition is there yet, else compared with its own.

    An installation that began with a newer edition has no use for it.
    """
    head = files.head.content
    editions = Edition.objects.filter(checklist__key=head.key, checklist__organisation=None)
    found = editions.filter(number=head.edition.number).first()
    if found is None and not editions.exists():
        _checklist(by, files)
    elif found and found.content_hash != content.content_hash(files.document()):
        reason = f"edition {found.number} is final and has other content here"
        raise BadSeeds([files.head.fault(("edition", "number"), reason)])
