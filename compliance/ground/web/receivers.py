"""Triggers and tables of the cache follow from the code, after each migration."""

from django.apps import apps
from django.db.models.signals import post_migrate, pre_migrate

from compliance.ground.web import cache_tables, triggers

OWN = apps.get_app_config("compliance")
pre_migrate.connect(triggers.step_aside, sender=OWN)
post_migrate.connect(triggers.keep, sender=OWN)
post_migrate.connect(cache_tables.keep, sender=OWN)
