"""Addresses of the room."""

from django.urls import path

from compliance.work.workspace.views import (
    answers,
    closing,
    confirmations,
    detail,
    discussion,
    evidence,
    listing,
    presence,
    proposals,
    related,
    saved_views,
    taking,
)

app_name = "workspace"
prefix = "o/<slug:org>/"
one = "<uuid:assessment_id>/"
answer = f"{one}answers/<int:answer_id>/"
said = f"{answer}comments/<int:comment_id>/"
urlpatterns = [
    path("assessments/", listing.list_, name="list"),
    path("assessments/na/", confirmations.na_queue, name="na_queue"),
    path("assessments/na/undo/", confirmations.na_undo, name="na_undo"),
    path(f"assessments/{one}", detail.detail, name="detail"),
    path(f"assessments/{one}next/", detail.next_open, name="next_open"),
    path(f"assessments/{one}progress/", detail.progress, name="progress"),
    path(f"assessments/{one}archive/", closing.archive, name="archive"),
    path(f"assessments/{one}take-up/", closing.take_up, name="take_up"),
    path(f"assessments/{one}views/", saved_views.saved_views, name="saved_views"),
    path(
        f"assessments/{one}views/<int:view_id>/",
        saved_views.saved_view,
        name="saved_view",
    ),
    path(
        f"assessments/{one}views/<int:view_id>/remove/",
        saved_views.saved_view_remove,
        name="saved_view_remove",
    ),
    path(f"assessments/{one}undo/<int:seq>/", answers.undo, name="undo"),
    path(f"assessments/{answer}", detail.row, name="row"),
    path(f"assessments/{answer}save/", answers.answer_save, name="answer_save"),
    path(f"assessments/{answer}panel/<slug:tab>/", detail.panel, name="panel"),
    path(f"assessments/{answer}related/", related.related, name="related"),
    path(f"assessments/{one}presence/", presence.presence, name="presence"),
    path(f"assessments/{one}seen/", presence.seen, name="seen"),
    path(f"assessments/{answer}take/<int:source_id>/", taking.take, name="take"),
    path(f"assessments/{answer}again/", confirmations.again, name="again"),
    path(f"assessments/{answer}na/confirm/", confirmations.na_confirm, name="na_confirm"),
    path(f"assessments/{answer}na/back/", confirmations.na_back, name="na_back"),
    path(
        f"assessments/{answer}proposals/<int:proposal_id>/aside/",
        proposals.proposal_aside,
        name="proposal_aside",
    ),
    path(
        f"assessments/{one}proposals/undo/<int:seq>/",
        proposals.proposal_again,
        name="proposal_again",
    ),
    path(f"assessments/{answer}comments/", discussion.comment_add, name="comment_add"),
    path(
        f"assessments/{said}resolve/",
        discussion.comment_resolve,
        name="comment_resolve",
    ),
    path(f"assessments/{said}reopen/", discussion.comment_reopen, name="comment_reopen"),
    path(f"assessments/{answer}evidence/", evidence.proof_add, name="proof_add"),
    path(
        f"assessments/{answer}evidence/<uuid:evidence_id>/use/",
        evidence.proof_use,
        name="proof_use",
    ),
    path(
        f"assessments/{answer}evidence/<uuid:evidence_id>/drop/",
        evidence.proof_drop,
        name="proof_drop",
    ),
]
