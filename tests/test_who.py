"""Every sentence that says who did something, and the event of the trail it rests on.

The sentences are found in the templates of screens, papers and mails and in the program;
the columns are those of the models. One that nobody has entered here fails.
"""

import ast
import re
from functools import cache
from pathlib import Path

from django.apps import apps

import compliance
from compliance.models import User
from compliance.proof.audit import event_types

ROOT = Path(compliance.__file__).parent
TEMPLATES = ROOT.parent / "templates"
ANSWERS = set(event_types.those(changes_answer=True)) - {"answer.asked_anew"}
OWNER = {"answer.saved", "answer.imported", "answer.undone", "assessment.started"}
NA = ANSWERS | {"assessment.started"}

RESTS_ON = {
    "Action.closed_by": {"action.closed"},
    "Action.created_by": {"action.created"},
    "Action.owner": {"action.created", "action.changed", "action.undone"},
    "Answer.answered_by": {
        *ANSWERS,
        "evidence.attached",
        "evidence.detached",
        "assessment.started",
        "assessment.brought_in",
    },
    "Answer.changed_by": ANSWERS,
    "Answer.na_by": NA,
    "Answer.na_confirmed_by": {"answer.na_confirmed"},
    "Answer.owner": OWNER,
    "Archive.asked_by": {"archive.asked"},
    "Assessment.started_by": {"assessment.started"},
    "Check.by": {"answer.accepted", "answer.returned"},
    "Comment.author": {"comment.written", "answer.na_sent_back", "answer.returned"},
    "Comment.resolved_by": {"comment.resolved"},
    "Departure.user": {"member.left", "member.removed"},
    "Directory.heir": {"directory.set"},
    "Directory.set_by": {"directory.set"},
    "DirectoryGroupMember.user": {"directory.group_filled"},
    "DirectoryPerson.user": {"directory.person_saved", "member.removed"},
    "Edition.sent_by": {"edition.sent"},
    "Evidence.added_by": {"evidence.added"},
    "Identity.user": {"identity.connected"},
    "Invitation.invited_by": {"member.invited", "invitation.sent_again"},
    "Feed.user": {"feed.made"},
    "Membership.user": {
        "member.added",
        "member.invited",
        "member.signed_on",
        "invitation.accepted",
    },
    "Mention.user": {"comment.written", "answer.na_sent_back", "answer.returned"},
    "Namesake.account": {"assessment.brought_in"},
    "Namesake.member": {"assessment.name_claimed", "assessment.name_denied"},
    "Organisation.closing_by": {"organisation.closed"},
    "Organisation.sample_of": {"organisation.created"},
    "Origin.brought_by": {"assessment.brought_in"},
    "Package.asked_by": {"package.asked"},
    "Reopening.asked_by": {"assessment.reopening_asked"},
    "Reopening.decided_by": {"assessment.reopened", "assessment.reopening_declined"},
    "Report.asked_by": {"report.asked"},
    "Request.asked_by": {"request.asked"},
    "Request.closed_by": {"request.closed"},
    "RequestMessage.by": {"request.asked", "request.answered", "request.said"},
    "Review.ended_by": {"assessment.signed", "assessment.returned"},
    "Review.sent_by": {"assessment.sent"},
    "Seat.ended_by": {"seat.ended"},
    "Seat.given_by": {"seat.given"},
    "Seat.user": {"seat.given"},
    "SeatOffer.given_by": {"seat.offered"},
    "ShareLink.made_by": {"share.made"},
    "ShareLink.revoked_by": {"share.revoked"},
    "Proposal.settled_by": {
        "answer.proposal_set_aside",
        "answer.proposal_withdrawn",
        "answer.proposed",
        "answer.saved",
    },
    "SignOff.signed_by": {"assessment.signed"},
    "Target.set_by": {"targets.set", "targets.set_for_all"},
    "Token.ended_by": {"token.ended"},
    "Token.made_by": {"token.made"},
    "Token.user": {"token.made"},
    "Upgrade.moved_by": {"assessment.upgraded"},
    "Upgrade.undone_by": {"assessment.upgrade_undone"},
    "Webhook.ended_by": {"webhook.ended"},
    "Webhook.made_by": {"webhook.made"},
}
"""Column that names a person to the events that set it."""
NO_EVENT = {
    "Challenge.user",
    "Presence.user",
    "PutAway.user",
    "Upload.by",
    "Reminders.user",
    "SavedView.user",
    "Visit.user",
}
"""Columns of things that a person only looks at or keeps for themselves: no sentence names them."""
EVENT = "Event.actor"
"""The sentence is the event itself."""
NOBODY = "nobody"
"""It says of nobody that they did something: a choice, or whose page it is."""

SAID = {
    "Action.closed_by": [
        "work/remediation/action.html: action.closed_by",
    ],
    "Action.created_by": [
        "work/remediation/action.html: action.created_by",
    ],
    "Action.owner": [
        "reporting/gaps/list.html: done.owner",
        "reporting/gaps/views/listing.py: owner",
        "work/remediation/_asked.html: action.owner",
        "work/remediation/_action_card.html: action.owner",
        "work/remediation/action.html: action.owner",
        "work/remediation/_action_table.html: action.owner",
        "work/remediation/action_add.html: action.owner",
        "reporting/home/home.html: action.owner",
        "reporting/gaps/_table.html: action.owner",
        "reporting/gaps/_roadmap.html: action.owner",
        "reporting/results/_late.html: one.who",
        "reporting/results/_law.html: row.action.owner",
        "reporting/results/_level_gaps.html: row.action.owner",
        "reporting/history/_as_of_answers.html: task.owner",
        "reporting/reports/pdf/_question.html: task.owner",
        "reporting/reports/pdf/_planned.html: task.owner",
        "reporting/reports/pdf/exceptions.html: task.owner",
        "reporting/reports/pdf/actions.html: task.owner",
        "reporting/reports/pdf/_board_due.html: owner",
        "reporting/reports/board.py: who",
        "assurance/reviews/_looked.html: task.owner",
    ],
    "Answer.answered_by": [
        "reporting/comparison/_compared.html: group.why.by",
        "reporting/comparison/_compared.html: one.by",
        "reporting/comparison/differences.py: one.by",
        "reporting/reports/pdf/_question.html: line.answered_by",
        "reporting/reports/pdf/exceptions.html: line.answered_by",
        "reporting/reports/pdf/applicability.html: line.answered_by",
        "reporting/reports/pdf/statement.html: line.answered_by",
        "ui/answered.html: row.answered_by",
    ],
    "Answer.changed_by": [
        "reporting/reports/pdf/_question.html: line.changed_by",
        "ui/answered.html: row.changed_by",
    ],
    "Answer.na_by": [
        "work/workspace/_panel_waits.html: answer.na_by",
        "work/workspace/_queued.html: answer.na_by",
        "work/workspace/_settle.html: answer.na_by",
        "work/workspace/na_back.html: answer.na_by",
        "reporting/reports/pdf/_question.html: line.na_by",
        "reporting/reports/pdf/applicability.html: line.na_by",
        "reporting/reports/pdf/statement.html: line.na_by",
        "assurance/reviews/_looked.html: line.na_by",
        "assurance/reviews/readiness.py: lines[0].na_by",
        "assurance/seats/question.html: answer.na_by",
    ],
    "Answer.na_confirmed_by": [
        "work/workspace/_marks.html: answer.na_confirmed_by",
        "work/assessments/actions/confirm.py: answer.na_confirmed_by",
        "reporting/reports/pdf/_question.html: line.na_confirmed_by",
        "reporting/reports/pdf/applicability.html: line.na_confirmed_by",
        "reporting/reports/pdf/statement.html: line.na_confirmed_by",
        "assurance/reviews/_looked.html: line.na_confirmed_by",
        "assurance/seats/question.html: answer.na_confirmed_by",
    ],
    "Answer.owner": [
        "reporting/reports/pdf/_board_due.html: line.owner",
        "work/workspace/_marks.html: answer.owner",
        "work/assignments/contribute.html: asker",
        "work/assignments/views/assign.py: done.person",
        "work/assignments/views/contribute.py: done.owner",
        "assurance/answer_sheets/sheet.py: owner",
        "reporting/history/_as_of_answers.html: line.owner",
        "reporting/reports/pdf/_question.html: line.owner",
        "reporting/reports/pdf/clauses.html: line.owner",
        "reporting/reports/pdf/statement.html: line.owner",
    ],
    "Archive.asked_by": [
        "operations/closing/archive.html: archive.asked_by",
        "operations/closing/whole.html: archive.asked_by",
    ],
    "Check.by": [
        "assurance/reviews/_check.html: last.by",
    ],
    "Comment.author": [
        "work/workspace/_comment.html: comment.author",
        "work/workspace/_resolve.html: comment.author",
        "work/discussion/actions.py: said.author",
        "work/edition_moves/archived.html: remark.author",
        "assurance/bundles/answers.py: one.author",
        "mail/mentioned.txt: by",
        "reporting/history/_as_of_answers.html: remark.author",
        "reporting/home/todo.py: comment.author",
        "reporting/reports/pdf/_question.html: remark.author",
        "assurance/reviews/_looked.html: remark.author",
    ],
    "Comment.resolved_by": [
        "work/workspace/_comment.html: comment.resolved_by",
    ],
    EVENT: [
        "reporting/history/trail_rows.py: self.event.actor",
        "work/workspace/_conflict.html: side.who",
        "work/workspace/_history.html: entry.actor",
        "work/workspace/_body.html: entry.actor",
        "work/workspace/_row.html: line.news.who",
        "work/remediation/action.html: entry.actor",
        "work/assignments/actions.py: by",
        "work/bulk/done.html: change.actor",
        "assurance/answer_sheets/_conflicts.html: shown.event.actor",
        "assurance/bundles/origin.html: entry.who",
        "assurance/answer_sheets/sheet.html: one.event.actor",
        "assurance/answer_sheets/sheet.html: one.undone.actor",
        "assurance/answer_sheets/queries.py: by",
        "mail/factor_asked.txt: by",
        "mail/report.txt: by",
        "mail/handed_back.txt: by",
        "mail/closing_stopped.txt: by",
        "mail/signed_out.txt: by",
        "mail/administrator.txt: user",
        "identity/organisations/actions/installation.py: user",
        "mail/directory_token.txt: by",
        "mail/provider_set.txt: by",
        "programs/directory/actions/rules.py: by",
        "identity/organisations/actions/sessions.py: by",
        "reporting/reports/pdf/trail.html: entry.who",
        "reporting/history/trail.html: row.who",
        "assurance/reviews/_preparers.html: preparer.user",
    ],
    "Edition.sent_by": [
        "content/publishing/_step.html: edition.sent_by",
        "reporting/home/todo.py: edition.sent_by",
    ],
    "Evidence.added_by": [
        "content/evidence/_about.html: evidence.added_by",
        "content/evidence/_table.html: one.added_by",
        "content/evidence/actions/adding.py: newer.added_by",
    ],
    "Invitation.invited_by": [
        "identity/organisations/_invitations.html: invitation.invited_by",
        "identity/organisations/actions/invitations.py: by",
        "identity/organisations/invitation.html: invitation.invited_by",
    ],
    "DirectoryPerson.user": [
        "programs/directory/models.py: self.user",
    ],
    "Membership.user": [
        "programs/directory/actions/handing_over.py: gone.user",
        "programs/directory/actions/people.py: user",
        "assurance/bundles/bundle_preview.html: person",
        "identity/organisations/_member.html: member.user",
        "identity/organisations/member.html: member.user",
        "identity/organisations/models.py: self.user",
        "identity/organisations/policy.html: one.user",
        "identity/organisations/views/members.py: membership.user",
    ],
    NOBODY: [
        "proof/press/sealing.py: signer",  # of a time stamp: a service
        "identity/organisations/members.html: removed.person",
        "reporting/gaps/_table.html: editing.owner",
        "reporting/calendar/reminders.html: request.user",
        "work/workspace/_body.html: person",
        "work/workspace/_bulkbar.html: look.owner",
        "work/bulk/_fields.html: person",
        "work/workspace/_filterbar.html: look.owner",
        "work/workspace/_filters.html: owner",
        "work/workspace/_here.html: person",
        "programs/exports/list.html: person",
        "work/edition_moves/_move_owner.html: person",
        "work/bulk/_look.html: look.owner",
        "assurance/answer_sheets/queries.py: user",
        "reporting/history/_trail_filter.html: chosen.who",
        "reporting/reports/pdf/report.html: author",
        "identity/accounts/security.html: request.user",
        "identity/sign_on/connect.html: request.user",
        "identity/sign_on/provider.html: one.user",
        "ui/topbar.html: request.user",
    ],
    "Namesake.account": [
        "work/assessments/models/origin.py: self.account",
        "assurance/bundles/names.html: name.account",
        "assurance/bundles/origin.html: name.account",
        "assurance/bundles/views/origins.py: name.account",
        "reporting/home/todo.py: asked.account",
    ],
    "Namesake.member": [
        "work/assessments/models/origin.py: self.member",
        "assurance/bundles/origin.html: name.member",
    ],
    "Organisation.closing_by": [
        "proof/audit/receipts.py: self.account",
        "operations/closing/receipt.html: receipt.account",
        "operations/closing/whole.html: request.organisation.closing_by",
        "mail/closing.txt: by",
        "mail/closing_postponed.txt: by",
    ],
    "Origin.brought_by": [
        "assurance/bundles/names.html: name.origin.brought_by",
        "assurance/bundles/origin.html: origin.brought_by",
    ],
    "Reopening.asked_by": [
        "assurance/reviews/_reopen.html: asked.asked_by",
        "assurance/reviews/actions/reopening.py: waits.asked_by",
        "assurance/reviews/pages.py: context['asked'].asked_by",
    ],
    "Report.asked_by": [
        "reporting/reports/detail.html: report.asked_by",
        "reporting/reports/list.html: report.asked_by",
    ],
    "Request.asked_by": [
        "reporting/home/todo.py: asked.asked_by",
        "assurance/seats/_request.html: asked.asked_by",
        "assurance/seats/request_list.html: one.asked_by",
    ],
    "Request.closed_by": [
        "assurance/seats/_request.html: asked.closed_by",
    ],
    "RequestMessage.by": [
        "mail/request.txt: by",
        "reporting/reports/pdf/exceptions.html: message.by",
        "reporting/reports/pdf/requests.html: message.by",
        "assurance/seats/_asked.html: message.by",
    ],
    "Review.ended_by": [
        "reporting/home/todo.py: review.ended_by",
        "mail/returned.txt: by",
        "assurance/reviews/_send.html: returned_said.ended_by",
    ],
    "Review.sent_by": [
        "reporting/home/todo.py: review.sent_by",
        "reporting/reports/pdf/_signatures.html: one.sender",
        "reporting/results/_signatures.html: one.sender",
        "assurance/reviews/_steps.html: sent.sent_by",
    ],
    "Seat.ended_by": [
        "assurance/seats/_seats.html: seat.ended_by",
    ],
    "Seat.given_by": [
        "mail/seat.txt: by",
        "reporting/reports/pdf/engagement.html: work.given_by",
        "assurance/seats/_seats.html: seat.given_by",
    ],
    "Seat.user": [
        "assurance/seats/_seats.html: seat.user",
        "assurance/seats/looked.html: seat.user",
        "assurance/seats/models.py: self.user",
        "assurance/seats/views/seats.py: seat.user",
    ],
    "SeatOffer.given_by": [
        "assurance/seats/_seats.html: offer.given_by",
    ],
    "ShareLink.made_by": [
        "mail/share.txt: by",
        "assurance/seats/list.html: link.made_by",
    ],
    "Token.made_by": [
        "programs/directory/page.html: token.made_by",
        "identity/tokens/_about.html: token.made_by",
    ],
    "Token.user": [
        "identity/tokens/_about.html: token.user",
        "work/workspace/_proposed.html: proposal.token.user",
    ],
    "Webhook.made_by": [
        "identity/webhooks/_about.html: webhook.made_by",
    ],
    "SignOff.signed_by": [
        "reporting/history/_as_of_answers.html: then.signoff.signer",
        "reporting/history/looking_back.py: signer",
        "reporting/reports/pdf/_signatures.html: one.signer",
        "reporting/reports/pdf/changes.html: one.signer",
        "reporting/reports/pdf/changes.html: signer",
        "reporting/reports/pdf/cover.html: paper.signature.signer",
        "reporting/results/_signatures.html: one.signer",
        "assurance/reviews/_signature.html: one.signer",
        "assurance/reviews/_signatures.html: one.signer",
        "assurance/reviews/_steps.html: signatures.0.signer",
        "assurance/reviews/signature_integrity.py: row.signer",
        "assurance/reviews/models.py: self.signer",
        "proof/verifier/verify_report.py: signer",
    ],
    "Upgrade.moved_by": [
        "work/edition_moves/upgrade.html: done.moved_by",
    ],
}
"""Column, or what stands for one, to the places that show its person."""


_SHOWN = re.compile(r"(?:\{\{\s*|\|default:)([\w.]+)|[ =]([\w.]+)(?=\|isolated)")
_BESIDE = {"signer", "sender", "who", "asker", "person"}
"""Names under which pages know the person of a column."""


def columns():
    """Every column of a model that names a person."""
    return {
        f"{model.__name__}.{field.name}"
        for model in apps.get_app_config("compliance").get_models()
        for field in model._meta.concrete_fields
        if field.related_model is User
    }


@cache
def names():
    return {column.partition(".")[2] for column in columns()} | _BESIDE


def said_in_templates():
    """Each place of a page, paper or mail that shows a person: "file: expression"."""
    for path in TEMPLATES.rglob("*.*"):
        for shown in _SHOWN.finditer(path.read_text()):
            words = shown.group(1) or shown.group(2)
            if words.rpartition(".")[2] in names():
                yield f"{path.relative_to(TEMPLATES)}: {words}"


def said_in_program():
    """Each text of the program that has a person in it."""
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FormattedValue):
                words = ast.unparse(node.value)
                if words.rpartition(".")[2] in names():
                    yield f"{path.relative_to(ROOT)}: {words}"


def test_every_column_that_names_a_person_rests_on_events():
    assert columns() == RESTS_ON.keys() | NO_EVENT | {EVENT}
    assert not RESTS_ON.keys() & NO_EVENT


def test_every_event_that_a_column_rests_on_is_recorded():
    recorded = {
        node.value
        for path in ROOT.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    for column, events in RESTS_ON.items():
        assert events, column
        assert events <= recorded, column


def test_every_sentence_that_says_who_names_what_it_rests_on():
    found = {*said_in_templates(), *said_in_program()}
    entered = [one for places in SAID.values() for one in places]
    assert len(entered) == len(set(entered))
    assert found == set(entered)
    assert SAID.keys() <= RESTS_ON.keys() | {EVENT, NOBODY}


def test_only_who_answered_is_said_to_have_answered():
    """The last person to change some field is called that, and nothing else."""
    for path in TEMPLATES.rglob("*.*"):
        words = " ".join(path.read_text().split())
        for shown in re.finditer(r"\{\{ \w+\.changed_by", words):
            before = words[max(0, shown.start() - 40) : shown.start()]
            assert "Last changed by" in before, path
        for shown in re.finditer(r"(?:Answered|Put off)\b[^{]* by\b", words):
            assert "answered_by" in words[shown.start() : shown.start() + 160], path
