"""A finished sample organisation for one person: opened, looked round in, thrown away."""
