"""Addresses of the room."""

from django.urls import path

from compliance.assurance.seats.views import (
    auditor_pages,
    auditor_requests,
    requests,
    sampling,
    seats,
    sharing,
)

app_name = "seats"
prefix = ""
one = "o/<slug:org>/audit/<int:seat_id>/"
ours = "o/<slug:org>/assessments/<uuid:assessment_id>/"
urlpatterns = [
    path("o/<slug:org>/audit/", auditor_pages.home, name="home"),
    path(one, auditor_pages.seat, name="seat"),
    path(f"{one}sections/<int:section_id>/", auditor_pages.section, name="section"),
    path(f"{one}questions/<int:answer_id>/", auditor_pages.question, name="question"),
    path(
        f"{one}evidence/<uuid:evidence_id>/file/",
        auditor_pages.evidence_file,
        name="evidence_file",
    ),
    path(
        f"{one}evidence/<uuid:evidence_id>/preview/",
        auditor_pages.evidence_preview,
        name="evidence_preview",
    ),
    path(f"{one}sample/", sampling.sample, name="sample"),
    path(f"{one}sample/pick/", sampling.pick, name="pick"),
    path(f"{one}questions/<int:answer_id>/mark/", sampling.mark, name="mark"),
    path(f"{one}requests/", auditor_requests.asked_list, name="asked_list"),
    path(f"{one}requests/<int:request_id>/", auditor_requests.asked, name="asked"),
    path(f"{one}requests/<int:request_id>/close/", auditor_requests.settle, name="settle"),
    path(f"{ours}auditors/", seats.seats, name="list"),
    path(f"{ours}share/", sharing.share, name="share"),
    path("o/<slug:org>/auditors/<int:seat_id>/end/", seats.end, name="end"),
    path(
        "o/<slug:org>/auditors/offers/<int:offer_id>/end/",
        seats.offer_end,
        name="offer_end",
    ),
    path("o/<slug:org>/auditors/<int:seat_id>/looked/", seats.looked, name="looked"),
    path("o/<slug:org>/share/<int:link_id>/revoke/", sharing.revoke, name="revoke"),
    path("o/<slug:org>/requests/", requests.request_list, name="request_list"),
    path("o/<slug:org>/requests/<int:request_id>/", requests.request, name="request"),
    path(
        "o/<slug:org>/requests/<int:request_id>/close/",
        requests.request_close,
        name="request_close",
    ),
    path("share/<str:token>/", sharing.shared, name="shared"),
    path("shared/<int:link_id>/", sharing.shared_page, name="shared_page"),
]
