"""The addresses of SCIM (RFC 7644): what the service is, its users, its groups."""
