"""The directory of an organisation keeps its members and their groups, by SCIM 2.0."""

__all__ = ["actions"]
