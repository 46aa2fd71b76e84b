"""Who comes by a provider, and who left."""

from compliance.identity.organisations import signed_on
from compliance.identity.organisations.actions import rights_lost
from compliance.identity.sign_on import actions, entrance

signed_on.elsewhere.connect(entrance.place)
signed_on.still_speaks.connect(entrance.speaks)
signed_on.vouches.connect(entrance.vouches)
rights_lost.connect(actions.keep_departure)
