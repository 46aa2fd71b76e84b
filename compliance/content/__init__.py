"""Checklists, and the law that they cite."""
