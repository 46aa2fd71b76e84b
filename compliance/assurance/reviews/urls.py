"""Addresses of the room."""

from django.urls import path

from compliance.assurance.reviews.views import checking, reopening, review, signing

app_name = "reviews"
prefix = "o/<slug:org>/"
one = "assessments/<uuid:assessment_id>/review/"
urlpatterns = [
    path(one, review.review, name="review"),
    path(f"{one}send/", review.send, name="send"),
    path(f"{one}return/", review.give_back, name="give_back"),
    path(f"{one}check/", checking.check, name="check"),
    path(f"{one}check/<int:answer_id>/", checking.check_save, name="check_save"),
    path(f"{one}check/ruled-out/", checking.accept_ruled_out, name="accept_ruled_out"),
    path(f"{one}sign/", signing.sign, name="sign"),
    path(f"{one}reopen/", reopening.reopen, name="reopen"),
    path(f"{one}reopen/decide/", reopening.reopen_decide, name="reopen_decide"),
]
