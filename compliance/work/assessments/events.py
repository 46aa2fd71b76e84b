"""The types of events about assessments, answers, their comments, and actions."""

from functools import partial

from django.utils.translation import gettext_lazy as _

from compliance.proof.audit.event_types import EventType, Prepares, Topic
from compliance.work.assessments import payloads as say

_assessment = partial(
    EventType,
    subject="assessment",
    topic=Topic.ASSESSMENT,
    writes="assessment",
    prepares=Prepares.NOTHING,
)
_answer = partial(EventType, subject="answer", topic=Topic.ANSWER)
_news = partial(_answer, is_news=True)
_typed = partial(
    _news,
    writes="answer",
    changes_answer=True,
    undoable=True,
    before=say.Before,
    after=say.After,
)
_moved = partial(_news, prepares=Prepares.NOTHING)
_comment = partial(
    EventType,
    after=say.Comment,
    subject="answer",
    topic=Topic.COMMENT,
    writes="comment",
    prepares=Prepares.NOTHING,
    keeps_checks=True,
    is_news=True,
)
_action = partial(EventType, subject="action", topic=Topic.ACTION, prepares=Prepares.NOTHING)
_remedied = partial(
    _action,
    writes="action",
    changes_action=True,
    voids=True,
    before=say.ActionBefore,
    after=say.ActionAfter,
)

ASSESSMENT_STARTED = _assessment(
    "assessment.started",
    _("assessment started"),
    after=say.Started,
    prepares=Prepares.RULED_OUT,
)
ASSESSMENT_BROUGHT_IN = _assessment(
    "assessment.brought_in",
    _("imported from a bundle"),
    after=say.BroughtIn,
)
FACTS_CHANGED = _assessment(
    "assessment.facts_changed",
    _("facts changed"),
    before=say.OldFacts,
    after=say.NewFacts,
    prepares=Prepares.MOVED,
)
DETAILS_CORRECTED = _assessment(
    "assessment.details_corrected",
    _("details corrected"),
    before=say.OldDetails,
    after=say.NewDetails,
    prepares=Prepares.MOVED,
)
RESTING_CHANGED = _assessment(
    "assessment.resting_changed",
    _("rests on another assessment, or no longer"),
    before=say.Rested,
    after=say.Rests,
    prepares=Prepares.MOVED,
)
ASSESSMENT_ARCHIVED = _assessment(
    "assessment.archived",
    _("assessment archived"),
    before=say.Status,
    after=say.Status,
)
ASSESSMENT_TAKEN_UP = _assessment(
    "assessment.taken_up",
    _("assessment taken up again"),
    before=say.Status,
    after=say.Status,
)
ASSESSMENT_UPGRADED = _assessment(
    "assessment.upgraded",
    _("moved to another edition"),
    before=say.Place,
    after=say.Moved,
    prepares=Prepares.RULED_OUT,
)
UPGRADE_UNDONE = _assessment(
    "assessment.upgrade_undone",
    _("move to another edition undone"),
    before=say.Place,
    after=say.MovedBack,
    prepares=Prepares.RULED_OUT,
)
NAME_CLAIMED = _assessment(
    "assessment.name_claimed",
    _("says that the answers imported under this name are theirs"),
    after=say.Name,
    writes="namesake",
)
NAME_DENIED = _assessment(
    "assessment.name_denied",
    _("says that the answers imported under this name are not theirs"),
    after=say.Name,
    writes="namesake",
)

ANSWER_SAVED = _typed("answer.saved", _("saved"), after=say.Saved)
ANSWER_UNDONE = _typed("answer.undone", _("change undone"))
ANSWER_TAKEN_OVER = _typed("answer.taken_over", _("taken over"))
ANSWER_IMPORTED = _typed("answer.imported", _("from a spreadsheet"), writes="")
NA_SENT_BACK = _typed(
    "answer.na_sent_back",
    _("N/A sent back"),
    after=say.SentBack,
    did="sent N/A back",
)
NA_CONFIRMED = _moved(
    "answer.na_confirmed",
    _("N/A confirmed"),
    after=say.Confirmed,
    writes="answer",
    keeps_checks=True,
    did="confirmed N/A",
)
NA_UNCONFIRMED = _moved(
    "answer.na_unconfirmed",
    _("confirmation of N/A taken back"),
    writes="answer",
    did="took a confirmation of N/A back",
)
ANSWER_KEPT = _moved(
    "answer.kept_mine",
    _("kept, though its source has changed"),
    writes="answer",
    before=say.Before,
    after=say.After,
    undoable=True,
)
ANSWER_CONFIRMED_AGAIN = _news(
    "answer.confirmed_again",
    _("still right"),
    writes="answer",
    before=say.Before,
    after=say.After,
    undoable=True,
    did="confirmed this again",
)
# A move to another edition, or back, answers nothing but what is typed in it: what it
# asks again is confirmed by a person, what it leaves a person had said.
ANSWER_UPGRADED = _news(
    "answer.upgraded",
    _("question changed with the edition"),
    before=say.Before,
    after=say.After,
    prepares=Prepares.TYPED,
    changes_answer=True,
)
ANSWER_ASKED_AGAIN = _moved(
    "answer.asked_anew",
    _("question changed with the edition, to be confirmed again"),
    before=say.Before,
    after=say.After,
    changes_answer=True,
)
ANSWER_ARCHIVED = _moved("answer.archived", _("archived, no longer asked"))
ANSWER_BROUGHT_BACK = _moved("answer.brought_back", _("asked again, brought back"))
ANSWER_UPGRADE_UNDONE = _moved(
    "answer.upgrade_undone",
    _("put back as before the move"),
    before=say.Before,
    after=say.After,
    changes_answer=True,
)
REWORDING = (ANSWER_UPGRADED, ANSWER_ASKED_AGAIN, ANSWER_UPGRADE_UNDONE)
"""Those after which an answer stands under other words than before."""
ANSWER_ACCEPTED = _moved(
    "answer.accepted",
    _("accepted by a reviewer"),
    writes="check",
    after=say.Looked,
    keeps_checks=True,
)
ANSWER_RETURNED = _moved(
    "answer.returned",
    _("returned by a reviewer"),
    writes="check",
    after=say.Looked,
    keeps_checks=True,
    did="returned this",
)
ANSWER_REFUSED = _answer(
    "answer.refused",
    _("refused: someone else had changed it"),
    stays_inside=True,
    before=say.Version,
    after=say.Values,
    prepares=Prepares.NOTHING,
)
# Words beside a question lead whoever answers it, used or not: who lets a program
# propose them prepared the answer.
ANSWER_PROPOSED = _answer(
    "answer.proposed",
    _("answer proposed"),
    after=say.Proposed,
    writes="proposal",
    prepares=Prepares.ANSWER,
    keeps_checks=True,
    stays_inside=True,
)
PROPOSAL_SET_ASIDE = _answer(
    "answer.proposal_set_aside",
    _("proposal set aside"),
    after=say.SetAside,
    writes="proposal",
    prepares=Prepares.NOTHING,
    keeps_checks=True,
    stays_inside=True,
)
PROPOSAL_OPENED_AGAIN = _answer(
    "answer.proposal_opened_again",
    _("proposal open again"),
    after=say.SetAside,
    writes="proposal",
    prepares=Prepares.NOTHING,
    keeps_checks=True,
    stays_inside=True,
)
PROPOSAL_WITHDRAWN = _answer(
    "answer.proposal_withdrawn",
    _("proposal withdrawn by its program"),
    after=say.SetAside,
    writes="proposal",
    prepares=Prepares.NOTHING,
    keeps_checks=True,
    stays_inside=True,
)
EVIDENCE_ATTACHED = _news(
    "evidence.attached",
    _("evidence added"),
    before=say.Credit,
    after=say.Filed,
    topic=Topic.EVIDENCE,
    writes="attachment",
    did="added evidence",
)
EVIDENCE_DETACHED = _news(
    "evidence.detached",
    _("evidence taken out"),
    before=say.Credit,
    after=say.Filed,
    topic=Topic.EVIDENCE,
    writes="attachment",
    did="took evidence out",
)

COMMENT_WRITTEN = _comment("comment.written", _("comment"), did="commented")
COMMENT_RESOLVED = _comment("comment.resolved", _("comment resolved"), did="resolved a comment")
COMMENT_REOPENED = _comment("comment.reopened", _("comment reopened"), did="reopened a comment")

ACTION_CREATED = _action("action.created", _("made"), after=say.NewTask, writes="action")
ACTION_CHANGED = _remedied("action.changed", _("changed"))
ACTION_CLOSED = _remedied("action.closed", _("closed"))
ACTION_REOPENED = _remedied("action.reopened", _("opened again"))
ACTION_UNDONE = _remedied("action.undone", _("change undone"))
ACTION_REFUSED = _action(
    "action.refused",
    _("change refused: someone else had changed it"),
    after=say.NewTask,
)
ACTION_LINKED = _action("action.linked", _("linked to"), after=say.Link, writes="actionlink")
ACTION_UNLINKED = _action(
    "action.unlinked",
    _("no longer linked to"),
    before=say.Asked,
    after=say.Link,
    writes="actionlink",
)
ACTION_WAITS = _action("action.waits", _("waits for"), after=say.Wait, writes="actionwait")
ACTION_WAITS_NO_MORE = _action(
    "action.waits_no_more",
    _("no longer waits for"),
    after=say.Wait,
    writes="actionwait",
)
ACTION_ASKS = _action(
    "action.asks",
    _("asks to look again at"),
    after=say.Asks,
    writes="answer",
    subject="assessment",
)
ACTION_ASKS_NO_MORE = _action(
    "action.asks_no_more",
    _("no longer asks to look again at"),
    before=say.Asked,
    after=say.Concerned,
    writes="answer",
    subject="assessment",
)
