"""Sources of dates: each gives marks without words, and tells some of them in words."""
