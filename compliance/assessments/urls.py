"""Addresses of the room."""

from django.urls import include, path

from compliance.assessments.views import (
    amending,
    answers,
    assigning,
    bulk,
    closing,
    contributing,
    law,
    library,
    presence,
    proofs,
    related,
    remedies,
    remedy,
    saving_views,
    search,
    settling,
    starting,
    taking,
    talk,
    upgrading,
    workspace,
)

app_name = "assessments"
one = "<uuid:assessment_id>/"
answer = f"{one}answers/<int:answer_id>/"
said = f"{answer}comments/<int:comment_id>/"
proof = "evidence/<uuid:evidence_id>/"
inside = [
    path("", starting.list_, name="list"),
    path("na/", settling.na_queue, name="na_queue"),
    path("na/undo/", settling.na_undo, name="na_undo"),
    path("mine/", contributing.mine, name="mine"),
    path("new/", starting.choose, name="choose"),
    path("new/<int:edition_id>/", starting.start, name="start"),
    path("new/<int:edition_id>/applies/", starting.applies, name="applies"),
    path(one, workspace.detail, name="detail"),
    path(f"{one}progress/", workspace.progress, name="progress"),
    path(f"{one}facts/", starting.facts, name="facts"),
    path(f"{one}applicability/", starting.applicability, name="applicability"),
    path(f"{one}upgrade/", upgrading.upgrade, name="upgrade"),
    path(
        f"{one}upgrade/<int:upgrade_id>/undo/",
        upgrading.upgrade_undo,
        name="upgrade_undo",
    ),
    path(f"{one}archived/", upgrading.archived, name="archived"),
    path(f"{one}archive/", closing.archive, name="archive"),
    path(f"{one}take-up/", closing.take_up, name="take_up"),
    path(f"{one}assign/", assigning.assign, name="assign"),
    path(f"{one}mine/", contributing.contribute, name="contribute"),
    path(
        f"{one}mine/<int:answer_id>/",
        contributing.contribute_save,
        name="contribute_save",
    ),
    path(
        f"{one}mine/<int:answer_id>/hand-back/",
        contributing.hand_back,
        name="hand_back",
    ),
    path(f"{proof}uses/", library.evidence_uses, name="evidence_uses"),
    path(f"{proof}use/", library.evidence_use, name="evidence_use"),
    path(f"{proof}replace/", library.evidence_replace, name="evidence_replace"),
    path(f"{proof}swap/", library.evidence_swap, name="evidence_swap"),
    path(f"{one}views/", saving_views.saved_views, name="saved_views"),
    path(f"{one}views/<int:view_id>/", saving_views.saved_view, name="saved_view"),
    path(
        f"{one}views/<int:view_id>/remove/",
        saving_views.saved_view_remove,
        name="saved_view_remove",
    ),
    path(f"{one}undo/<int:seq>/", answers.undo, name="undo"),
    path(f"{one}bulk/", bulk.bulk, name="bulk"),
    path(f"{one}bulk/<int:first_seq>/", bulk.bulk_done, name="bulk_done"),
    path(f"{one}bulk/<int:first_seq>/undo/", bulk.bulk_undo, name="bulk_undo"),
    path(answer, workspace.row, name="row"),
    path(f"{answer}save/", answers.answer_save, name="answer_save"),
    path(f"{answer}panel/<slug:tab>/", workspace.panel, name="panel"),
    path(f"{answer}related/", related.related, name="related"),
    path(f"{one}presence/", presence.presence, name="presence"),
    path(f"{one}seen/", presence.seen, name="seen"),
    path(f"{answer}take/<int:source_id>/", taking.take, name="take"),
    path(f"{answer}again/", settling.again, name="again"),
    path(f"{answer}na/confirm/", settling.na_confirm, name="na_confirm"),
    path(f"{answer}na/back/", settling.na_back, name="na_back"),
    path(f"{answer}comments/", talk.comment_add, name="comment_add"),
    path(f"{said}resolve/", talk.comment_resolve, name="comment_resolve"),
    path(f"{said}reopen/", talk.comment_reopen, name="comment_reopen"),
    path(f"{answer}actions/", remedy.action_add, name="action_add"),
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

number = "<int:number>/"
tasks = [
    path("", remedies.action_list, name="action_list"),
    path("board/", remedies.action_board, name="action_board"),
    path("new/", remedy.action_new, name="action_new"),
    path(number, remedy.action, name="action"),
    path(f"{number}save/", remedy.action_save, name="action_save"),
    path(f"{number}move/", remedies.action_move, name="action_move"),
    path(f"{number}undo/<int:seq>/", remedies.action_undo, name="action_undo"),
    path(f"{number}link/", remedy.action_link, name="action_link"),
    path(f"{number}unlink/", remedy.action_unlink, name="action_unlink"),
    path(f"{number}again/", remedy.action_again, name="action_again"),
]
urlpatterns = [
    path("search/", search.search, name="search"),
    path("checklists/law/", law.law, name="law"),
    path("checklists/law/index/", amending.instruments, name="instruments"),
    path(
        "checklists/law/index/<slug:instrument_key>/",
        amending.provisions,
        name="provisions",
    ),
    path(
        "checklists/law/provision/<int:provision_id>/",
        amending.provision,
        name="provision",
    ),
    path(
        "checklists/law/provision/<int:provision_id>/release/",
        amending.provision_release,
        name="provision_release",
    ),
    path("assessments/", include(inside)),
    path("actions/", include(tasks)),
]
