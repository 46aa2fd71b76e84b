"""The walls between a file from outside and the process that people talk to."""

__all__ = ["archive", "blame", "checksummed", "child", "process"]
