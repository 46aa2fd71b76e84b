"""How much room the reports of an organisation take."""

from typing import Any

from compliance.ground.web import file_store
from compliance.identity.organisations.models import Organisation
from compliance.reporting.reports.models import Report, ReportStatus
from compliance.reporting.reports.storage import path_of


def kept_by(*, organisation: Organisation, **_: Any) -> dict[str, int]:
    """Bytes of the reports whose file is there; the same bytes count once.

    Of those in a bucket every one counts: to ask for each takes as long as a page may.
    """
    made = Report.objects.of(organisation).filter(status=ReportStatus.DONE)
    sizes = dict(made.order_by().values_list("sha256", "size_bytes"))
    there = (
        size or 0
        for sha256, size in sizes.items()
        if file_store.is_remote() or file_store.is_there(path_of(sha256))
    )
    return {"Reports": sum(there)}
