"""Sources of dates: each gives marks, and full entries for some of them."""
