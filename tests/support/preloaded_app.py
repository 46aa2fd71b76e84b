"""The app, loaded once for many programs: ``tests.support.warm_processes.run`` forks them from this module.

Importing it sets Django up and loads what programs of tests begin with. As a program it runs
another one, which reads the settings when it sets Django up itself: from its own environment,
with connections of its own.
"""

import os
import runpy
import sys
from importlib import import_module, reload

import django
from asgiref.local import Local
from django.conf import Settings, settings

django.setup()

from django.core.cache import caches  # noqa: E402
from django.db import connections, router  # noqa: E402
from django.tasks import task_backends  # noqa: E402

BEGINNINGS = """
    compliance.assurance.bundles.process compliance.operations.samples.tasks compliance.urls
    compliance.ground.web.worker pikepdf tests.assurance.answer_sheets.making tests.assurance.bundles.making
    tests.support.api_programs tests.programs.directory.calling tests.support.signing
"""
"""Modules of which none keeps a setting."""


def run(way, what, *given):
    """Run a module ("-m") or a text ("-c") as ``python`` would."""
    whole = django.setup

    def set_up():
        django.setup = whole
        enter()
        whole()

    django.setup = set_up
    sys.argv = [what if way == "-m" else way, *given]
    if way == "-m":
        runpy.run_module(what, run_name="__main__", alter_sys=True)
    else:
        exec(compile(what, "<string>", "exec"), {"__name__": "__main__"})  # noqa: S102


def enter():
    """Read the settings of this environment, and forget the connections of another."""
    name = os.environ["DJANGO_SETTINGS_MODULE"]
    reload(sys.modules[name])
    settings._wrapped = Settings(name)
    for handler in (connections, caches, task_backends):
        handler._settings = handler.settings = handler.configure_settings(None)
        handler._connections = Local(handler.thread_critical)
    vars(router).pop("routers", None)


for module in BEGINNINGS.split():
    import_module(module)

if __name__ == "__main__":
    run(*sys.argv[1:])
