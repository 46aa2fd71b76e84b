"""The one Django app."""

from django.apps import AppConfig


class ComplianceConfig(AppConfig):
    """Everything Attest is, under the label "compliance"."""

    name = "compliance"
    label = "compliance"
    verbose_name = "Attest"
    default_auto_field = "django.db.models.BigAutoField"
