"""The cache in Redis or Valkey, which may be down at any time.

If Redis does not answer at once, the cache of ``ATTEST_CACHE_URL`` answers for some seconds,
before Attest tries Redis again. So counts of tries go on: someone who guesses passwords gets
one more window of tries, and no open door.
"""

import hashlib
import hmac
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.redis import (
    RedisCache,
    RedisCacheClient,
    RedisSerializer,
)
from redis import RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

from compliance.ground.web.circuit_breaker import CircuitBreaker

INSTEAD = "instead"
"""The name of the cache that stands in."""
_CONNECT_SECONDS, _ANSWER_SECONDS = 0.3, 0.5
_ASKED = (
    "add", "get", "set", "touch", "delete", "get_many", "has_key", "incr", "set_many",
    "delete_many",
)  # fmt: skip
_DIGEST_BYTES = 32


class _Raw:
    """Values as they come: the client, which knows their key, signs them."""

    def dumps(self, obj: Any) -> Any:
        return obj

    def loads(self, data: Any) -> Any:
        return data


class SignedClient(RedisCacheClient):
    """Values signed together with their key: reading one runs what is in it, and others
    may write to Redis, and copy what Attest wrote there from one key to another.

    Whole numbers go as they are, since Redis counts them up.
    """

    def __init__(self, servers: list[str], **options: Any) -> None:
        super().__init__(servers, serializer=_Raw, **options)
        self._pickles = RedisSerializer()

    def add(self, key: Any, value: Any, timeout: Any) -> Any:
        return super().add(key, self._signed(key, value), timeout)

    def set(self, key: Any, value: Any, timeout: Any) -> None:
        super().set(key, self._signed(key, value), timeout)

    def set_many(self, data: Any, timeout: Any) -> None:
        signed = {key: self._signed(key, value) for key, value in data.items()}
        super().set_many(signed, timeout)

    def get(self, key: Any, default: Any) -> Any:
        """The value; ``default`` if there is none, or if Attest did not sign it."""
        return self.get_many([key]).get(key, default)

    def get_many(self, keys: Iterable[Any]) -> dict[Any, Any]:
        found: dict[Any, Any] = super().get_many(list(keys))
        return {
            key: self._pickles.loads(data[_DIGEST_BYTES:] if is_signed else data)
            for key, data in found.items()
            if (is_signed := _is_signed(key, data)) or _is_number(data)
        }

    def _signed(self, key: str, value: Any) -> Any:
        data: Any = self._pickles.dumps(value)
        return data if type(data) is int else _digest(key, data, settings.SECRET_KEY) + data


class SignedRedisCache(RedisCache):
    """The cache of Redis with such values."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = SignedClient


def _is_signed(key: str, data: bytes) -> bool:
    said, value = data[:_DIGEST_BYTES], data[_DIGEST_BYTES:]
    known = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return any(hmac.compare_digest(said, _digest(key, value, one)) for one in known)


def _is_number(data: bytes) -> bool:
    try:
        int(data)
    except ValueError:
        return False
    return True


_breaker = CircuitBreaker("Redis does not answer (%s): another cache counts.")


class GuardedRedisCache(BaseCache):
    """Redis where it answers, else the cache that stands in."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        own = {
            "socket_connect_timeout": _CONNECT_SECONDS,
            "socket_timeout": _ANSWER_SECONDS,
            "retry": Retry(NoBackoff(), 1),  # a connection that lay idle may be gone
        }
        self._redis = SignedRedisCache(server, params | {"OPTIONS": own})

    def _ask(self, name: str, *args: Any, **kwargs: Any) -> Any:
        if _breaker.is_closed:
            try:
                return getattr(self._redis, name)(*args, **kwargs)
            except (RedisError, OSError) as error:
                _breaker.trip(error)
        return getattr(caches[INSTEAD], name)(*args, **kwargs)

    def clear(self) -> None:
        """Delete the keys of Attest; all others in that Redis stay."""
        caches[INSTEAD].clear()
        try:
            client = self._redis._cache.get_client(write=True)
            for key in client.scan_iter(match=f"{self.key_prefix}:*"):
                client.delete(key)
        except (RedisError, OSError) as error:
            _breaker.trip(error)

    def close(self, **kwargs: Any) -> None:
        """Give back the connections of a request."""
        self._redis.close(**kwargs)


def answers() -> bool:
    """Whether Redis answers now; asks it even while it is left alone."""
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


def _digest(key: str, data: bytes, secret_key: str) -> bytes:
    secret = f"redis cache {secret_key}".encode()
    bound = hashlib.sha256(key.encode()).digest()  # always as long, so that none runs on
    return hmac.digest(secret, bound + data, hashlib.sha256)
