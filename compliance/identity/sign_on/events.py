"""The types of events about sign-on."""

from functools import partial
from typing import Required

from django.utils.translation import gettext_lazy as _

from compliance.proof.audit.event_types import EventType, Prepares, Topic
from compliance.proof.audit.payloads import Hash, Side, Words


class _SignOn(Side, total=False):
    protocol: str
    issuer: Words
    client_id: Words
    metadata_url: Words
    certificates: list[Hash]
    """The SHA-256 of each."""
    trusts_addresses: bool
    default_role: str


class _Provider(Side, total=False):
    issuer: Required[Words]


class _Domain(Side, total=False):
    domain: Required[Words]


class _Group(Side, total=False):
    group: Required[Words]
    role: Required[str]


class _Person(Side, total=False):
    person: Required[Words]
    issuer: Required[Words]


class _Came(Side, total=False):
    person: Required[Words]
    role: Required[str]
    issuer: Required[Words]


class _Role(Side, total=False):
    role: Required[str]
    group: Words


_type = partial(EventType, topic=Topic.PEOPLE, prepares=Prepares.NOTHING)
_sign_on = partial(_type, subject="signon")
_domain = partial(_type, subject="domain")
_group = partial(_type, subject="grouprole")

SIGN_ON_SET = _sign_on("sign_on.set", _("provider of sign-on set"), before=_SignOn, after=_SignOn)
SIGN_ON_TESTED = _sign_on("sign_on.tested", _("provider of sign-on tested"), after=_Provider)
SIGN_ON_SWITCHED_ON = _sign_on("sign_on.switched_on", _("sign-on switched on"), after=_Provider)
SIGN_ON_SWITCHED_OFF = _sign_on("sign_on.switched_off", _("sign-on switched off"), before=_Provider)
DOMAIN_ADDED = _domain("domain.added", _("domain named"), after=_Domain)
DOMAIN_VERIFIED = _domain("domain.verified", _("domain shown to be the organisation's own"), after=_Domain)
DOMAIN_LAPSED = _domain(
    "domain.lapsed",
    _("domain to be verified again because of another provider"),
    before=_Domain,
)
DOMAIN_MISSING = _domain("domain.missing", _("record of the domain not there any more"), before=_Domain)
DOMAIN_RETURNED = _domain("domain.returned", _("record of the domain there again"), after=_Domain)
DOMAIN_GONE = _domain("domain.gone", _("domain lost because its record is not there"), before=_Domain)
DOMAIN_RELEASED = _domain("domain.released", _("domain released by the administrator"), before=_Domain)
DOMAIN_REMOVED = _domain("domain.removed", _("domain taken away"), before=_Domain)
GROUP_ADDED = _group("group.added", _("role given to a group"), after=_Group)
GROUP_REMOVED = _group("group.removed", _("role of a group taken away"), before=_Group)
IDENTITY_CONNECTED = _type(
    "identity.connected",
    _("account connected to the provider of sign-on"),
    subject="identity",
    after=_Person,
)
IDENTITY_OPENED = _type(
    "identity.opened",
    _("provider of sign-on allowed to open the whole account"),
    subject="identity",
    after=_Person,
)
IDENTITY_FORGOTTEN = _type(
    "identity.forgotten",
    _("account disconnected because of another provider"),
    subject="identity",
    before=_Person,
)
MEMBER_SIGNED_ON = _type(
    "member.signed_on",
    _("member came in by sign-on"),
    subject="membership",
    after=_Came,
)
MEMBER_ROLE_BY_GROUP = _type(
    "member.role_by_group",
    _("role changed by a group of the provider"),
    subject="membership",
    before=_Role,
    after=_Role,
)
