"""A running assessment moves to another edition of its checklist, and back."""
