"""Looking things up in pages of seats."""

from collections.abc import Mapping
from typing import Any

from django import template

register = template.Library()


@register.filter
def at(found: Mapping[Any, Any], key: Any) -> Any:
    """The value of a mapping under a key; None without one."""
    return found.get(key)
