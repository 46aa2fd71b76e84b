"""Requests of the room."""
