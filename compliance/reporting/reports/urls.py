"""Addresses of the room."""

from django.urls import path

from compliance.reporting.reports.views import audited, pages, reports

app_name = "reports"
prefix = "o/<slug:org>/"
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
    path("reports/<uuid:report_id>/send/", reports.send, name="send"),
    path("reports/<uuid:report_id>/changes/", pages.changes, name="changes"),
    path("reports/<uuid:report_id>/pages/", pages.pages, name="pages"),
    path("reports/<uuid:report_id>/pages/<int:sheet>/", pages.page, name="page"),
    path(
        "reports/<uuid:report_id>/pages/<int:sheet>/<slug:size>.webp",
        pages.picture,
        name="picture",
    ),
]
