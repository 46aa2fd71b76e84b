"""Addresses of the room."""

from django.urls import path

from compliance.interchange.views import (
    bundles,
    checklists,
    frameworks,
    origins,
    sheets,
)

app_name = "interchange"
one = "sheets/<uuid:assessment_id>/"
urlpatterns = [
    path(one, sheets.sheet, name="sheet"),
    path(f"{one}file/", sheets.sheet_file, name="sheet_file"),
    path(f"{one}read/", sheets.sheet_read, name="sheet_read"),
    path(f"{one}preview/", sheets.sheet_preview, name="sheet_preview"),
    path(f"{one}take/", sheets.sheet_take, name="sheet_take"),
    path(f"{one}undo/<int:seq>/", sheets.sheet_undo, name="sheet_undo"),
    path("frameworks/", frameworks.frameworks, name="frameworks"),
    path("frameworks/<slug:key>/", frameworks.framework, name="framework"),
    path(
        "frameworks/<slug:key>/file/", frameworks.framework_file, name="framework_file"
    ),
    path("bundles/of/<uuid:assessment_id>/", origins.origin, name="origin"),
    path("bundles/names/", origins.names, name="names"),
    path("bundles/names/<int:name_id>/", origins.name_said, name="name_said"),
    path("bundles/in/", bundles.bundle_in, name="bundle_in"),
    path("bundles/in/read/", bundles.bundle_read, name="bundle_read"),
    path("bundles/in/preview/", bundles.bundle_preview, name="bundle_preview"),
    path("bundles/in/take/", bundles.bundle_take, name="bundle_take"),
    path("checklists/in/", checklists.checklist_in, name="checklist_in"),
    path("checklists/in/read/", checklists.checklist_read, name="checklist_read"),
    path(
        "checklists/in/preview/", checklists.checklist_preview, name="checklist_preview"
    ),
    path("checklists/in/take/", checklists.checklist_take, name="checklist_take"),
    path(
        "checklists/<int:edition_id>/file/",
        checklists.checklist_file,
        name="checklist_file",
    ),
]
