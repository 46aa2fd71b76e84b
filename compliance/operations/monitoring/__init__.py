"""Whether the installation is well: probes for whoever routes requests, and metrics."""

__all__ = ["checks", "metrics"]
