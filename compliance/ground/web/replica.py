"""A replica of PostgreSQL for pages that only show, read when it has all that matters.

``may_lag`` stands before such a page. The page is read from the replica only while that has
replayed everything that the primary had written ``LAG_SECONDS`` ago, and never for a person
within ``OWN_SECONDS`` after they changed something: everybody sees their own saves. If the page
turns out to change rows, lacks what it was asked for, or the replica fails, nothing was changed,
and it is made again from the primary.

The positions of the log decide and no clock: one that the primary named at a moment is
compared with the last one that the replica replayed. Each page asks so on its own connection:
an address may lead to several servers.
"""

import logging
import os
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import wraps
from typing import Any, Concatenate

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, connections
from django.http import HttpRequest, HttpResponse

from compliance.ground.web.circuit_breaker import CircuitBreaker

logger = logging.getLogger(__name__)
ALIAS = "replica"
COOKIE = "own"
"""Set for ``OWN_SECONDS`` by each request that may change something, or that leads on to a page."""
LAG_SECONDS, OWN_SECONDS, LOOK_SECONDS = 3.0, 10, 1.0
WAIT_SECONDS = 5.0
"""How long a page waits for a replica that has stopped to answer."""
_WAITS = (0.0, 0.01, 0.05)
"""Seconds between the questions of one look: a replica is mostly that near."""
_SAFE = {"GET", "HEAD"}
_LEADS_ON = {"Location", "HX-Redirect"}
_WHICH = "(SELECT system_identifier FROM pg_control_system()), current_database()"
# The first digits of a file of the log are those of its line: a failover, and a restore to an
# earlier moment, begin another, and who follows an old one may be further on than the primary.
_WRITTEN = f"""
    SELECT pg_current_wal_lsn() - '0/0'::pg_lsn, {_WHICH},
    left(pg_walfile_name(pg_current_wal_lsn()), 8)
"""
_REPLAYED = f"""
    SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() - '0/0'::pg_lsn END,
    {_WHICH}, (
      SELECT upper(lpad(to_hex(greatest(c.timeline_id, r.min_recovery_end_timeline)), 8, '0'))
      FROM pg_control_checkpoint() c, pg_control_recovery() r
    )
"""  # noqa: S608 - no words of others
_reading = ContextVar("reading from the replica", default=False)


class _Changes(BaseException):
    """A page that is read from the replica is about to change rows."""


class Router:
    """The replica for what ``may_lag`` reads outside of a transaction, else the primary."""

    def db_for_read(self, model: Any, **hints: Any) -> str:
        is_far = _reading.get() and not connection.in_atomic_block
        return ALIAS if is_far else DEFAULT_DB_ALIAS

    def db_for_write(self, model: Any, **hints: Any) -> str:
        refuse_change()
        return DEFAULT_DB_ALIAS

    def allow_relation(self, one: Any, other: Any, **hints: Any) -> bool:
        """Rows of both are rows of one database."""
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == DEFAULT_DB_ALIAS


class _Watch:
    """The state of the replica, as one process knows it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._breaker = CircuitBreaker("The replica is left alone for a while: %s")
        self._named: deque[tuple[float, int]] = deque(maxlen=64)
        self._looked = self._has_all_of = float("-inf")
        self._enough, self._which = 0, list[Any]()

    def is_near(self) -> bool:
        """Whether the server asked here has all that was committed ``LAG_SECONDS`` ago."""
        if not self._breaker.is_closed:
            return False
        is_due = time.monotonic() - self._looked >= LOOK_SECONDS
        try:
            if is_due and self._lock.acquire(blocking=False):
                try:
                    self._look()
                finally:
                    self._lock.release()
            if time.monotonic() - self._has_all_of > LAG_SECONDS:
                return False
            replayed, *which = _asked(ALIAS, _REPLAYED)
        except DatabaseError as error:
            self.leave(error)
            return False
        return replayed is not None and which == self._which and replayed >= self._enough

    def leave(self, error: Exception) -> None:
        """The replica failed: read the primary for some seconds."""
        self._has_all_of = float("-inf")
        self._breaker.trip(error)

    def _look(self) -> None:
        self._looked = now = time.monotonic()
        written, *self._which = _asked(DEFAULT_DB_ALIAS, _WRITTEN)
        self._named.append((now, written))
        for wait in _WAITS:
            time.sleep(wait)
            replayed, *replica = _asked(ALIAS, _REPLAYED)
            if replayed is None or replica != self._which:
                self._has_all_of = float("-inf")
                logger.error("ATTEST_REPLICA_URL leads to no replica of the database in use.")
                return
            while self._named and self._named[0][1] <= replayed:
                at, self._enough = self._named.popleft()  # before it is said to be near
                self._has_all_of = at
            if not self._named:
                return


_watch = _Watch()


def follows() -> bool:
    """Whether it is near enough, for a check: one of two looks may come too early to say."""
    with _ended_late():
        if not _watch.is_near():
            time.sleep(LOOK_SECONDS)
        return _watch.is_near()


def refuse_change() -> None:
    """Rows are about to change: a page from the replica ends here, and begins again."""
    if _reading.get():
        raise _Changes


def may_lag[R: HttpRequest, **P](
    view: Callable[Concatenate[R, P], HttpResponse],
) -> Callable[Concatenate[R, P], HttpResponse]:
    """Let a page that only shows be read from the replica. It stands behind the door."""

    @wraps(view)
    def shown(request: R, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not _may_ask(request):
            return view(request, *args, **kwargs)
        with _ended_late():
            if _watch.is_near():
                token = _reading.set(True)
                try:
                    return view(request, *args, **kwargs)
                except DatabaseError as error:
                    _watch.leave(error)
                except (Exception, _Changes):
                    logger.debug("A page is made again from the primary.", exc_info=True)
                finally:
                    _reading.reset(token)
        return view(request, *args, **kwargs)

    return shown


class OwnWritesMiddleware:
    """Keeps a person on the primary for a while after each request that may change something.

    A reply that leads on counts, too: to what a sign-on made, or a job that they waited for.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method not in _SAFE or not _LEADS_ON.isdisjoint(response.headers):
            response.set_cookie(
                COOKIE,
                "1",
                max_age=OWN_SECONDS,
                secure=settings.HTTPS,
                httponly=True,
                samesite="Lax",
            )
        return response


def _may_ask(request: HttpRequest) -> bool:
    return (
        bool(settings.REPLICA_URL)
        and request.method in _SAFE
        and COOKIE not in request.COOKIES
        and not connection.in_atomic_block
    )


@contextmanager
def _ended_late() -> Iterator[None]:
    """End the connection of this thread with the replica whenever it was waited for too long.

    A server whose disk or processes stand still takes a statement and says nothing, for ever.
    """
    over = threading.Event()
    wrapper: Any = connections[ALIAS]  # of this thread

    def watch() -> None:
        while not over.wait(WAIT_SECONDS):
            with suppress(OSError, wrapper.Database.Error):
                if wrapper.connection is not None:
                    handle = os.dup(wrapper.connection.pgconn.socket)
                    with socket.socket(fileno=handle) as line:
                        line.shutdown(socket.SHUT_RDWR)

    threading.Thread(target=watch, daemon=True).start()
    try:
        yield
    finally:
        over.set()


def _asked(alias: str, statement: str) -> Any:
    with connections[alias].cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()
