"""Addresses of the room."""

from django.urls import path

from compliance.assurance.answer_sheets import views

app_name = "answer_sheets"
prefix = "o/<slug:org>/sheets/"
one = "<uuid:assessment_id>/"
urlpatterns = [
    path(one, views.sheet, name="sheet"),
    path(f"{one}file/", views.sheet_file, name="sheet_file"),
    path(f"{one}read/", views.sheet_read, name="sheet_read"),
    path(f"{one}preview/", views.sheet_preview, name="sheet_preview"),
    path(f"{one}take/", views.sheet_take, name="sheet_take"),
    path(f"{one}undo/<int:seq>/", views.sheet_undo, name="sheet_undo"),
]
