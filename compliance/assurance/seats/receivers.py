"""Seats wait for whom they were offered to."""

from compliance.assurance.seats import actions
from compliance.identity.organisations.actions import arrived, arriving

arriving.connect(actions.hold_offers)
arrived.connect(actions.take_up_offers)
