"""The types of events about auditors: their seats, samples and requests, and share links."""

from functools import partial

from django.utils.translation import gettext_lazy as _

from compliance.audit.event_types import EventType, Prepares, Topic

_type = partial(EventType, topic=Topic.AUDITOR, prepares=Prepares.NOTHING)
_seat = partial(_type, subject="seat")
_offer = partial(_type, subject="seatoffer")
_request = partial(_type, subject="request")
_share = partial(_type, subject="sharelink")

SEAT_GIVEN = _seat("seat.given", _("seat given"))
SEAT_OFFERED = _offer("seat.offered", _("seat offered"))
SEAT_OFFER_ENDED = _offer("seat.offer_ended", _("seat taken back"))
SEAT_TAKEN_UP = _seat("seat.taken_up", _("seat taken up"))
SEAT_ENDED = _seat("seat.ended", _("seat ended"))
SEAT_VIEWED = _seat("seat.viewed", _("auditor read"))
SEAT_DOWNLOADED = _seat("seat.downloaded", _("auditor took a file"))
SAMPLE_DRAWN = _seat("sample.drawn", _("sample drawn"))
SAMPLE_ACCEPTED = _seat("sample.accepted", _("auditor accepted"))
SAMPLE_OPEN = _seat("sample.open", _("auditor looks again"))
SAMPLE_FLAGGED = _seat("sample.flagged", _("auditor flagged"))
REQUEST_ASKED = _request("request.asked", _("request asked"))
REQUEST_SAID = _request("request.said", _("request: message"))
REQUEST_ANSWERED = _request("request.answered", _("request answered"))
REQUEST_CLOSED = _request("request.closed", _("request closed"))
SHARE_MADE = _share("share.made", _("share link made"))
SHARE_OPENED = _share("share.opened", _("share link opened"))
SHARE_REVOKED = _share("share.revoked", _("share link taken back"))
