"""States of a delivery."""

from django.db.models import TextChoices


class State(TextChoices):
    """How far a delivery is."""

    WAITING = "waiting", "Waiting"
    DELIVERED = "delivered", "Delivered"
    GIVEN_UP = "given_up", "Given up"
