"""Looking things up in pages of seats."""

from collections.abc import Mapping
from typing import Any

from django import template

register = template.Library()


@register.filter
def at(found: Mapping[Any, Any], key: Any) -> Any:
    """What a mapping holds under a key; None when it holds nothing there."""
    return found.get(key)
