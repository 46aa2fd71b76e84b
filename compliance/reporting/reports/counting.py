"""Counts of verdicts, in the language of a report. Pure."""

from django.utils.translation import gettext, gettext_noop

from compliance.work.assessments.scoring import Tally

NAMES = {
    "met": "Met",
    "partly": "Partly",
    "below": "Below",
    "not_met": "Not met",
    "na": "N/A",
    "dont_know": "Don't know",
    "later": "Later",
    "unanswered": "Unanswered",
}

RARE = {"below", "dont_know", "later"}
"""Verdicts that legends and counts leave out where there are none."""

COUNTED = {
    "met": gettext_noop("met"),
    "partly": gettext_noop("partly"),
    "below": gettext_noop("below"),
    "not_met": gettext_noop("not met"),
    "na": gettext_noop("N/A"),
    "dont_know": gettext_noop("don't know"),
    "later": gettext_noop("later"),
    "unanswered": gettext_noop("unanswered"),
}
"""The same behind a number."""


def in_words(counts: Tally) -> str:
    """ "74 met, 32 partly, 10 not met, 2 N/A, 0 unanswered", in the language in use.

    "Below", "don't know" and "later" are named only where there are any.
    """
    return ", ".join(
        gettext("%(count)s %(word)s") % {"count": count, "word": _inside(gettext(COUNTED[name]))}
        for name, count in counts.parts()
        if count or name not in RARE
    )


def _inside(word: str) -> str:
    """A word inside a line: "entfällt", but "N/A"."""
    return word if word.isupper() else word[:1].lower() + word[1:]
