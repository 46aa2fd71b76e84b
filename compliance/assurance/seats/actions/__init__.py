"""Actions around a seat: give and end it, sample, ask and answer, share."""

from compliance.assurance.seats.actions.granting import (
    end_offer,
    end_seat,
    give_seat,
    hold_offers,
    take_up_offers,
)
from compliance.assurance.seats.actions.requests import (
    CLOSED,
    ask,
    close,
    reaches,
    reply,
    say,
)
from compliance.assurance.seats.actions.sampling import draw, mark
from compliance.assurance.seats.actions.sharing import open_share, revoke, share
from compliance.assurance.seats.actions.visits import note_download, note_view

__all__ = [
    "CLOSED",
    "ask",
    "close",
    "draw",
    "end_offer",
    "end_seat",
    "give_seat",
    "hold_offers",
    "mark",
    "note_download",
    "note_view",
    "open_share",
    "reaches",
    "reply",
    "revoke",
    "say",
    "share",
    "take_up_offers",
]
