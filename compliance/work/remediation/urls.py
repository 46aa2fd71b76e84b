"""Addresses of the room."""

from django.urls import path

from compliance.work.remediation.views import action, asking, listing

app_name = "remediation"
prefix = "o/<slug:org>/"
one = "<uuid:assessment_id>/"
answer = f"{one}answers/<int:answer_id>/"
together = f"{one}actions/together/<int:first_seq>/"
number = "<int:number>/"
urlpatterns = [
    path(f"assessments/{answer}actions/", action.action_add, name="action_add"),
    path(f"assessments/{answer}actions/ask/", asking.action_ask, name="action_ask"),
    path(f"assessments/{together}", asking.action_together, name="action_together"),
    path("actions/", listing.action_list, name="action_list"),
    path("actions/board/", listing.action_board, name="action_board"),
    path("actions/new/", action.action_new, name="action_new"),
    path(f"actions/{number}", action.action, name="action"),
    path(f"actions/{number}save/", action.action_save, name="action_save"),
    path(f"actions/{number}move/", listing.action_move, name="action_move"),
    path(f"actions/{number}undo/<int:seq>/", listing.action_undo, name="action_undo"),
    path(f"actions/{number}link/", action.action_link, name="action_link"),
    path(f"actions/{number}unlink/", action.action_unlink, name="action_unlink"),
    path(f"actions/{number}wait/", action.action_wait, name="action_wait"),
    path(f"actions/{number}again/", action.action_again, name="action_again"),
]
