"""Assistants of people read through the Model Context Protocol, with tokens of the interface."""
