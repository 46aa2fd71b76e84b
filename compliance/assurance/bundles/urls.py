"""Addresses of the room."""

from django.urls import path

from compliance.assurance.bundles.views import incoming, origins

app_name = "bundles"
prefix = "o/<slug:org>/bundles/"
urlpatterns = [
    path("of/<uuid:assessment_id>/", origins.origin, name="origin"),
    path("names/", origins.names, name="names"),
    path("names/<int:name_id>/", origins.name_said, name="name_said"),
    path("in/", incoming.bundle_in, name="bundle_in"),
    path("in/read/", incoming.bundle_read, name="bundle_read"),
    path("in/preview/", incoming.bundle_preview, name="bundle_preview"),
    path("in/take/", incoming.bundle_take, name="bundle_take"),
]
