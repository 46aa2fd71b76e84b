"""The door for ASGI servers. ``manage.py serve_mcp`` opens it."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "compliance.settings")
django.setup()

# Only now can parts of Django be imported that need settings.
from compliance.programs.assistants.server import application as made  # noqa: E402

application = made()
