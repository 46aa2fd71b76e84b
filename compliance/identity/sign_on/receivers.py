"""Who comes by a provider, and who left."""

from compliance.identity.organisations import signed_on
from compliance.identity.organisations.actions import rights_lost
from compliance.identity.sign_on import actions, addresses, entrance

signed_on.claims.connect(entrance.claim)
signed_on.still_speaks.connect(entrance.speaks)
signed_on.vouches.connect(entrance.vouches)
signed_on.withholds.connect(addresses.withholds_password)
rights_lost.connect(actions.keep_departure)
