"""Attest: compliance checklists that are edited, filled in, signed and reported."""
