"""The types of events about checklists and their editions."""

from functools import partial

from django.utils.translation import gettext_lazy as _

from compliance.content.checklists import payloads as say
from compliance.proof.audit.event_types import Does, EventType, Prepares, Topic

_type = partial(EventType, topic=Topic.CHECKLIST, prepares=Prepares.NOTHING)
_edition = partial(_type, subject="edition")
_section = partial(_edition, part="section", before=say.Section, after=say.Section)
_fact = partial(_edition, part="fact", before=say.Fact, after=say.Fact)
_question = partial(_edition, part="question", before=say.Question, after=say.Question)
_checklist = partial(_type, subject="checklist", before=say.Checklist, after=say.Checklist)
_theme = partial(_type, subject="theme", before=say.Theme, after=say.Theme)

CHECKLIST_ADDED = _checklist("checklist.added", _("checklist added"))
CHECKLIST_CHANGED = _checklist("checklist.changed", _("checklist changed"))
CHECKLIST_CLONED = _edition("checklist.cloned", _("checklist copied"), after=say.Cloned)

EDITION_DRAFTED = _edition("edition.drafted", _("edition drafted"), after=say.Drafted)
EDITION_BROUGHT_IN = _edition(
    "edition.brought_in",
    _("edition imported"),
    before=say.Checklist,
    after=say.Imported,
)
EDITION_CHANGED = _edition(
    "edition.changed",
    _("edition changed"),
    before=say.Edition,
    after=say.Edition,
    does=Does.CHANGES,
    part="edition",
    undo_words="The edition is saved.",
)
EDITION_REPLACED = _edition(
    "edition.replaced",
    _("words replaced"),
    before=say.Replaced,
    after=say.Replacement,
    does=Does.REPLACES,
    part="edition",
    undo_words="Replaced in {count}.",
)
REPLACING_UNDONE = _edition(
    "edition.replacing_undone",
    _("replacement of words undone"),
    before=say.Replaced,
    after=say.Replaced,
)
EDITION_MERGED = _edition(
    "edition.merged",
    _("draft updated from the original"),
    before=say.Based,
    after=say.Merged,
    does=Does.MERGES,
    part="edition",
    undo_words="The draft is now based on edition {cloned_from} of the original.",
)
MERGING_UNDONE = _edition(
    "edition.merging_undone",
    _("draft taken back from the original"),
    before=say.Based,
    after=say.Based,
)
EDITION_SENT = _edition("edition.sent", _("edition sent for review"), before=say.Status, after=say.Sent)
EDITION_SENT_BACK = _edition(
    "edition.sent_back", _("edition sent back"), before=say.Status, after=say.SentBack
)
EDITION_PUBLISHED = _edition(
    "edition.published", _("edition published"), before=say.Status, after=say.Published
)
EDITION_RETIRED = _edition("edition.retired", _("edition retired"), before=say.Status, after=say.Retired)
EDITION_DISCARDED = _edition("edition.discarded", _("draft discarded"), before=say.Draft, after=say.Discarded)

SECTION_ADDED = _section(
    "section.added",
    _("section added"),
    does=Does.ADDS,
    undo_words="The section “{title}” is added.",
)
SECTION_CHANGED = _section(
    "section.changed",
    _("section changed"),
    does=Does.CHANGES,
    undo_words="The section is saved.",
)
SECTION_MOVED = _section(
    "section.moved",
    _("section moved"),
    does=Does.MOVES,
    undo_words="The section is moved.",
)
SECTION_REMOVED = _section(
    "section.removed",
    _("section removed"),
    does=Does.REMOVES,
    undo_words="The section “{title}” is removed.",
)
SECTION_RESTORED = _section("section.restored", _("section put back"))
QUESTION_ADDED = _question(
    "question.added", _("question added"), does=Does.ADDS, undo_words="{key} is added."
)
QUESTION_CHANGED = _question(
    "question.changed",
    _("question changed"),
    does=Does.CHANGES,
    undo_words="{key} is saved.",
)
QUESTION_MOVED = _question(
    "question.moved", _("question moved"), does=Does.MOVES, undo_words="{key} is moved."
)
QUESTION_REMOVED = _question(
    "question.removed",
    _("question removed"),
    does=Does.REMOVES,
    undo_words="{key} is out of the draft.",
)
QUESTION_RESTORED = _question("question.restored", _("question put back"))
FACT_ADDED = _fact(
    "fact.added",
    _("fact added"),
    does=Does.ADDS,
    undo_words="The fact “{label}” is added.",
)
FACT_CHANGED = _fact(
    "fact.changed",
    _("fact changed"),
    does=Does.CHANGES,
    undo_words="The fact is saved.",
)
FACT_REMOVED = _fact(
    "fact.removed",
    _("fact removed"),
    does=Does.REMOVES,
    undo_words="The fact “{label}” is removed.",
)
FACT_RESTORED = _fact("fact.restored", _("fact put back"))

THEME_ADDED = _theme("theme.added", _("theme added"))
THEME_CHANGED = _theme("theme.changed", _("theme changed"))
CROSSWALK_SET = _type(
    "crosswalk.set",
    _("crosswalk replaced"),
    subject="relation",
    before=say.OldCrosswalk,
    after=say.NewCrosswalk,
)
CROSSWALK_ADDED = _type("crosswalk.added", _("crosswalk added"), subject="relation", after=say.Related)
NOTICES_SET = _type(
    "notices.set",
    _("notices replaced"),
    subject="notice",
    before=say.OldNotices,
    after=say.NewNotices,
)
FRAMEWORKS_SET = _type(
    "frameworks.set",
    _("framework identifiers replaced"),
    subject="framework",
    after=say.Frameworks,
)

CHANGED = {"section": SECTION_CHANGED, "fact": FACT_CHANGED}
"""The type of event that changes a part of a draft."""
RESTORED = {
    "question": QUESTION_RESTORED,
    "section": SECTION_RESTORED,
    "fact": FACT_RESTORED,
}
"""The type of event that restores a row of that model."""
