"""Every column that a writer's block changes, for the events of the block.

Nobody says which: each statement that the block sends to the database is read. An
UPDATE and a DELETE are made to return the rows that they reach; a row that is saved says
so by Django's signal, and rows that are made together by ``inserted``. A block whose
INSERT nobody named does not commit.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection, models
from django.db.models.signals import post_save

from compliance.audit.columns import (
    Proven,
    columns_of,
    is_text,
    plain,
    proof_of,
    proven,
    values_of,
)
from compliance.audit.models import LIBRARY

Row = tuple[type[models.Model], Any]
_WRITE = re.compile(r'(INSERT INTO|UPDATE|DELETE FROM) "(\w+)"')
_EVENTS = re.compile(r'"compliance_(event|chainhead)"')
_SET = re.compile(r'(?:SET|,) "(\w+)" = ')


@dataclass(slots=True)
class Changes:
    """The rows that a block changed and no event has yet."""

    new: set[Row] = field(default_factory=set)
    values: dict[Row, dict[str, Any]] = field(default_factory=dict)
    gone: dict[Row, None] = field(default_factory=dict)
    unnamed: Counter[str] = field(default_factory=Counter)
    """Rows that were made in a table and not named yet."""
    waiting: list[Any] = field(default_factory=list)
    """Events that are not written yet, with what was changed before them."""
    announced: dict[Row, dict[str, Any]] = field(default_factory=dict)
    """Values that an event has and the table does not yet."""

    def copy(self) -> "Changes":
        values = {row: dict(some) for row, some in self.values.items()}
        gone, unnamed = dict(self.gone), Counter(self.unnamed)
        announced = {row: dict(some) for row, some in self.announced.items()}
        waiting = list(self.waiting)
        return Changes(set(self.new), values, gone, unnamed, waiting, announced)

    def put(self, other: "Changes") -> None:
        """Be as another one was."""
        self.new, self.values = other.new, other.values
        self.gone, self.unnamed = other.gone, other.unnamed
        self.waiting, self.announced = other.waiting, other.announced

    def split(self) -> "Changes":
        """What was changed so far, for an event; it is forgotten here."""
        before = Changes(self.new, self.values, self.gone)
        self.new, self.values, self.gone = set(), {}, {}
        return before

    def take_in(self, later: "Changes") -> None:
        """What was changed after, too."""
        for at in later.gone:
            self.delete(at)
        for at, values in later.values.items():
            if at in later.new:
                self.new.add(at)
            self.update(at, values)

    def insert(self, row: models.Model) -> None:
        at = type(row), row.pk
        self.new.add(at)
        self.gone.pop(at, None)
        self.values[at] = dict(values_of(row))
        self.unnamed[row._meta.db_table] -= 1

    def update(self, at: Row, values: dict[str, Any]) -> None:
        said = self.announced.get(at, {})
        for name, value in values.items():
            if name in said and said.pop(name) == value:
                continue
            self.values.setdefault(at, {})[name] = value
        if not said:
            self.announced.pop(at, None)

    def delete(self, at: Row) -> None:
        self.values.pop(at, None)
        if self.announced.pop(at, None) is not None:
            return
        if at in self.new:
            self.new.discard(at)
        else:
            self.gone[at] = None


_open: ContextVar[Changes | None] = ContextVar("changes", default=None)


def opened() -> Changes | None:
    """The changes of the block that is open here; None outside of one."""
    return _open.get()


@contextmanager
def watched(write: Callable[[], None]) -> Iterator[tuple[Changes, bool]]:
    """The changes of the block that is open, and whether this is the outermost one.

    ``write`` writes the events that wait; it is called before anything reads events.
    Where an inner block is undone, what it changed is forgotten.
    """
    if outer := _open.get():
        before = outer.copy()
        try:
            yield outer, False
        except BaseException:
            outer.put(before)
            raise
        return
    changes = Changes()
    token = _open.set(changes)
    try:
        with connection.execute_wrapper(_read(changes, write)):
            yield changes, True
    finally:
        _open.reset(token)


def inserted[M: models.Model](rows: Iterable[M]) -> list[M]:
    """Name rows that were made together, with ``bulk_create``; the rows."""
    made = list(rows)
    if (changes := _open.get()) is not None:
        for row in made:
            if row._meta.db_table in proven():
                changes.insert(row)
    return made


def chains() -> dict[UUID, list[Row]]:
    """The rows that no event has yet, by the chain that they belong to."""
    changes, found = _open.get(), defaultdict[UUID, list[Row]](list)
    by_model = defaultdict[type[models.Model], list[Any]](list)
    for model, pk in changes.values if changes else ():
        by_model[model].append(pk)
    for model, pks in by_model.items():
        proof = proof_of(model)
        path = proof.chain if isinstance(proof, Proven) else ""
        rows = model._base_manager.filter(pk__in=pks)
        owners = dict(rows.values_list("pk", path)) if path else {}
        for pk in pks:
            found[owners.get(pk) or LIBRARY].append((model, pk))
    return dict(found)


@contextmanager
def of_chain(organisation_id: UUID) -> Iterator[None]:
    """A stretch whose events get the rows of one chain alone; the others wait."""
    changes = _open.get()
    if changes is None:
        yield
        return
    later = [
        at
        for chain, rows in chains().items()
        if chain != organisation_id
        for at in rows
    ]
    held = {at: changes.values.pop(at) for at in later}
    yield
    changes.values.update(held)


def announce(row: models.Model, *columns: str) -> None:
    """Let the next event have columns of a row that are saved only after it."""
    if (changes := _open.get()) is not None:
        known, at = columns_of(type(row)), (type(row), row.pk)
        values = {name: plain(getattr(row, known[name].attname)) for name in columns}
        changes.update(at, values)
        changes.announced[at] = values


def announce_gone(row: models.Model) -> None:
    """Let the next event have a row that is deleted only after it."""
    if (changes := _open.get()) is not None:
        at = type(row), row.pk
        changes.delete(at)
        changes.announced[at] = {}


def _saved(
    sender: Any, instance: models.Model, created: bool, **_about: object
) -> None:
    changes = _open.get()
    if created and changes is not None and sender._meta.db_table in proven():
        changes.insert(instance)


post_save.connect(_saved, dispatch_uid="compliance.audit.rows")


def _read(changes: Changes, write: Callable[[], None]) -> Callable[..., Any]:
    """A wrapper of Django's that reads what is written."""

    def run(
        execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        if changes.waiting and _EVENTS.search(sql):
            write()
        found = _WRITE.match(sql)
        model = proven().get(found[2]) if found else None
        if found is None or model is None:
            return execute(sql, params, many, context)
        if found[1] == "INSERT INTO":
            changes.unnamed[found[2]] += _count(sql, params)
            return execute(sql, params, many, context)
        names = [name for name in _SET.findall(sql) if name in columns_of(model)]
        if found[1] == "UPDATE" and not names:
            return execute(sql, params, many, context)
        columns = [str(model._meta.pk.column), *names]
        done = execute(_returning(sql, columns), params, many, context)
        for values in context["cursor"].fetchall():
            pairs = zip(columns, values, strict=True)
            own, *rest = [_python(model, name, value) for name, value in pairs]
            if names:
                new = zip(names, rest, strict=True)
                changes.update((model, own), {n: plain(v) for n, v in new})
            else:
                changes.delete((model, own))
        return done

    return run


def _returning(sql: str, columns: list[str]) -> str:
    if " RETURNING " in sql:
        msg = f"save values, not expressions: the trail has to read them ({sql})"
        raise RuntimeError(msg)
    return f"{sql} RETURNING " + ", ".join(f'"{name}"' for name in columns)


def _count(sql: str, params: Any) -> int:
    """The rows that an INSERT makes."""
    if "UNNEST(" in sql:
        return len(params[0])
    return len(params) // (sql[: sql.index(")")].count('"') // 2 - 1)


def _python(model: type[models.Model], name: str, value: Any) -> Any:
    """A value as Python has it, from how the database gives it."""
    expression = columns_of(model)[name].get_col(model._meta.db_table)
    for convert in (
        *connection.ops.get_db_converters(expression),
        *expression.get_db_converters(connection),
    ):
        value = convert(value, expression, connection)
    return value


def taken(
    changes: Changes, about: Row, after: dict[str, Any], *, alone: bool = False
) -> dict[str, Any]:
    """What an event has of some changes; they are forgotten there.

    A column of its subject, ``about``, that ``after`` has by name and value is only
    named. ``alone`` takes that row and no other. The JSON is that of ``projection.py``.
    """
    found: dict[str, Any] = defaultdict(dict)
    rows = [about] if alone else list(changes.values)
    for at in rows if not alone or about in changes.values else ():
        values = changes.values.pop(at)
        if at == about:
            said = sorted(n for n, v in values.items() if n in after and after[n] == v)
            values = {n: v for n, v in values.items() if n not in said}
            if said:
                found["said"] = [said]
        _add(found, at, values, is_new=at in changes.new)
        changes.new.discard(at)
    gone = defaultdict(list)
    for at in [about] if alone else list(changes.gone):
        if at in changes.gone:
            gone[at[0]._meta.model_name].append(plain(at[1]))
            del changes.gone[at]
    if gone:
        found["gone"] = {name: [pks] for name, pks in gone.items()}
    return dict(found)


def _add(
    found: dict[str, Any], at: Row, values: dict[str, Any], *, is_new: bool
) -> None:
    model, own = at
    name, pk = str(model._meta.model_name), plain(own)
    known = columns_of(model)
    texts = {n: v for n, v in values.items() if is_text(known[n])}
    cells = {
        n: v for n, v in values.items() if n not in texts and n != model._meta.pk.column
    }
    if texts:
        found["texts"].setdefault(name, {})[str(pk)] = texts
    if is_new or cells:
        groups = found["new" if is_new else "set"].setdefault(name, [])
        names = sorted(cells)
        for group in groups:
            if group[0] == names:
                break
        else:
            group = [names]
            groups.append(group)
        group.append([pk, *(cells[n] for n in names)])


def refuse_left(changes: Changes) -> None:
    """Raise ``RuntimeError`` when a block changed rows that no event of it has."""
    unnamed = sorted(name for name, count in changes.unnamed.items() if count)
    if unnamed:
        msg = f"rows of {', '.join(unnamed)} were made together: name them (inserted)"
        raise RuntimeError(msg)
    if changes.values or changes.gone or changes.announced:
        rows = [*changes.values, *changes.gone, *changes.announced]
        names = sorted({str(model._meta.model_name) for model, _ in rows})
        msg = f"rows of {', '.join(names)} were changed, and no later event has them"
        raise RuntimeError(msg)
