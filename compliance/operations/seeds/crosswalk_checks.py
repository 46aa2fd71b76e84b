"""Checks of the pairs of a crosswalk, and of the page about the content."""

from collections.abc import Iterable, Iterator

from compliance.content.checklist_schema.crosswalk import Pair
from compliance.content.checklist_schema.places import Path
from compliance.content.checklists.models import SAME_DUTY
from compliance.operations.seeds.loader import Fault, Seeds

Asked = dict[str, dict[str, str]]


def crosswalk_faults(seeds: Seeds, *, whole: bool) -> Iterator[Fault]:
    """Faults of ``crosswalk.yaml``; its links only where every file could be read."""
    source = seeds.crosswalk
    if source is None:
        return
    words, pairs = source.content.relations, source.content.pairs
    used = {pair.relation for pair in pairs}
    for key in words.keys() - used:
        yield source.fault(("relations", key), "no pair uses this relation")
    for path, reason in _repeats(pairs):
        yield source.fault(path, reason)
    asked = _asked(seeds)
    for at, pair in enumerate(pairs):
        if pair.relation not in words:
            reason = f"{pair.relation!r} is not in relations"
            yield source.fault(("pairs", at, "relation"), reason)
        if pair.a.checklist == pair.b.checklist:
            reason = "both ends are in one checklist; use related there"
            yield source.fault(("pairs", at), reason)
        for path, reason in _links(pair, asked) if whole else ():
            yield source.fault(("pairs", at, *path), reason)


def notice_faults(seeds: Seeds) -> Iterator[Fault]:
    """Faults of ``about.yaml``."""
    if seeds.about is None:
        return
    about = seeds.about.content
    for name, titles in (
        ("sources", [part.title for part in about.sources]),
        ("open_points", [part.title for part in about.open_points]),
    ):
        for at, title in enumerate(titles):
            if title in titles[:at]:
                yield seeds.about.fault((name, at, "title"), "appears twice")


def _repeats(pairs: Iterable[Pair]) -> Iterator[tuple[Path, str]]:
    ids: set[str] = set()
    ends: dict[frozenset[str], str] = {}
    for at, pair in enumerate(pairs):
        if pair.id in ids:
            yield ("pairs", at, "id"), "appears twice"
        ids.add(pair.id)
        both = frozenset({str(pair.a), str(pair.b)})
        if both in ends:
            yield ("pairs", at), f"{ends[both]} joins the same questions"
        ends.setdefault(both, pair.id)


def _travel_fault(pair: Pair, asked: Asked) -> str:
    """A verdict travels over one duty, and a scale has its own verdicts."""
    if pair.relation not in SAME_DUTY:
        return ""
    kinds = {asked.get(end.checklist, {}).get(end.question, "") for end in (pair.a, pair.b)}
    if len(kinds) < 2 or "" in kinds:
        return ""
    words = " and ".join(sorted(kinds))
    return f"{pair.relation!r} joins a {words}: a verdict cannot travel between them"


def _asked(seeds: Seeds) -> Asked:
    """The kind of every question, by checklist and key."""
    return {
        files.head.content.key: {
            question.key: question.kind for source in files.sections for question in source.content.questions
        }
        for files in seeds.checklists
    }


def _links(pair: Pair, asked: Asked) -> Iterator[tuple[Path, str]]:
    for side, end in (("a", pair.a), ("b", pair.b)):
        if end.checklist not in asked:
            yield (side, "checklist"), f"{end.checklist!r} is not a checklist here"
        elif end.question not in asked[end.checklist]:
            reason = f"{end.question} is not a question of {end.checklist!r}"
            yield (side, "question"), reason
    if reason := _travel_fault(pair, asked):
        yield ("relation",), reason
