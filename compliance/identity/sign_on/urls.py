"""Addresses of the room."""

from django.urls import path

from compliance.identity.sign_on.views import entering, owning

app_name = "sign_on"
prefix = ""
urlpatterns = [
    path("accounts/organisation/", entering.find, name="find"),
    path("sign-on/<slug:at>/", entering.enter, name="enter"),
    path("sign-on/<slug:at>/callback/", entering.callback, name="callback"),
    path("sign-on/<slug:at>/answer/", entering.answer, name="answer"),
    path("o/<slug:org>/sign-on/", owning.provider, name="provider"),
    path("o/<slug:org>/sign-on/metadata/", owning.metadata, name="metadata"),
    path("o/<slug:org>/sign-on/test/", owning.test, name="test"),
    path("o/<slug:org>/sign-on/switch/", owning.switch, name="switch"),
    path("o/<slug:org>/sign-on/require/", owning.require, name="require"),
    path("o/<slug:org>/sign-on/connect/", entering.connect, name="connect"),
    path("o/<slug:org>/sign-on/open/", entering.open_account, name="open_account"),
    path("o/<slug:org>/sign-on/domains/", owning.domain_add, name="domain_add"),
    path(
        "o/<slug:org>/sign-on/domains/<int:domain_id>/verify/",
        owning.domain_verify,
        name="domain_verify",
    ),
    path(
        "o/<slug:org>/sign-on/domains/<int:domain_id>/remove/",
        owning.domain_remove,
        name="domain_remove",
    ),
    path("o/<slug:org>/sign-on/groups/", owning.group_add, name="group_add"),
    path(
        "o/<slug:org>/sign-on/groups/<int:group_id>/remove/",
        owning.group_remove,
        name="group_remove",
    ),
]
