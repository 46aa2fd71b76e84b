"""Home: the person's open work, and the state of the organisation."""

__all__ = ["models"]
