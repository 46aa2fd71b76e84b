"""What comes in and goes out: the seed format and its reading. Looks down on checklists."""
