"""Addresses of the room."""

from django.urls import path

from compliance.assessments.views import (
    answers,
    closing,
    proofs,
    related,
    starting,
    workspace,
)

app_name = "assessments"
one = "<uuid:assessment_id>/"
answer = f"{one}answers/<int:answer_id>/"
urlpatterns = [
    path("", starting.list_, name="list"),
    path("new/", starting.choose, name="choose"),
    path("new/<int:edition_id>/", starting.start, name="start"),
    path("new/<int:edition_id>/applies/", starting.applies, name="applies"),
    path(one, workspace.detail, name="detail"),
    path(f"{one}progress/", workspace.progress, name="progress"),
    path(f"{one}facts/", starting.facts, name="facts"),
    path(f"{one}applicability/", starting.applicability, name="applicability"),
    path(f"{one}archive/", closing.archive, name="archive"),
    path(f"{one}take-up/", closing.take_up, name="take_up"),
    path(f"{one}undo/<int:seq>/", answers.undo, name="undo"),
    path(answer, workspace.row, name="row"),
    path(f"{answer}save/", answers.answer_save, name="answer_save"),
    path(f"{answer}panel/<slug:tab>/", workspace.panel, name="panel"),
    path(f"{answer}related/", related.related, name="related"),
    path(f"{answer}comments/", answers.comment_add, name="comment_add"),
    path(f"{answer}evidence/", proofs.proof_add, name="proof_add"),
    path(
        f"{answer}evidence/<uuid:evidence_id>/use/", proofs.proof_use, name="proof_use"
    ),
    path(
        f"{answer}evidence/<uuid:evidence_id>/drop/",
        proofs.proof_drop,
        name="proof_drop",
    ),
]
