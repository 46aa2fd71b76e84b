"""Leases, of which a row is one."""

from django.db import models


class Lease(models.Model):
    """A name that a process of any machine holds until a moment of the database's clock."""

    name = models.CharField(max_length=100, primary_key=True)
    holder = models.CharField(max_length=100)
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} until {self.until:%Y-%m-%d %H:%M:%S}"
