"""Addresses of the room."""

from django.urls import path

from compliance.reports.views import audited, reports

app_name = "reports"
urlpatterns = [
    path(
        "audit/<int:seat_id>/reports/<uuid:report_id>/file/",
        audited.audited,
        name="audited",
    ),
    path(
        "audit/<int:seat_id>/working-paper/",
        audited.ask_working_paper,
        name="ask_working_paper",
    ),
    path(
        "auditors/seats/<int:seat_id>/working-paper/",
        audited.working_paper,
        name="working_paper",
    ),
    path("reports/", reports.report_list, name="list"),
    path("reports/ask/<uuid:assessment_id>/", reports.ask, name="ask"),
    path("reports/<uuid:report_id>/", reports.detail, name="detail"),
    path("reports/<uuid:report_id>/cancel/", reports.cancel, name="cancel"),
    path("reports/<uuid:report_id>/file/", reports.download, name="download"),
]
