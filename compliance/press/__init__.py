"""The PDF engine; ``api.py`` is its door."""
