"""Evidence: files and links with their versions, periods and hashes."""
