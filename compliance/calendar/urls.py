"""Addresses of the room."""

from django.urls import path

from compliance.calendar.views import feed, page, reminders

app_name = "calendar"
one = "o/<slug:org>/calendar/"
urlpatterns = [
    path(one, page.calendar, name="calendar"),
    path(f"{one}subscribe/", page.subscribe, name="subscribe"),
    path(f"{one}unsubscribe/", page.unsubscribe, name="unsubscribe"),
    path(f"{one}reminders/", reminders.reminders, name="reminders"),
    path(f"{one}reminders/rules/", reminders.rules, name="rules"),
    path("digest/<str:token>/", reminders.stop, name="stop"),
    path("feed/<str:token>/attest.ics", feed.feed, name="feed"),
]
