"""The types of events about organisations, their members and their invitations."""

from functools import partial

from django.utils.translation import gettext_lazy as _

from compliance.audit.event_types import EventType, Prepares, Topic

_type = partial(EventType, topic=Topic.PEOPLE, prepares=Prepares.NOTHING)
_member = partial(_type, subject="membership")
_invitation = partial(_type, subject="invitation")

ORGANISATION_CREATED = _type(
    "organisation.created", _("organisation made"), subject="organisation"
)
MEMBER_ADDED = _member("member.added", _("member added"))
MEMBER_REMOVED = _member("member.removed", _("member removed"))
MEMBER_LEFT = _member("member.left", _("member left"))
MEMBER_ROLE_CHANGED = _member("member.role_changed", _("role changed"))
MEMBER_INVITED = _invitation("member.invited", _("member invited"))
INVITATION_SENT_AGAIN = _invitation("invitation.sent_again", _("invitation sent again"))
INVITATION_ENDED = _invitation("invitation.ended", _("invitation taken back"))
INVITATION_DECLINED = _invitation("invitation.declined", _("invitation declined"))
INVITATION_ACCEPTED = _member("invitation.accepted", _("invitation accepted"))
PASSKEY_ADDED = _member("passkey.added", _("passkey added"))
PASSKEY_RENAMED = _member("passkey.renamed", _("passkey renamed"))
PASSKEY_REMOVED = _member("passkey.removed", _("passkey removed"))
EDITOR_MADE = _type("editor.made", _("checklist editor made"), subject="user")
EDITOR_ENDED = _type("editor.ended", _("no longer a checklist editor"), subject="user")
