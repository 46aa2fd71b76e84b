"""Pages of the library: the list, adding, one piece and its file."""
