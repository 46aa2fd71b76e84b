"""The types of events about the legal index."""

from functools import partial

from django.utils.translation import gettext_lazy as _

from compliance.content.legal_index import payloads as say
from compliance.proof.audit.event_types import EventType, Prepares, Topic

_instrument = partial(EventType, topic=Topic.CHECKLIST, prepares=Prepares.NOTHING, subject="instrument")

INSTRUMENT_ADDED = _instrument("instrument.added", _("legal instrument added"), after=say.Instrument)
INSTRUMENT_CHANGED = _instrument(
    "instrument.changed",
    _("legal instrument changed"),
    before=say.Instrument,
    after=say.Instrument,
)
PROVISIONS_SET = _instrument(
    "instrument.provisions_set",
    _("provisions changed"),
    before=say.OldProvisions,
    after=say.NewProvisions,
)
PROVISION_RELEASED = _instrument(
    "instrument.provision_released",
    _("provision follows the legal index again"),
    after=say.Released,
)
