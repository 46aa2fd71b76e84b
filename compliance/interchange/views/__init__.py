"""Pages of the room: answers as spreadsheets, checklists as files."""
