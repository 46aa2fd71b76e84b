"""The types of events about checklists, their editions, and the legal index."""

from functools import partial

from django.utils.translation import gettext_lazy as _

from compliance.audit.event_types import EventType, Prepares, Topic

_type = partial(EventType, topic=Topic.CHECKLIST, prepares=Prepares.NOTHING)
_edition = partial(_type, subject="edition")

CHECKLIST_ADDED = _type("checklist.added", _("checklist added"), subject="checklist")
CHECKLIST_CHANGED = _type(
    "checklist.changed", _("checklist changed"), subject="checklist"
)
CHECKLIST_CLONED = _edition("checklist.cloned", _("checklist copied"))

EDITION_DRAFTED = _edition("edition.drafted", _("edition drafted"))
EDITION_BROUGHT_IN = _edition("edition.brought_in", _("edition imported"))
EDITION_CHANGED = _edition(
    "edition.changed", _("edition changed"), undo_words="The edition is saved."
)
EDITION_REPLACED = _edition(
    "edition.replaced", _("words replaced"), undo_words="Replaced in {count}."
)
REPLACING_UNDONE = _edition(
    "edition.replacing_undone", _("replacement of words undone")
)
EDITION_MERGED = _edition(
    "edition.merged",
    _("draft brought up to the original"),
    undo_words="The draft stands on edition {cloned_from} of the original now.",
)
MERGING_UNDONE = _edition(
    "edition.merging_undone", _("draft taken back from the original")
)
EDITION_SENT = _edition("edition.sent", _("edition sent for review"))
EDITION_SENT_BACK = _edition("edition.sent_back", _("edition sent back"))
EDITION_PUBLISHED = _edition("edition.published", _("edition published"))
EDITION_RETIRED = _edition("edition.retired", _("edition retired"))
EDITION_DISCARDED = _edition("edition.discarded", _("draft discarded"))

SECTION_ADDED = _edition(
    "section.added", _("section added"), undo_words="The section “{title}” is added."
)
SECTION_CHANGED = _edition(
    "section.changed", _("section changed"), undo_words="The section is saved."
)
SECTION_MOVED = _edition(
    "section.moved", _("section moved"), undo_words="The section is moved."
)
SECTION_REMOVED = _edition(
    "section.removed",
    _("section removed"),
    undo_words="The section “{title}” is removed.",
)
SECTION_RESTORED = _edition("section.restored", _("section put back"))
QUESTION_ADDED = _edition(
    "question.added", _("question added"), undo_words="{key} is added."
)
QUESTION_CHANGED = _edition(
    "question.changed", _("question changed"), undo_words="{key} is saved."
)
QUESTION_MOVED = _edition(
    "question.moved", _("question moved"), undo_words="{key} is moved."
)
QUESTION_REMOVED = _edition(
    "question.removed",
    _("question removed"),
    undo_words="{key} is out of the draft.",
)
QUESTION_RESTORED = _edition("question.restored", _("question put back"))
FACT_ADDED = _edition(
    "fact.added", _("fact added"), undo_words="The fact “{label}” is added."
)
FACT_CHANGED = _edition(
    "fact.changed", _("fact changed"), undo_words="The fact is saved."
)
FACT_REMOVED = _edition(
    "fact.removed", _("fact removed"), undo_words="The fact “{label}” is removed."
)
FACT_RESTORED = _edition("fact.restored", _("fact put back"))

THEME_ADDED = _type("theme.added", _("theme added"), subject="theme")
THEME_CHANGED = _type("theme.changed", _("theme changed"), subject="theme")
INSTRUMENT_ADDED = _type(
    "instrument.added", _("legal instrument added"), subject="instrument"
)
INSTRUMENT_CHANGED = _type(
    "instrument.changed", _("legal instrument changed"), subject="instrument"
)
PROVISIONS_SET = _type(
    "instrument.provisions_set", _("provisions changed"), subject="instrument"
)
PROVISION_RELEASED = _type(
    "instrument.provision_released",
    _("provision follows the legal index again"),
    subject="instrument",
)
CROSSWALK_SET = _type("crosswalk.set", _("crosswalk replaced"), subject="relation")
CROSSWALK_ADDED = _type("crosswalk.added", _("crosswalk added"), subject="relation")
FRAMEWORKS_SET = _type(
    "frameworks.set", _("framework identifiers replaced"), subject="framework"
)
NOTICES_SET = _type("notices.set", _("notices replaced"), subject="notice")

ADDED = {
    "theme": THEME_ADDED,
    "instrument": INSTRUMENT_ADDED,
    "checklist": CHECKLIST_ADDED,
}
CHANGED = {
    "theme": THEME_CHANGED,
    "instrument": INSTRUMENT_CHANGED,
    "checklist": CHECKLIST_CHANGED,
    "section": SECTION_CHANGED,
    "fact": FACT_CHANGED,
}
RESTORED = {
    "question": QUESTION_RESTORED,
    "section": SECTION_RESTORED,
    "fact": FACT_RESTORED,
}
"""Which type tells of a row of that model."""
