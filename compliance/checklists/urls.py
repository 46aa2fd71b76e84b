"""Addresses of the room."""

from django.urls import path

from compliance.checklists.views import (
    editing,
    ending,
    facts,
    merging,
    outline,
    previewing,
    publishing,
    reading,
    replacing,
    roles,
    shaping,
    translating,
)

app_name = "checklists"
urlpatterns = [
    path("", reading.list, name="list"),
    path("about/", reading.about, name="about"),
    path("editors/", reading.editors, name="editors"),
    path("<int:edition_id>/", reading.detail, name="detail"),
    path("<int:edition_id>/to/<int:other_id>/", reading.diff, name="diff"),
    path("<int:edition_id>/clone/", publishing.clone, name="clone"),
    path("<int:edition_id>/next/", publishing.draft_next, name="draft_next"),
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
    path("<int:edition_id>/edit/facts/save/", facts.fact_save, name="fact_save"),
    path("<int:edition_id>/edit/facts/remove/", facts.fact_remove, name="fact_remove"),
    path(
        "<int:edition_id>/edit/translations/",
        translating.translations,
        name="translations",
    ),
    path(
        "<int:edition_id>/edit/translations/add/",
        translating.language_add,
        name="language_add",
    ),
    path(
        "<int:edition_id>/edit/translations/remove/",
        translating.language_remove,
        name="language_remove",
    ),
    path("<int:edition_id>/edit/translate/", translating.translate, name="translate"),
    path("<int:edition_id>/merge/", merging.merge, name="merge"),
    path("<int:edition_id>/check/", publishing.check, name="check"),
    path("<int:edition_id>/send/", publishing.send, name="send"),
    path("<int:edition_id>/back/", publishing.send_back, name="send_back"),
    path("<int:edition_id>/publish/", publishing.publish, name="publish"),
    path("<int:edition_id>/discard/", ending.discard, name="discard"),
    path("<int:edition_id>/retire/", ending.retire, name="retire"),
]
