"""Addresses of the room."""

from django.urls import path

from compliance.content.checklist_translations import views

app_name = "checklist_translations"
prefix = "o/<slug:org>/checklists/"
urlpatterns = [
    path(
        "<int:edition_id>/edit/translations/",
        views.translations,
        name="translations",
    ),
    path(
        "<int:edition_id>/edit/translations/add/",
        views.language_add,
        name="language_add",
    ),
    path(
        "<int:edition_id>/edit/translations/remove/",
        views.language_remove,
        name="language_remove",
    ),
    path("<int:edition_id>/edit/translate/", views.translate, name="translate"),
]
