"""Texts of a draft in other languages: languages named, texts written."""

from collections.abc import Collection
from typing import Any

from compliance.content.checklist_translations.translator import find_part
from compliance.content.checklists import content
from compliance.content.checklists.models import Edition
from compliance.content.checklists.recording import open_draft, rewrite
from compliance.content.checklists.translations import Texts, written
from compliance.content.editor.actions import save_question, write_head
from compliance.ground.web.languages import language_name
from compliance.identity.organisations.models import Organisation
from compliance.proof.audit.models import Event
from compliance.proof.audit.refusals import RefusedError, StaleError

MOST = 30
"""Languages that one edition has."""


def add_language(
    *, by: Any, organisation: Organisation | None, edition_id: int, language: str
) -> Event | None:
    """Let a draft be translated into a language."""
    with open_draft(organisation, edition_id) as edition:
        found = edition.translations or {}
        if language == edition.language:
            msg = f"The edition is written in {language_name(language)}"
            raise RefusedError(msg)
        if language in found:
            msg = f"{language_name(language)} is there already"
            raise RefusedError(msg)
        if len(found) >= MOST:
            msg = f"An edition has at most {MOST} languages"
            raise RefusedError(msg)
        return _keep(by, edition, found | {language: {}})


def remove_language(
    *, by: Any, organisation: Organisation | None, edition_id: int, language: str
) -> Event | None:
    """Take a language away that nothing has been translated into."""
    with open_draft(organisation, edition_id) as edition:
        found = dict(content.edition_document(edition).get("translations") or {})
        if found.pop(language, None):
            msg = f"The edition has texts in {language_name(language)}; empty them first"
            raise RefusedError(msg)
        return _keep(by, edition, found or None)


def save_translation(
    *,
    by: Any,
    organisation: Organisation | None,
    edition_id: int,
    kind: str,
    key: str,
    version: int,
    language: str,
    typed: Texts,
    still: Collection[str] = (),
) -> Event | None:
    """Write the texts of a part in a language; an empty one takes its translation away.

    ``still`` names those that fit although their text has changed. None when all stood
    so. Raises
    ``StaleError`` when the version of the part is another one, ``DoesNotExist`` when it
    was removed, ``RefusedError`` for a language that the edition does not have.
    """
    with open_draft(organisation, edition_id) as edition:
        if language not in (edition.translations or {}):
            msg = f"{language_name(language)} is no longer a language of this edition"
            raise RefusedError(msg)
        row, part = find_part(edition, kind, key)
        new = written(part.texts, part.found, language, typed, still)
        if content.as_kept(new) == content.as_kept(part.found):
            return None
        if row.version != version:
            raise StaleError
        if kind == "question":
            return save_question(
                by=by,
                organisation=organisation,
                edition_id=edition.pk,
                key=key,
                values={"translations": new or None},
            )
        if kind == "edition":
            named = edition.translations or {}
            return _keep(by, edition, {code: new.get(code, {}) for code in named})
        values = {"translations": content.as_kept(new) or None}
        return rewrite(by, edition, row, version, values)


def _keep(by: Any, edition: Edition, found: dict[str, Any] | None) -> Event | None:
    """Write the translations of an edition itself."""
    return write_head(by, edition, {"translations": found})
