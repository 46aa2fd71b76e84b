"""System checks for files in a bucket."""

from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning

from compliance.ground.web.bucket import place_in
from compliance.ground.web.site_address import is_here


def check_files(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Whether buckets can be asked at all, and nobody on the way reads along."""
    found: list[CheckMessage] = []
    for name in ("FILES_URL", "BACKUPS_URL"):
        if not (url := getattr(settings, name)):
            continue
        if find_spec("boto3") is None:
            msg = (
                f"ATTEST_{name} names a bucket, and boto3 is not installed: pip install"
                " --require-hashes -r locks/s3.lock."
            )
            found.append(Error(msg, id="attest.E008"))
            continue
        place = place_in(url)
        if place.endpoint.startswith("http://") and not is_here(place.endpoint):
            msg = (
                f"ATTEST_{name} goes to {place.endpoint}, without TLS: whoever is on the way"
                " reads evidence and reports. Use an endpoint with https://."
            )
            found.append(Warning(msg, id="attest.W005"))
    return found
