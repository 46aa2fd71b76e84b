"""The whole installation in one file, and back: backup, its check, restore."""
