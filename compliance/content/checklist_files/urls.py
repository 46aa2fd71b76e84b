"""Addresses of the room."""

from django.urls import path

from compliance.content.checklist_files import views

app_name = "checklist_files"
prefix = "o/<slug:org>/checklists/"
urlpatterns = [
    path("in/", views.checklist_in, name="checklist_in"),
    path("in/read/", views.checklist_read, name="checklist_read"),
    path("in/preview/", views.checklist_preview, name="checklist_preview"),
    path("in/take/", views.checklist_take, name="checklist_take"),
    path("<int:edition_id>/file/", views.checklist_file, name="checklist_file"),
]
