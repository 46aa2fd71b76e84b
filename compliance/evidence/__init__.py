"""What proves it: files and links with their dates and hashes. Looks down on organisations."""
