"""The cache in Redis or Valkey, which may be gone at any time.

Whatever it does not answer at once goes to the cache of ``ATTEST_CACHE_URL`` instead, for
some seconds, then it is asked again. So counts of tries go on: whoever guesses gets the tries
of one more window, and no open door.
"""

import hashlib
import hmac
import logging
import time
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.redis import RedisCache, RedisSerializer
from redis import RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

logger = logging.getLogger(__name__)

INSTEAD = "instead"
"""The name of the cache that stands in."""
REST_SECONDS = 5.0
"""How long Redis is left alone after it failed: no page waits for it meanwhile."""
_CONNECT_SECONDS, _ANSWER_SECONDS = 0.3, 0.5
_ASKED = (
    "add", "get", "set", "touch", "delete", "get_many", "has_key", "incr", "set_many",
    "delete_many",
)  # fmt: skip
_DIGEST_BYTES = 32


class SignedSerializer(RedisSerializer):
    """Values with a signature: reading one runs what is in it, and others may write to Redis.

    Whole numbers go as they are, since Redis counts them up.
    """

    def dumps(self, obj: Any) -> Any:
        if type(obj) is int:
            return obj
        data: bytes = super().dumps(obj)
        return _digest(data) + data

    def loads(self, data: Any) -> Any:
        """The value; None, as where there is none, for one that Attest did not write."""
        try:
            return int(data)
        except ValueError:
            said, value = data[:_DIGEST_BYTES], data[_DIGEST_BYTES:]
        return (
            super().loads(value) if hmac.compare_digest(said, _digest(value)) else None
        )


@dataclass(slots=True)
class _Rest:
    """Until when Redis is left alone, by this process."""

    until: float = 0.0

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self.until

    def begin(self, error: Exception) -> None:
        if self.is_over:
            why = type(error).__name__
            logger.warning("Redis does not answer (%s): another cache counts.", why)
        self.until = time.monotonic() + REST_SECONDS


_rest = _Rest()


class GuardedRedisCache(BaseCache):
    """Redis where it answers, else the cache that stands in."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        own = {
            "serializer": SignedSerializer,
            "socket_connect_timeout": _CONNECT_SECONDS,
            "socket_timeout": _ANSWER_SECONDS,
            "retry": Retry(NoBackoff(), 1),  # a connection that lay idle may be gone
        }
        self._redis = RedisCache(server, params | {"OPTIONS": own})

    def _ask(self, name: str, *args: Any, **kwargs: Any) -> Any:
        if _rest.is_over:
            try:
                return getattr(self._redis, name)(*args, **kwargs)
            except (RedisError, OSError) as error:
                _rest.begin(error)
        return getattr(caches[INSTEAD], name)(*args, **kwargs)

    def clear(self) -> None:
        """Forget what Attest keeps; whatever else lies in that Redis stays."""
        caches[INSTEAD].clear()
        try:
            client = self._redis._cache.get_client(write=True)
            for key in client.scan_iter(match=f"{self.key_prefix}:*"):
                client.delete(key)
        except (RedisError, OSError) as error:
            _rest.begin(error)

    def close(self, **kwargs: Any) -> None:
        """Give back the connections of a request."""
        self._redis.close(**kwargs)


def answers() -> bool:
    """Whether Redis answers now; asked past the rest, so that it is known at once."""
    own: Any = caches["default"]
    try:
        own._redis._cache.get_client().ping()
    except (RedisError, OSError):
        return False
    return True


def _asking(name: str) -> Any:
    def ask(self: GuardedRedisCache, *args: Any, **kwargs: Any) -> Any:
        return self._ask(name, *args, **kwargs)

    return ask


for _name in _ASKED:
    setattr(GuardedRedisCache, _name, _asking(_name))


def _digest(data: bytes) -> bytes:
    key = f"redis cache {settings.SECRET_KEY}".encode()
    return hmac.digest(key, data, hashlib.sha256)
