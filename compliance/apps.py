"""The one Django app."""

import gc
from importlib import import_module

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import Tags, register

from compliance.rooms import modules


class ComplianceConfig(AppConfig):
    """Everything Attest is, under the label "compliance"."""

    name = "compliance"
    label = "compliance"
    verbose_name = "Attest"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Load what rooms declare, connect them, and register the checks of settings."""
        modules("events")  # before anything reads or adds an event
        modules("guards")
        if settings.METRICS_TOKEN:  # counts tasks where they run
            import_module("compliance.operations.monitoring.metrics")
        modules("receivers")
        from compliance.ground.web.durability import check_durable  # noqa: PLC0415 - needs the settings
        from compliance.ground.web.file_checks import check_files  # noqa: PLC0415 - the same
        from compliance.ground.web.triggers import check_triggers  # noqa: PLC0415 - the same
        from compliance.reporting.reports import checks  # noqa: PLC0415 - needs the settings

        register(check_durable, Tags.database)
        register(check_triggers, Tags.database)
        register(checks.check_seal, Tags.files)
        register(check_files, Tags.files)
        register(checks.check_seal_fits, Tags.files, deploy=True)
        register(checks.check_address, Tags.urls, deploy=True)
        # A page of 150 answers or a catalogue makes tens of thousands of values that
        # live to its end; looking for rings among them every 2,000 costs up to a third.
        gc.set_threshold(20_000, 10, 20)
