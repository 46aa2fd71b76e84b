"""System checks for files in a bucket."""

from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning

from compliance.web.bucket import place_in
from compliance.web.site_address import is_here


def check_files(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Whether a bucket can be asked at all, and nobody on the way reads along."""
    if not settings.FILES_URL:
        return []
    if find_spec("boto3") is None:
        msg = (
            "ATTEST_FILES_URL names a bucket, and boto3 is not installed: pip install"
            " --require-hashes -r requirements-s3.lock."
        )
        return [Error(msg, id="attest.E008")]
    place = place_in(settings.FILES_URL)
    if place.endpoint.startswith("http://") and not is_here(place.endpoint):
        msg = (
            f"ATTEST_FILES_URL goes to {place.endpoint}, without TLS: whoever is on the way"
            " reads evidence and reports. Use an endpoint with https://."
        )
        return [Warning(msg, id="attest.W005")]
    return []
