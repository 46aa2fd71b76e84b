"""Questions wait for whom they were asked of before they were members."""

from compliance.identity.organisations.actions import arrived, arriving
from compliance.work.assignments import new_members

arriving.connect(new_members.hold_asked)
arrived.connect(new_members.give_asked)
