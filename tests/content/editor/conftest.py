"""A draft of an own checklist, and the owner who edits it."""

from tests.support.editor_forms import ada, draft  # noqa: F401 - fixtures
