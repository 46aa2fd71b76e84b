"""Addresses of the room."""

from django.urls import path

from compliance.tokens import views

app_name = "tokens"
urlpatterns = [
    path("tokens/", views.tokens, name="tokens"),
    path("tokens/new/", views.token_new, name="token_new"),
    path("tokens/<int:token_id>/end/", views.token_end, name="token_end"),
]
