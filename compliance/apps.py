"""The one Django app."""

from django.apps import AppConfig
from django.core.checks import Tags, register
from django.db.models.signals import post_migrate, pre_migrate


class ComplianceConfig(AppConfig):
    """Everything Attest is, under the label "compliance"."""

    name = "compliance"
    label = "compliance"
    verbose_name = "Attest"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """The search index steps aside for migrations (``assessments/indexing.py``)."""
        from compliance.assessments import indexing  # noqa: PLC0415 - needs the apps
        from compliance.reports import checks  # noqa: PLC0415 - needs the settings

        pre_migrate.connect(indexing.release, sender=self)
        post_migrate.connect(indexing.keep, sender=self)
        register(checks.check_seal, Tags.files)
        register(checks.check_seal_fits, Tags.files, deploy=True)
