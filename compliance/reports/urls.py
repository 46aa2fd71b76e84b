"""Addresses of the room."""

from django.urls import path

from compliance.reports.views import audited, letterhead, packages, reports

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
    path("reports/letterhead/", letterhead.letterhead, name="letterhead"),
    path("reports/ask/<uuid:assessment_id>/", reports.ask, name="ask"),
    path("exports/of/<uuid:assessment_id>/", packages.exports, name="exports"),
    path(
        "exports/of/<uuid:assessment_id>/bundle/",
        packages.ask_bundle,
        name="ask_bundle",
    ),
    path("exports/of/<uuid:assessment_id>/pack/", packages.ask_pack, name="ask_pack"),
    path("exports/<uuid:package_id>/", packages.package, name="package"),
    path(
        "exports/<uuid:package_id>/cancel/",
        packages.package_cancel,
        name="package_cancel",
    ),
    path("exports/<uuid:package_id>/file/", packages.package_file, name="package_file"),
    path("reports/<uuid:report_id>/", reports.detail, name="detail"),
    path("reports/<uuid:report_id>/cancel/", reports.cancel, name="cancel"),
    path("reports/<uuid:report_id>/file/", reports.download, name="download"),
]
