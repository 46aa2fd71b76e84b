"""Addresses of the room."""

from django.urls import path

from compliance.reports.views import home, looking_back, reports, trail

app_name = "reports"
urlpatterns = [
    path("", home.home, name="home"),
    path("work/", home.work, name="work"),
    path("trail/", trail.trail, name="trail"),
    path("trail/export/", trail.trail_export, name="trail_export"),
    path("reports/", reports.report_list, name="list"),
    path("reports/ask/<uuid:assessment_id>/", reports.ask, name="ask"),
    path("reports/as-of/<uuid:assessment_id>/", looking_back.as_of, name="as_of"),
    path("reports/<uuid:report_id>/", reports.detail, name="detail"),
    path("reports/<uuid:report_id>/cancel/", reports.cancel, name="cancel"),
    path("reports/<uuid:report_id>/file/", reports.download, name="download"),
]
