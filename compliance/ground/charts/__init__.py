"""Charts as shapes, the same for SVG on screen and on paper. Pure."""

__all__ = ["shapes", "span"]
