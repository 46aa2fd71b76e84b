"""How much room the reports of an organisation take."""

from typing import Any

from django.db.models import Sum

from compliance.organisations.models import Organisation
from compliance.reports.models import Report, ReportStatus


def kept_by(*, organisation: Organisation, **_: Any) -> dict[str, int]:
    """Bytes of the reports that were made; each counts, even if its file was deleted."""
    made = Report.objects.of(organisation).filter(status=ReportStatus.DONE)
    return {"Reports": made.aggregate(sum=Sum("size_bytes"))["sum"] or 0}
