"""Are the files of evidence the bytes that were received? The trail proves their rows."""

from collections.abc import Iterator
from uuid import UUID

from compliance.content.evidence import storage
from compliance.content.evidence.models import Evidence
from compliance.ground.web.bucket import AwayError
from compliance.proof.audit.chain_check import Fault, Kind
from compliance.proof.audit.models import Event


def faults(organisation_id: UUID) -> Iterator[Fault]:
    """Evidence whose file is gone or has another hash than its row; reads every file.

    Raises ``AwayError`` where they cannot be read: nothing is then known of them.
    """
    rows = Evidence.objects.filter(organisation_id=organisation_id).exclude(sha256="")
    good: set[str] = set()
    for pk, title, sha256 in rows.order_by("pk").values_list("pk", "title", "sha256"):
        if sha256 in good:
            continue
        try:
            storage.open_kept(organisation_id, sha256).close()
            good.add(sha256)
            continue
        except storage.StorageError as error:
            if error.code != storage.DAMAGED:
                raise AwayError(" ".join(error.messages)) from error
        except ValueError:  # the row names no hash
            pass
        what = f"“{title}”: the file is missing or has changed since it was received"
        yield Fault(_came(organisation_id, pk), what, Kind.FILE)


def _came(organisation_id: UUID, pk: UUID) -> int:
    """The first event about a piece of evidence; 0 for one that came in a bundle."""
    events = Event.objects.filter(
        organisation_id=organisation_id, subject_label="evidence", subject_id=str(pk)
    )
    return events.order_by("seq").values_list("seq", flat=True).first() or 0
