"""Charts as shapes, the same for SVG on screen and on paper. Pure."""
