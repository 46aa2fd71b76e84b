"""The content of an assessment with its hash; review, signature, four eyes."""
