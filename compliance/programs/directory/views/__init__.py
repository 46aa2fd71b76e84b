"""The page of owners."""
