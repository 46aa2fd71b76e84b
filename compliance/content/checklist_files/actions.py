"""Import of checklists: a dry run first, then all of a file or nothing."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, field, replace
from typing import Any
from uuid import UUID

from compliance.content.checklist_files import identity, process
from compliance.content.checklist_files.events import EDITION_EXPORTED
from compliance.content.checklist_files.relations import pairs_in, row_of
from compliance.content.checklist_files.translation_overlay import laid_over
from compliance.content.checklist_files.writing import FORMATS
from compliance.content.checklists import actions, content, drafting, soundness
from compliance.content.checklists.choices import EditionStatus
from compliance.content.checklists.models import Checklist, Edition
from compliance.content.checklists.translations import ORIGINAL
from compliance.content.formats import pending_imports
from compliance.content.formats.findings import (
    Found,
    Note,
    Sheet,
    from_plain,
)
from compliance.content.legal_index.models import Provision
from compliance.identity.organisations.models import Organisation
from compliance.proof.audit import trail
from compliance.proof.audit.chain import canonical, digest
from compliance.proof.audit.models import LIBRARY
from compliance.proof.audit.refusals import RefusedError
from compliance.proof.audit.transaction import writing


@dataclass(frozen=True, slots=True)
class Wish:
    """Where a file goes: a theme, an organisation (None: the library), and over a draft."""

    theme: str = ""
    organisation: Organisation | None = None
    replace: bool = False
    same: tuple[str, ...] = ()
    """Keys of new questions that are said to be the ones whose words they have."""
    number: str = ""
    language: str = ""
    """Of the edition, where the file says neither."""
    chosen: str = ""
    """The theme that a person chose on the preview; it goes before ``theme``."""
    joins: bool = False
    """Whether its texts become translations of the draft that is here."""

    def as_shown(self) -> "Wish":
        """The wish that a preview shows: without what a person decides on it."""
        return Wish(self.theme, self.organisation)


@dataclass(frozen=True, slots=True)
class Change:
    """Questions that an edition would add to the one before, and remove from it."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    alike: tuple[identity.Alike, ...] = ()
    base: str = ""
    """The content hash of the edition whose place it would take."""


@dataclass(frozen=True, slots=True)
class Coming:
    """The dry run of a file. With ``faults`` nothing of it can be taken in.

    ``fate`` says what would become of it, in words; ``is_draft_in_the_way`` that a draft
    of the same number has to be replaced for it, ``lacks_theme`` that one is to be chosen.
    """

    found: Found
    fate: str
    counts: dict[str, int] = field(default_factory=dict)
    change: Change = Change()
    older: Edition | None = None
    is_same: bool = False
    is_draft_in_the_way: bool = False
    lacks_theme: bool = False
    lost: tuple[Note, ...] = ()
    faults: tuple[Note, ...] = ()

    @property
    def digest(self) -> str:
        """One text for what is shown: it differs once something here has moved."""
        older = self.older and [self.older.pk, self.older.status]
        change = list(astuple(self.change))
        faults = [str(fault) for fault in self.faults]
        return digest(canonical([self.fate, older, change, self.counts, faults]))


@dataclass(frozen=True, slots=True)
class Taken:
    """The result of a file; ``edition`` is None where it held relations only."""

    edition: Edition | None
    is_changed: bool
    relations: int


class MovedError(Exception):
    """Something here has changed since the preview, so nothing was taken in."""


class FaultyError(ValueError):
    """A file that cannot be taken in; ``faults`` has the reasons."""

    def __init__(self, faults: Iterable[Note]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


def read(chunks: Iterable[bytes], file_name: str) -> Found:
    """The contents of a file, read in a process of its own; changes nothing."""
    return process.read(chunks, file_name)


def preview(found: Found, wish: Wish) -> Coming:
    """Preview ``take_in``; changes nothing."""
    found, wish = _as_known(found, wish)
    pairs, beside = pairs_in(found, wish.organisation)
    coming = Coming(
        found,
        "Relations are added to the crosswalk" if pairs else "Nothing is imported",
        counts=_counts(found.document, pairs),
        lost=(*found.lost, *beside),
        faults=tuple(_faults(found, pairs)),
    )
    return coming if found.document is None else _met(coming, found.document, wish)


def _met(coming: Coming, document: dict[str, Any], wish: Wish) -> Coming:
    """The dry run with what the document meets here."""
    found, theme = coming.found, wish.chosen or wish.theme or coming.found.theme
    met = drafting.fate(document, theme=theme, organisation=wish.organisation, replace=wish.replace)
    faults, lost = list(coming.faults), list(coming.lost)
    if met.refusal:
        faults.append(Note("", met.refusal))
    if met.is_same and not _stands(met.checklist, found, theme):
        words = "title, summary or theme differ from those here, which stay as they are"
        lost.append(Note("the checklist", words))
    older = None if met.is_same else met.older
    return replace(
        coming,
        fate=met.refusal or _words(met, wish),
        change=_change(older, document) if older else Change(),
        older=older,
        is_same=met.is_same,
        is_draft_in_the_way=bool(met.refusal)
        and met.edition is not None
        and met.edition.status == EditionStatus.DRAFT,
        lacks_theme=met.lacks_theme,
        lost=tuple(lost),
        faults=tuple(faults),
    )


def _faults(found: Found, pairs: Sequence[Any]) -> list[Note]:
    """Why nothing of a file can be taken in, as far as the file itself goes."""
    faults = list(found.faults)
    if found.document is not None:
        faults += missing_cites(found.document)
        faults += _ambiguous(found.document)
    elif not faults and not pairs:
        ends = {p[end] for p in found.pairs for end in ("a_checklist", "b_checklist")}
        names = " and ".join(sorted(ends))
        words = f"holds only relations of {names}, and no pair has both questions here"
        faults.append(Note("the file", words))
    return faults


def take_in(*, by: Any, found: Found, wish: Wish, publish: bool = False, seen: str = "") -> Taken:
    """Take in all that the preview shows, or raise ``FaultyError`` and change nothing.

    With ``seen``, the digest of a preview without ``replace``, it raises ``MovedError``
    when that preview would say something else by now.
    """
    with writing():
        if seen and preview(found, wish.as_shown()).digest != seen:
            raise MovedError
        found, wish = _as_known(found, wish)
        pairs = [row_of(pair) for pair in pairs_in(found, wish.organisation)[0]]
        if faults := _faults(found, pairs):
            raise FaultyError(faults)
        edition, is_changed = None, False
        if found.document is not None:
            try:
                edition, is_changed = actions.bring_in(
                    by=by,
                    document=found.document,
                    title=found.title,
                    summary=found.summary,
                    theme=wish.chosen or wish.theme or found.theme,
                    organisation=wish.organisation,
                    replace=wish.replace,
                )
                if publish and edition.published_at is None:
                    edition = actions.publish(by=by, edition=edition)
                    is_changed = True
            except RefusedError as refused:
                raise FaultyError([Note("", str(refused))]) from None
        added = actions.add_relations(by=by, pairs=pairs) if pairs else 0
        return Taken(edition, is_changed, added)


def keep(*, by: Any, organisation: Organisation, name: str, found: Found, theme: str) -> UUID:
    """Keep a file that was read until it is previewed; the id of the draft."""
    said = {"file_name": name, "theme": theme, "found": found.plain()}
    return pending_imports.keep(user_id=by.pk, thing_id=organisation.pk, content=said)


def find(*, by: Any, organisation: Organisation, draft_id: UUID) -> tuple[str, str, Found] | None:
    """Name, theme and content of a draft, if it is this person's own here."""
    said = pending_imports.find(user_id=by.pk, thing_id=organisation.pk, draft_id=draft_id)
    if said is None:
        return None
    try:
        return said["file_name"], said["theme"], from_plain(said["found"])
    except (KeyError, TypeError):
        return None  # of another kind, or kept by another version


def drop(*, by: Any, organisation: Organisation, draft_id: UUID) -> None:
    """Take a draft away; it is done with."""
    pending_imports.drop(user_id=by.pk, thing_id=organisation.pk, draft_id=draft_id)


def sheet_of(edition: Edition) -> Sheet:
    """An edition as a file holds it."""
    checklist = edition.checklist
    document = content.document(edition)
    return Sheet(checklist.title, checklist.summary, checklist.theme.key, document)


def write(*, by: Any, organisation: Organisation | None, edition: Edition, form: str) -> bytes:
    """An edition as a file; that someone took it away is on the trail."""
    written = FORMATS[form].write(sheet_of(edition))
    with writing():
        trail.record(
            by=by,
            organisation_id=organisation.pk if organisation else LIBRARY,
            action=EDITION_EXPORTED,
            subject=edition,
            after={"format": form, "sha256": hashlib.sha256(written).hexdigest()},
        )
    return written


def _words(met: drafting.Fate, wish: Wish) -> str:
    if met.edition and met.is_same:
        return f"Edition {met.edition.number} is here with the same content"
    if met.edition and wish.joins:
        return f"Its texts become translations of the draft of edition {met.edition.number}"
    if met.edition:
        return f"Replaces the draft of edition {met.edition.number}"
    if met.checklist:
        return "A new draft edition of a checklist that is here"
    return "A new checklist" if wish.organisation else "A new checklist of the library"


def _stands(checklist: Checklist | None, found: Found, theme: str) -> bool:
    return checklist is not None and (
        checklist.title,
        checklist.summary,
        checklist.theme.key,
    ) == (found.title, found.summary, theme or checklist.theme.key)


def _counts(document: dict[str, Any] | None, pairs: list[dict[str, str]]) -> dict[str, int]:
    sections = document["sections"] if document else []
    asked = [question for section in sections for question in section["questions"]]
    return {
        "sections": len(sections),
        "questions": len(asked),
        "choices": sum(len(question["choices"]) for question in asked),
        "facts": len(document["facts"]) if document else 0,
        "relations": len(pairs),
    }


def _change(older: Edition, document: dict[str, Any]) -> Change:
    earlier = content.document(older)
    before, after = _by_key(earlier), _by_key(document)
    is_same_number = older.number == document["edition"]["number"]
    return Change(
        tuple(key for key in after if key not in before),
        tuple(key for key in before if key not in after),
        tuple(k for k, question in after.items() if k in before and before[k] != question),
        tuple(identity.alike(earlier, document)),
        content.content_hash(earlier) if is_same_number else "",
    )


def _as_known(found: Found, wish: Wish) -> tuple[Found, Wish]:
    """The file with the keys that its questions have here, and where it goes then."""
    if found.document is None:
        return found, wish
    found = _beside_namesakes(found, wish.organisation)
    document = _as_typed(found.document or {}, wish, found.unsaid)
    here = Checklist.objects.filter(key=document["checklist"], organisation=wish.organisation).first()
    keys = identity.rekeyed(document, identity.standing(here))
    document = identity.renamed(document, keys)
    kept = found.kept
    if keys:
        words = "a question has the key that its source has here"
        kept = (*kept, Note(f"question {next(iter(keys))}", words, len(keys)))
    if here and wish.same and (older := _older(here, document)):
        offered = identity.alike(content.document(older), document)
        same = {new: old for new, old, _ in offered if new in wish.same}
        document = identity.renamed(document, same)
    found = replace(found, document=document, kept=kept)
    is_said = wish.language and "language" in found.unsaid
    draft = _in_other_language(here, document) if here and is_said else None
    return _joined(found, draft, wish) if draft else (found, wish)


def _beside_namesakes(found: Found, organisation: Organisation | None) -> Found:
    """The file with a key of its own where a checklist of another source has its key."""
    document = found.document or {}
    old, key = document["checklist"], identity.checklist_key(document, organisation)
    if key == old:
        return found
    words = f"the key is {key}, since {old} is a checklist of another source"
    ends = ("a_checklist", "b_checklist")
    pairs = tuple(pair | {end: key for end in ends if pair[end] == old} for pair in found.pairs)
    return replace(
        found,
        document=document | {"checklist": key},
        pairs=pairs,
        kept=(*found.kept, Note("the checklist", words)),
    )


def _in_other_language(here: Checklist, document: dict[str, Any]) -> Edition | None:
    """The draft of the same number that is written in another language."""
    edition = document["edition"]
    drafts = here.editions.filter(number=edition["number"], status=EditionStatus.DRAFT)
    return drafts.exclude(language=edition.get("language", ORIGINAL)).first()


def _joined(found: Found, draft: Edition, wish: Wish) -> tuple[Found, Wish]:
    """The draft with the file as its translations: it takes the draft's place."""
    standing = sheet_of(draft)
    coming = Sheet(found.title, found.summary, found.theme, found.document or {})
    document, lost = laid_over(standing, coming)
    joined = replace(
        found,
        title=standing.title,
        summary=standing.summary,
        document=document,
        lost=(*found.lost, *lost),
    )
    return joined, replace(wish, replace=True, joins=True)


def _as_typed(document: dict[str, Any], wish: Wish, unsaid: Iterable[str]) -> dict[str, Any]:
    """The document with what a person said of its edition."""
    typed = {name: getattr(wish, name) for name in unsaid}
    edition = document["edition"] | {n: text for n, text in typed.items() if text}
    if edition.get("language") == ORIGINAL:
        del edition["language"]
    return document | {"edition": edition}


def _older(here: Checklist, document: dict[str, Any]) -> Edition | None:
    return drafting.older(list(here.editions.order_by("pk")), document)


def _by_key(document: dict[str, Any]) -> dict[str, Any]:
    return {
        question["key"]: question for section in document["sections"] for question in section["questions"]
    }


def missing_cites(document: dict[str, Any]) -> list[Note]:
    """Citations of a document that the legal index does not have, the first fifty."""
    cited = [(question["key"], cite) for question in _by_key(document).values() for cite in question["cites"]]
    if not cited:
        return []
    known = set(Provision.objects.values_list("cite", flat=True))
    return [
        Note(f"question {key}, cites", f"{cite} is not in the legal index")
        for key, cite in cited
        if cite not in known
    ][:50]


def _ambiguous(document: dict[str, Any]) -> list[Note]:
    """Faults that the editions of a bundle may have and new ones may not, the first fifty."""
    return [
        Note(soundness.name_of(path, document), reason) for path, reason in soundness.ambiguous(document)
    ][:50]
