"""Addresses of the room."""

from django.urls import path

from compliance.identity.tokens import views

app_name = "tokens"
prefix = ""
urlpatterns = [
    path("security/tokens/<int:token_id>/end/", views.own_end, name="own_end"),
    path("o/<slug:org>/tokens/", views.tokens, name="tokens"),
    path("o/<slug:org>/tokens/new/", views.token_new, name="token_new"),
    path("o/<slug:org>/tokens/<int:token_id>/end/", views.token_end, name="token_end"),
]
