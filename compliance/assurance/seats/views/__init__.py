"""Views of the room, by the person using the page."""
