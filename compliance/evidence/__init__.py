"""The evidence room: files and links with their dates and hashes. Looks down on organisations."""
