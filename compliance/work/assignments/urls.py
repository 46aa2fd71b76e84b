"""Addresses of the room."""

from django.urls import path

from compliance.work.assignments.views import assign, contribute

app_name = "assignments"
prefix = "o/<slug:org>/"
one = "<uuid:assessment_id>/"
urlpatterns = [
    path("assessments/mine/", contribute.mine, name="mine"),
    path(f"assessments/{one}assign/", assign.assign, name="assign"),
    path(f"assessments/{one}mine/", contribute.contribute, name="contribute"),
    path(
        f"assessments/{one}mine/<int:answer_id>/",
        contribute.contribute_save,
        name="contribute_save",
    ),
    path(
        f"assessments/{one}mine/<int:answer_id>/hand-back/",
        contribute.hand_back,
        name="hand_back",
    ),
]
