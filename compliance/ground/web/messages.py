"""Messages to the next page, of which the reply knows whether they refuse something."""

from typing import Any

from django.contrib.messages import constants
from django.contrib.messages.storage.fallback import FallbackStorage


class Storage(FallbackStorage):
    """``refuses`` says whether this request showed the person an error."""

    refuses = False

    def add(self, level: int, message: Any, extra_tags: str | None = "") -> None:
        self.refuses = self.refuses or int(level) >= constants.ERROR
        super().add(level, message, extra_tags)
