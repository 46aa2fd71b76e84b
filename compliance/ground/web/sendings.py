"""The name of a sending: a form that is sent again because its reply was lost keeps its own."""

import re
from datetime import datetime, timedelta

from django.http import HttpRequest
from django.utils import timezone

REPEAT = timedelta(hours=1)
"""Where a form has no name, the same again within this time is the same one."""
_NAME = re.compile(r"[0-9-]{1,60}")


def sending_of(request: HttpRequest) -> str:
    """The name that ``unsaved-forms.js`` gave; "" without a script, or for another text."""
    name = request.POST.get("sending", "")
    return name if _NAME.fullmatch(name) else ""


def naming(sending: str) -> dict[str, str]:
    """The field by which an event says its sending: none where the sending has no name."""
    return {"sending": sending} if sending else {}


def sent_already(at: datetime) -> str:
    """Shown where a form without a name says once more what it said lately."""
    return f"This was sent already at {timezone.localtime(at):%H:%M}"
