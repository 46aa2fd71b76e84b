"""The types of events about auditors: their seats, samples and requests, and share links."""

from functools import partial
from typing import Literal, Required

from django.utils.translation import gettext_lazy as _

from compliance.proof.audit.event_types import EventType, Prepares, Topic
from compliance.proof.audit.payloads import Day, Hash, Id, Moment, Sending, Side, Words


class _Named(Side, total=False):
    subject: Required[Words]


class _Term(Side, total=False):
    assessment: Required[Id]
    from_on: Required[Day]
    until_on: Required[Day]
    purpose: Required[Words]


class _Given(_Named, _Term, total=False):
    sending: Sending
    user_id: Required[int]
    given_by_id: Required[int]


class _Offered(_Named, _Term, total=False):
    sending: Sending
    person: Required[Words]


class _Withdrawn(_Term, total=False):
    person: Required[Words]


class _Ended(Side, total=False):
    user_id: Required[int]
    until_on: Required[Day]


class _Viewed(_Named, total=False):
    about: Required[Words]


class _Downloaded(_Viewed, total=False):
    sha256: Required[Hash]


class _Drawn(_Named, total=False):
    how: Required[str]
    seed: str
    questions: Required[list[str]]


class _Unmarked(Side, total=False):
    result: Required[str]
    text: Required[Words]


class _Marked(_Named, total=False):
    about: Required[str]
    text: Required[Words]


class _Numbered(_Named, total=False):
    number: Required[int]


class _Asked(_Numbered, total=False):
    title: Required[Words]
    text: Required[Words]
    due_on: Required[Day]
    sending: Sending


class _Said(_Numbered, total=False):
    text: Required[Words]
    title: Words
    sha256: Hash | Literal[""]
    sending: Sending


class _Status(Side, total=False):
    status: Required[str]


class _Title(Side, total=False):
    title: Required[Words]


class _Opened(_Named, _Title, total=False):
    """The link that was opened; by whom, nobody knows."""


class _Shared(_Opened, total=False):
    until: Required[Moment]
    assessment: Required[Id]
    email: Words
    sending: Sending


_type = partial(EventType, topic=Topic.AUDITOR, prepares=Prepares.NOTHING)
_seat = partial(_type, subject="seat")
_mark = partial(_seat, writes="sampleitem", before=_Unmarked, after=_Marked)
_offer = partial(_type, subject="seatoffer")
_request = partial(_type, subject="request", writes="request")
_message = partial(_request, writes="requestmessage", after=_Said)
_share = partial(_type, subject="sharelink")

SEAT_GIVEN = _seat("seat.given", _("seat given"), after=_Given, writes="seat")
SEAT_OFFERED = _offer("seat.offered", _("seat offered"), after=_Offered, writes="seatoffer")
SEAT_OFFER_ENDED = _offer("seat.offer_ended", _("seat taken back"), before=_Withdrawn, after=_Named)
SEAT_TAKEN_UP = _seat("seat.taken_up", _("seat taken up"), after=_Given, writes="seat")
SEAT_ENDED = _seat("seat.ended", _("seat ended"), before=_Ended, after=_Named, writes="seat")
SEAT_VIEWED = _seat("seat.viewed", _("auditor read"), after=_Viewed)
SEAT_DOWNLOADED = _seat("seat.downloaded", _("auditor downloaded a file"), after=_Downloaded)
SAMPLE_DRAWN = _seat("sample.drawn", _("sample drawn"), after=_Drawn, writes="sampleitem")
SAMPLE_ACCEPTED = _mark("sample.accepted", _("auditor accepted"))
SAMPLE_OPEN = _mark("sample.open", _("auditor looks again"))
SAMPLE_FLAGGED = _mark("sample.flagged", _("auditor flagged"))
REQUEST_ASKED = _request("request.asked", _("request sent"), after=_Asked)
REQUEST_SAID = _message("request.said", _("request: message"))
REQUEST_ANSWERED = _message("request.answered", _("request answered"))
REQUEST_CLOSED = _request("request.closed", _("request closed"), before=_Status, after=_Numbered)
SHARE_MADE = _share("share.made", _("share link made"), after=_Shared, writes="sharelink")
SHARE_OPENED = _share("share.opened", _("share link opened"), after=_Opened)
SHARE_REVOKED = _share(
    "share.revoked",
    _("share link taken back"),
    before=_Title,
    after=_Named,
    writes="sharelink",
)
