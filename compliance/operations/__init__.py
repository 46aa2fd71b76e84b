"""Running an installation: what its operator, and nobody else, is responsible for."""
