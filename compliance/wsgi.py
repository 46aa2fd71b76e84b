"""The door for WSGI servers (PEP 3333)."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "compliance.settings")
application = get_wsgi_application()

from django.conf import settings  # noqa: E402: only now is Django set up

from compliance.web.worker import start_worker  # noqa: E402

if settings.RUN_WORKER:
    start_worker()
