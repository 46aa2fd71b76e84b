"""The addresses of SCIM (RFC 7644): what the service is, its users, its groups."""

from compliance.programs.directory.resources import discovery, groups, users

__all__ = ["discovery", "groups", "users"]
