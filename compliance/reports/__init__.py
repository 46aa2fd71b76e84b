"""Reports and audit packs: asked for, made, kept under their hash, sent."""
