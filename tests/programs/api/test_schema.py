"""The description is true: calls made up from it, right and wrong, by four roles."""

import os
from urllib.parse import parse_qs, urlsplit

import pytest
import schemathesis
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from compliance.programs.api.document import described
from compliance.programs.api.resources.uploads import BYTES
from compliance.programs.api.urls import api
from tests.support.api_programs import Program

pytestmark = pytest.mark.slow

PEOPLE = ("ada", "con", "rev", "rob")
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
schemathesis.serializer.alias(BYTES, "application/octet-stream")
SCHEMA = schemathesis.openapi.from_dict(described(api))
SCHEMA.config.checks.negative_data_rejection.expected_statuses += ["412", "413"]
"""tus refuses another version of it so; a body that is too large is not read at all."""
OPERATIONS = [(path, method) for path, methods in described(api)["paths"].items() for method in methods]
FEW, MANY = 8, int(os.environ.get("API_EXAMPLES", "300"))


application = get_wsgi_application()
"""Without a scheduler, which that of compliance.wsgi starts, too."""


@pytest.fixture(autouse=True)
def connected():
    """The connection of the test outlives its calls, as with Django's own client."""
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    yield
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


def served(environ, start_response):
    """The program, with each reply read and closed, as a server does."""
    reply = application(environ, start_response)
    try:
        return [b"".join(reply)]
    finally:
        reply.close()


def _lacks_parts(case):
    """Whether a part of the form is empty: Schemathesis does not send it."""
    is_form = (case.media_type or "").startswith("multipart/")
    return is_form and isinstance(case.body, dict) and "" in case.body.values()


def walk(path, method, keys, programs, examples):
    """Call one operation with made-up inputs, at real and at made-up addresses."""
    operation = SCHEMA[path][method.upper()]

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        case=some.one_of(
            operation.as_strategy(generation_mode=GenerationMode.POSITIVE),
            operation.as_strategy(generation_mode=GenerationMode.NEGATIVE),
        ),
        program=some.sampled_from(programs),
        is_real=some.booleans(),
    )
    def calls(case, program, is_real):
        cache.clear()
        if is_real and case.path_parameters:
            real = {name: keys[name].own for name in case.path_parameters}
            case.path_parameters.update(real)
        headers = {
            "Authorization": f"Bearer {program.text}",
            "Accept-Encoding": "identity",
        }
        response = case.call(app=served, headers=headers)
        sent = parse_qs(urlsplit(response.request.url).query, keep_blank_values=True)
        is_sent = set(case.query or ()) <= set(sent)  # an empty list is not
        is_other = is_real or not is_sent or _lacks_parts(case)
        checks = CHECKS[:-1] if is_other else CHECKS
        case.validate_response(response, checks=checks, headers=headers)

    calls()


@pytest.fixture
def programs(cast):
    return [Program(getattr(cast, one), cast.acme) for one in PEOPLE]


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_calls_end_as_described(path, method, keys, programs):
    walk(path, method, keys, programs, FEW)


@pytest.mark.long
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_many_calls_end_as_described(path, method, keys, programs):
    walk(path, method, keys, programs, MANY)
