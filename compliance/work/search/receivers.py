"""The search index follows from the code, after each migration."""

from django.apps import apps
from django.db.models.signals import post_migrate, pre_migrate

from compliance.work.search import indexing

OWN = apps.get_app_config("compliance")
pre_migrate.connect(indexing.release, sender=OWN)
post_migrate.connect(indexing.keep, sender=OWN)
