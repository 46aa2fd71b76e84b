"""Access from outside: seats of auditors, their samples and requests, and share links.

A seat lets one person read one assessment for some days; a share link lets anyone who has
it read one. Looks down on reviews, assessments and evidence.
"""

__all__ = ["access", "actions", "choices", "events", "models", "queries"]
