"""Problems as programs read them: ``application/problem+json`` (RFC 9457)."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpResponse
from pydantic import BaseModel, ConfigDict

from compliance.ground.web import json_bodies

MEDIA_TYPE = "application/problem+json"
MOST_FAULTS = 20
"""Named in a reply; a call may have many thousands."""
_LONGEST_AT, _LONGEST = 200, 1000
"""Characters of a fault's place, and of words: both may have what was sent."""
PHRASES: Mapping[int, str] = {
    400: "The call could not be read. Compare it with the description at /api/v1/openapi.json.",
    401: "Send a valid token: Authorization: Bearer attest_...",
    403: "The token, or the role of its person, does not allow this.",
    404: "There is nothing here for this token.",
    405: "This address does not take that method: see the header Allow.",
    413: (
        f"The call is too large. A body of JSON has at most {json_bodies.MOST_VALUES:,}"
        f" values, {json_bodies.MOST_ITEMS:,} of them in lists. Send it in parts."
    ),
    429: "Too many calls. Wait as long as the header Retry-After says.",
    500: "Attest failed, and its log has the fault. Nothing was partly changed.",
    503: "Nothing can be saved at the moment. Try again later.",
    507: "The disk is full. The administrator of this installation has to make room.",
}
"""Said where a problem has no words of its own."""


class Fault(BaseModel):
    """A part of a call that cannot be."""

    at: str
    """Where: "body.due_on", "query.limit"."""
    says: str


class Problem(BaseModel):
    """An error (RFC 9457): ``detail`` says what is wrong and what to do."""

    model_config = ConfigDict(extra="allow")

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    faults: list[Fault] | None = None


class ProblemError(Exception):
    """Ends a call with a problem; nothing was changed."""

    def __init__(
        self,
        status: int,
        detail: str = "",
        *,
        kind: str = "",
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.kind = status, detail, kind
        self.headers, self.more = headers or {}, more


def problem(
    status: int,
    detail: str = "",
    *,
    kind: str = "",
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> HttpResponse:
    """The reply; ``kind`` tells apart what has the same status, ``more`` are its members."""
    title = HTTPStatus(status).phrase
    detail = detail or PHRASES.get(status, title)
    faults = more.get("faults", ())
    if faults:
        more["faults"] = [
            {"at": fault["at"][:_LONGEST_AT], "says": fault["says"][:_LONGEST]}
            for fault in faults[:MOST_FAULTS]
        ]
    if len(faults) > MOST_FAULTS:
        detail = (
            f"There are {len(faults):,} faults, and “faults” has the first {MOST_FAULTS}. {detail[:_LONGEST]}"
        )
    said = {
        "type": f"urn:attest:problem:{kind}" if kind else "about:blank",
        "title": title,
        "status": status,
        "detail": detail[: 2 * _LONGEST],
    }
    return HttpResponse(
        json.dumps(said | more, ensure_ascii=False, cls=DjangoJSONEncoder),
        status=status,
        content_type=MEDIA_TYPE,
        headers=dict(headers or {}),
    )
