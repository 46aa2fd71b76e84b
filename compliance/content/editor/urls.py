"""Addresses of the room."""

from django.urls import path

from compliance.content.editor.views import (
    editing,
    essentials,
    facts,
    gates,
    implied,
    outline,
    previewing,
    replacing,
    roles,
    shaping,
)

app_name = "editor"
prefix = "o/<slug:org>/checklists/"
urlpatterns = [
    path("<int:edition_id>/edit/", editing.edit, name="edit"),
    path("<int:edition_id>/edit/save/", editing.question_save, name="question_save"),
    path("<int:edition_id>/edit/preview/", previewing.preview, name="preview"),
    path("<int:edition_id>/edit/shape/", shaping.question_shape, name="question_shape"),
    path("<int:edition_id>/edit/law/", shaping.provisions, name="provisions"),
    path("<int:edition_id>/edit/edition/", editing.head, name="head"),
    path("<int:edition_id>/edit/section/", outline.section_save, name="section_save"),
    path("<int:edition_id>/edit/add/", outline.part_add, name="part_add"),
    path("<int:edition_id>/edit/copy/", outline.part_copy, name="part_copy"),
    path("<int:edition_id>/edit/move/", outline.part_move, name="part_move"),
    path("<int:edition_id>/edit/remove/", outline.part_remove, name="part_remove"),
    path("<int:edition_id>/edit/undo/", outline.undo, name="undo"),
    path("<int:edition_id>/edit/replace/", replacing.replace, name="replace"),
    path("<int:edition_id>/edit/roles/", roles.roles, name="roles"),
    path("<int:edition_id>/edit/facts/", facts.facts, name="facts"),
    path("<int:edition_id>/edit/implied/", implied.implied, name="implied"),
    path("<int:edition_id>/essentials/", essentials.essentials, name="essentials"),
    path(
        "<int:edition_id>/essentials/save/",
        essentials.essentials_save,
        name="essentials_save",
    ),
    path("<int:edition_id>/gates/", gates.gates, name="gates"),
    path("<int:edition_id>/gates/save/", gates.gate_save, name="gate_save"),
    path("<int:edition_id>/gates/remove/", gates.gate_remove, name="gate_remove"),
    path("<int:edition_id>/edit/facts/save/", facts.fact_save, name="fact_save"),
    path("<int:edition_id>/edit/facts/remove/", facts.fact_remove, name="fact_remove"),
]
