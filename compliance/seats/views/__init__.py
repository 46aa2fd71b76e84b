"""Views of the room, by who stands in front of the page."""
