"""The types of events about directories."""

from functools import partial
from typing import Required

from django.utils.translation import gettext_lazy as _

from compliance.proof.audit.event_types import EventType, Prepares, Topic
from compliance.proof.audit.payloads import Side, Words


class _Rules(Side, total=False):
    role: str
    heir: Words


class _Person(Side, total=False):
    person: Words
    external_id: Words


class _Group(Side, total=False):
    title: Words
    external_id: Words


class _People(Side, total=False):
    title: Required[Words]
    joined: Required[int]
    left: Required[int]
    joined_ids: list[int]
    left_ids: list[int]


_type = partial(EventType, topic=Topic.PEOPLE, prepares=Prepares.NOTHING)
_person = partial(_type, subject="directoryperson")
_group = partial(_type, subject="directorygroup")

DIRECTORY_SET = _type(
    "directory.set",
    _("rules for the directory set"),
    subject="directory",
    before=_Rules,
    after=_Rules,
)
DIRECTORY_PERSON_SAVED = _person(
    "directory.person_saved",
    _("person added or changed by the directory"),
    before=_Person,
    after=_Person,
)
DIRECTORY_PERSON_DELETED = _person(
    "directory.person_deleted",
    _("person deleted by the directory"),
    before=_Person,
)
DIRECTORY_GROUP_SAVED = _group(
    "directory.group_saved",
    _("group added or changed by the directory"),
    before=_Group,
    after=_Group,
)
DIRECTORY_GROUP_FILLED = _group(
    "directory.group_filled",
    _("people of a group changed by the directory"),
    after=_People,
)
DIRECTORY_GROUP_DELETED = _group(
    "directory.group_deleted",
    _("group deleted by the directory"),
    before=_Group,
)
