"""Addresses of the room."""

from django.urls import path

from compliance.reporting.calendar.views import audit, feed, page, reminders

app_name = "calendar"
prefix = ""
one = "o/<slug:org>/calendar/"
urlpatterns = [
    path(one, page.calendar, name="calendar"),
    path(f"{one}subscribe/", page.subscribe, name="subscribe"),
    path(f"{one}unsubscribe/", page.unsubscribe, name="unsubscribe"),
    path("o/<slug:org>/audit/calendar/", audit.audit, name="audit"),
    path(
        "o/<slug:org>/audit/calendar/subscribe/",
        audit.audit_subscribe,
        name="audit_subscribe",
    ),
    path(
        "o/<slug:org>/audit/calendar/unsubscribe/",
        audit.audit_unsubscribe,
        name="audit_unsubscribe",
    ),
    path(f"{one}reminders/", reminders.reminders, name="reminders"),
    path(f"{one}reminders/rules/", reminders.rules, name="rules"),
    path("digest/<str:token>/", reminders.stop, name="stop"),
    path("feed/<str:token>/attest.ics", feed.feed, name="feed"),
]
