"""Redirect targets, restricted to pages of this site."""

from django.utils.http import url_has_allowed_host_and_scheme


def is_local(path: str | None) -> bool:
    """Whether an address stays on this site: a path, written without a host."""
    return (
        bool(path) and str(path).startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    )
