"""Filters that format values for templates."""
