"""The order of a draft: questions and sections moved to another place."""

from typing import Any

from compliance.content.checklists.events import QUESTION_MOVED, SECTION_MOVED
from compliance.content.checklists.models import Edition, Question, Section
from compliance.content.checklists.recording import open_draft, record
from compliance.identity.organisations.models import Organisation
from compliance.proof.audit.models import Event
from compliance.proof.audit.refusals import RefusedError

Place = tuple[str, str]
"""Key of a section, and of the question in it to stand behind; "" for its start."""


def move_question(
    *,
    by: Any,
    organisation: Organisation | None,
    edition_id: int,
    key: str,
    to: Place | int,
) -> Event | None:
    """Put a question at a place, or one step up (-1) or down (1). None if it stays.

    A step goes on into the section before or after. Refuses a place that is gone.
    """
    with open_draft(organisation, edition_id) as edition:
        tree, rows = _tree(edition)
        if key not in rows:
            raise Question.DoesNotExist
        was = _place(tree, key)
        target = _step(tree, key, to) if isinstance(to, int) else to
        if target is None or target == was:
            return None
        _put(tree, key, target)
        _number(edition, tree, rows)
        after = {"section": target[0], "behind": target[1]}
        before = {"key": key, "section": was[0], "behind": was[1]}
        return record(by, edition, QUESTION_MOVED, before, after)


def move_section(
    *,
    by: Any,
    organisation: Organisation | None,
    edition_id: int,
    key: str,
    to: str | int,
) -> Event | None:
    """Put a section with its questions so many steps down, or up; or behind another.

    "" is the start of the draft. None if it stays. Refuses a place that is gone.
    """
    with open_draft(organisation, edition_id) as edition:
        tree, rows = _tree(edition)
        order = list(tree)
        if key not in order:
            raise Section.DoesNotExist
        at = order.index(key)
        goes = at + to if isinstance(to, int) else _index(order, key, to)
        if goes == at or not 0 <= goes < len(order):
            return None
        order.insert(goes, order.pop(at))
        sections = {section.key: section for section in edition.sections.all()}
        for position, name in enumerate(order, 1):
            sections[name].position = position
        Section.objects.bulk_update(sections.values(), ["position"], batch_size=500)
        _number(edition, {name: tree[name] for name in order}, rows)
        before, after = {"key": key, "position": at + 1}, {"position": goes + 1}
        return record(by, edition, SECTION_MOVED, before, after)


def _index(order: list[str], key: str, behind: str) -> int:
    """Where a section comes to stand behind another one, itself taken out."""
    others = [name for name in order if name != key]
    if behind and behind not in others:
        msg = "Someone else has changed the outline. Reload the page, then move it"
        raise RefusedError(msg)
    return others.index(behind) + 1 if behind else 0


Tree = dict[str, list[str]]
"""Key of each section in order to the keys of its questions."""


def _tree(edition: Edition) -> tuple[Tree, dict[str, Question]]:
    sections = {row.pk: row.key for row in edition.sections.all()}
    tree: Tree = {key: [] for key in sections.values()}
    rows = {}
    for row in edition.questions.only("key", "section_id", "position", "edition_id"):
        tree[sections[row.section_id]].append(row.key)
        rows[row.key] = row
    return tree, rows


def place_of(edition: Edition, key: str) -> Place:
    """Where a question of a draft stands."""
    tree, _ = _tree(edition)
    return _place(tree, key)


def _place(tree: Tree, key: str) -> Place:
    section = next(name for name, keys in tree.items() if key in keys)
    at = tree[section].index(key)
    return section, tree[section][at - 1] if at else ""


def _step(tree: Tree, key: str, step: int) -> Place | None:
    section, _ = _place(tree, key)
    keys, order = tree[section], list(tree)
    at, beside = keys.index(key), order.index(section) + step
    if 0 <= at + step < len(keys):
        before = at + step - (1 if step < 0 else 0)
        return section, keys[before] if before >= 0 else ""
    if not 0 <= beside < len(order):
        return None
    other = tree[order[beside]]
    return order[beside], other[-1] if step < 0 and other else ""


def _put(tree: Tree, key: str, target: Place) -> None:
    section, behind = target
    for keys in tree.values():
        if key in keys:
            keys.remove(key)
    if section not in tree or (behind and behind not in tree[section]):
        msg = "Someone else has changed the outline. Reload the page, then move it"
        raise RefusedError(msg)
    keys = tree[section]
    keys.insert(keys.index(behind) + 1 if behind else 0, key)


def _number(edition: Edition, tree: Tree, rows: dict[str, Question]) -> None:
    """Write the sections and positions that differ."""
    sections = {row.key: row.pk for row in edition.sections.all()}
    order = [(name, key) for name, keys in tree.items() for key in keys]
    moved = []
    for position, (name, key) in enumerate(order, 1):
        row = rows[key]
        if (row.position, row.section_id) != (position, sections[name]):
            row.position, row.section_id = position, sections[name]
            moved.append(row)
    Question.objects.bulk_update(moved, ["position", "section"], batch_size=500)
