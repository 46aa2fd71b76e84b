"""The door for WSGI servers (PEP 3333)."""

import os

from django.core.wsgi import get_wsgi_application

from compliance.call_stack import with_room

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "compliance.settings")
application = with_room(get_wsgi_application())

# Only now is Django set up, and models can be imported.
from django.db import connections  # noqa: E402

from compliance import schedule  # noqa: E402
from compliance.ground.web import carrier, durability, worker  # noqa: E402

durability.refuse_forgetful()
connections.close_all()  # each thread that serves has its own
durability.end_with_server()
carrier.prepare()
worker.start_if_wanted()
schedule.start_if_wanted()
