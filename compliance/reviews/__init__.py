"""What an assessment says at a moment, and who put their name to it: content, its hash. Looks down on assessments."""
