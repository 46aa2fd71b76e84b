"""The types of events about organisations, their members and their invitations."""

from functools import partial
from typing import Required

from django.utils.translation import gettext_lazy as _

from compliance.proof.audit.event_types import EventType, Prepares, Topic
from compliance.proof.audit.payloads import Sending, Side, Words


class _Organisation(Side, total=False):
    name: Required[Words]
    slug: Required[str]


class _Member(Side, total=False):
    person: Required[Words]
    role: Required[str]


class _Invited(_Member, total=False):
    sending: Sending


class _Ended(_Member, total=False):
    user_id: int


class _Handed(Side, total=False):
    questions_handed: int
    actions_handed: int
    given_to: Words


class _Accepted(_Member, total=False):
    invited_by_id: Required[int | None]


class _Role(Side, total=False):
    role: Required[str]


class _Passkey(Side, total=False):
    person: Words
    passkey: Words


class _Factor(Side, total=False):
    person: Required[Words]


class _Account(Side, total=False):
    name: Words
    email: Words
    passkey: Words


class _Policy(Side, total=False):
    second_factor_from: str | None
    idle_minutes: int
    session_hours: int
    exports: str
    shares: str
    invites: str
    sign_on_only: bool
    checked_percent: int
    other_providers: bool


class _Editor(Side, total=False):
    is_editor: Required[bool]


class _Administrator(Side, total=False):
    is_administrator: Required[bool]


_type = partial(EventType, topic=Topic.PEOPLE, prepares=Prepares.NOTHING)
_member = partial(_type, subject="membership")
_invitation = partial(_type, subject="invitation")

ORGANISATION_CREATED = _type(
    "organisation.created",
    _("organisation made"),
    subject="organisation",
    after=_Organisation,
)
MEMBER_ADDED = _member("member.added", _("member added"), after=_Member, writes="membership")
MEMBER_REMOVED = _member("member.removed", _("member removed"), before=_Ended, after=_Handed)
MEMBER_LEFT = _member("member.left", _("member left"), before=_Ended)
MEMBER_ROLE_CHANGED = _member(
    "member.role_changed",
    _("role changed"),
    before=_Role,
    after=_Role,
    writes="membership",
)
MEMBER_SIGNED_OUT = _member("member.signed_out", _("signed out everywhere by an owner"), after=_Factor)
MEMBER_INVITED = _invitation("member.invited", _("member invited"), after=_Invited, writes="invitation")
INVITATION_SENT_AGAIN = _invitation("invitation.sent_again", _("invitation sent again"), after=_Invited)
INVITATION_ENDED = _invitation("invitation.ended", _("invitation taken back"), before=_Member)
INVITATION_DECLINED = _invitation("invitation.declined", _("invitation declined"), before=_Member)
INVITATION_ACCEPTED = _member(
    "invitation.accepted",
    _("invitation accepted"),
    after=_Accepted,
    writes="membership",
)
PASSKEY_ADDED = _member("passkey.added", _("passkey added"), after=_Passkey)
PASSKEY_RENAMED = _member("passkey.renamed", _("passkey renamed"), before=_Passkey, after=_Passkey)
PASSKEY_REMOVED = _member("passkey.removed", _("passkey removed"), before=_Passkey, after=_Passkey)
APP_ADDED = _member("factor.app_added", _("app with codes added"), after=_Factor)
APP_REMOVED = _member("factor.app_removed", _("app with codes removed"), after=_Factor)
FACTORS_FORGOTTEN = _member(
    "factor.all_forgotten",
    _("second factors taken away by the administrator"),
    after=_Factor,
)
RECOVERY_CODES_MADE = _member("factor.recovery_codes_made", _("recovery codes made"), after=_Factor)
RECOVERY_CODE_USED = _member("factor.recovery_code_used", _("recovery code used to sign in"), after=_Factor)
POLICY_CHANGED = _type(
    "policy.changed",
    _("security policy changed"),
    subject="accesspolicy",
    before=_Policy,
    after=_Policy,
    writes="accesspolicy",
)
ACCOUNT_MADE = _type("account.made", _("account made"), subject="user", after=_Account)
ACCOUNT_CHANGED = _type(
    "account.changed",
    _("account changed"),
    subject="user",
    before=_Account,
    after=_Account,
)
PASSWORD_CHANGED = _type("account.password_changed", _("password changed"), subject="user")
EDITOR_MADE = _type(
    "editor.made",
    _("checklist editor made"),
    subject="user",
    before=_Editor,
    after=_Editor,
)
EDITOR_ENDED = _type(
    "editor.ended",
    _("no longer a checklist editor"),
    subject="user",
    before=_Editor,
    after=_Editor,
)
ADMINISTRATOR_MADE = _type(
    "administrator.made",
    _("administrator of the installation made"),
    subject="user",
    before=_Administrator,
    after=_Administrator,
)
ADMINISTRATOR_ENDED = _type(
    "administrator.ended",
    _("no longer an administrator of the installation"),
    subject="user",
    before=_Administrator,
    after=_Administrator,
)
