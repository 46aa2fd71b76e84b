"""Assistants of people read and propose through the Model Context Protocol, with tokens of the interface."""
