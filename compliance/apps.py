"""The one Django app."""

import gc
from importlib import import_module

from django.apps import AppConfig
from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.core.checks import Tags, register
from django.db.models.signals import post_migrate, pre_migrate

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
        self._connect()
        self._connect_accounts()
        self._connect_erasing()
        self._count_files()
        self._follow_migrations()
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

    def _connect(self) -> None:
        """The rooms above give a new member the things that wait for them, and end those
        that rest on a right which a member loses.
        """
        from compliance.assurance.seats import actions as seating  # noqa: PLC0415 - needs the apps
        from compliance.identity.organisations import signed_on  # noqa: PLC0415 - needs the apps
        from compliance.identity.organisations.actions import (  # noqa: PLC0415 - needs the apps
            arrived,
            arriving,
            end_with_rights,
            holds,
            rights_lost,
        )
        from compliance.identity.sign_on import actions as sign_on  # noqa: PLC0415 - needs the apps
        from compliance.identity.sign_on import entrance  # noqa: PLC0415 - needs the apps
        from compliance.identity.tokens import actions as tokens  # noqa: PLC0415 - needs the apps
        from compliance.programs.directory import actions as directory  # noqa: PLC0415 - needs the apps
        from compliance.programs.exports import cancellation  # noqa: PLC0415 - needs the apps
        from compliance.reporting.calendar import actions as dating  # noqa: PLC0415 - needs the apps
        from compliance.work.assessments import owning  # noqa: PLC0415 - needs the apps
        from compliance.work.assignments import new_members  # noqa: PLC0415 - needs the apps

        holds.connect(owning.of_member)
        arriving.connect(new_members.hold_asked)
        arriving.connect(seating.hold_offers)
        arrived.connect(new_members.give_asked)
        arrived.connect(seating.take_up_offers)
        # Their rows first: what comes behind records events, and the trail is locked last.
        rights_lost.connect(dating.forget_with_rights)
        rights_lost.connect(cancellation.end_jobs)
        signed_on.elsewhere.connect(entrance.place)
        signed_on.still_speaks.connect(entrance.speaks)
        signed_on.vouches.connect(entrance.vouches)
        sign_on.group_given.connect(directory.give_roles_of)
        rights_lost.connect(end_with_rights)
        rights_lost.connect(directory.forget)
        rights_lost.connect(sign_on.keep_departure)
        rights_lost.connect(tokens.end_with_membership)
        rights_lost.connect(dating.end_with_rights)

    def _connect_accounts(self) -> None:
        """Sessions begin and end, and the page of a person's sign-in shows tokens too."""
        from compliance.identity.accounts import pages, session_expiry  # noqa: PLC0415 - needs the apps
        from compliance.identity.tokens import own  # noqa: PLC0415 - needs the apps

        user_logged_in.connect(session_expiry.begin)
        user_logged_out.connect(session_expiry.end)
        pages.more_ways_in.connect(own.context_of)

    def _connect_erasing(self) -> None:
        """The sample of an erased person goes, and archives that may name them are listed."""
        from compliance.operations.closing import archive_store  # noqa: PLC0415 - needs the apps
        from compliance.operations.erasure import actions  # noqa: PLC0415 - needs the apps
        from compliance.operations.samples import throwing  # noqa: PLC0415 - needs the apps

        actions.going.connect(throwing.throw_away_of)
        actions.files_of_places.connect(archive_store.of_places)

    def _count_files(self) -> None:
        """Reports count against the room of an organisation, as evidence does."""
        from compliance.content.evidence.actions import quotas  # noqa: PLC0415 - needs the apps
        from compliance.reporting.reports import room  # noqa: PLC0415 - needs the apps

        quotas.counted.connect(room.kept_by)

    def _follow_migrations(self) -> None:
        """Triggers and the search index follow from the code, after each migration."""
        from compliance.ground.web import cache_tables, triggers  # noqa: PLC0415 - needs the settings
        from compliance.work.search import indexing  # noqa: PLC0415 - needs the apps

        for before, after in (
            (indexing.release, indexing.keep),
            (triggers.step_aside, triggers.keep),
        ):
            pre_migrate.connect(before, sender=self)
            post_migrate.connect(after, sender=self)
        post_migrate.connect(cache_tables.keep, sender=self)
