"""Addresses of the room."""

from django.urls import path

from compliance.identity.webhooks import views

app_name = "webhooks"
prefix = "o/<slug:org>/"
urlpatterns = [
    path("webhooks/", views.webhooks, name="webhooks"),
    path("webhooks/new/", views.webhook_new, name="webhook_new"),
    path("webhooks/<uuid:webhook_id>/", views.webhook, name="webhook"),
    path("webhooks/<uuid:webhook_id>/test/", views.webhook_test, name="webhook_test"),
    path("webhooks/<uuid:webhook_id>/again/", views.webhook_again, name="webhook_again"),
    path(
        "webhooks/<uuid:webhook_id>/secret/",
        views.webhook_secret,
        name="webhook_secret",
    ),
    path("webhooks/<uuid:webhook_id>/end/", views.webhook_end, name="webhook_end"),
]
