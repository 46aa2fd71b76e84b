"""The app's own code for the tests of uploads, as ``inside`` is for others.

``python -m tests.load.uploading door`` prints the token of a program; ``... kept`` prints
the hashes of all evidence, the uploads, and what lies on the disk of each.
"""

import json
import sys

from tests.load import inside  # sets Django up

from compliance.content.evidence import actions, storage  # isort: skip
from compliance.models import Evidence, Organisation, Upload  # isort: skip
from compliance.identity.tokens.actions import make_token  # isort: skip
from tests.support import factories  # isort: skip


def door():
    """An organisation, and a token of somebody who may answer."""
    organisation = factories.make_organisation("Load", "load")
    person = inside.make_editor(organisation, 0)
    _, text = make_token(
        by=person,
        organisation=organisation,
        name="Sender",
        scopes=["answer"],
        days=30,
    )
    return {"token": text}


def kept():
    """Each upload: the bytes that its row claims, and those that its pieces have."""
    uploads = []
    for one in Upload.objects.filter(evidence=None):
        pieces = storage.joined(one.organisation_id, one.pk, one.pieces)
        uploads.append((one.offset, sum(map(len, pieces))))
    hashes = list(Evidence.objects.values_list("sha256", flat=True))
    for sha256 in hashes:
        storage.open_kept(Organisation.objects.get().pk, sha256).close()
    return {"evidence": hashes, "uploads": uploads, "swept": actions.sweep()}


if __name__ == "__main__":
    print(json.dumps({"door": door, "kept": kept}[sys.argv[1]]()))  # noqa: T201
