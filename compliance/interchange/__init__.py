"""The room of imports and exports: the seed format and its reading. Looks down on checklists."""
