"""Words that people search, in every usual spelling."""

import unicodedata

from django.db.models import Q


def spellings(text: str) -> set[str]:
    """A text in the usual cases, with each accent in its letter and beside it.

    SQLite folds the case of ASCII letters only, and both databases take an accent
    written apart for another letter. So plain ASCII needs no other spelling.
    """
    if text.isascii():
        return {text}
    cases = {text, text.lower(), text.upper(), text.capitalize()}
    apart = {unicodedata.normalize("NFD", case) for case in cases}
    return apart | {unicodedata.normalize("NFC", case) for case in cases}


def having(text: str, *fields: str) -> Q:
    """The condition that one of some columns, named as in a filter, holds the text."""
    written = sorted(spellings(text))
    found = [(f"{field}__icontains", one) for field in fields for one in written]
    return Q(*found, _connector=Q.OR)
