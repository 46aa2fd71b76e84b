"""The registry: loads each room's models so that Django sees them, and names them all here."""

from django.db.models import Model

from compliance.rooms import modules

for module in modules("models"):
    globals().update(
        (name, value)
        for name, value in vars(module).items()
        if isinstance(value, type)
        and issubclass(value, Model)
        and value.__module__.startswith(module.__name__)
    )
