"""Every column that a writer's block changes, for the events of the block.

Nobody says which: each statement that the block sends to the database is read. An
UPDATE and a DELETE are made to return the rows that they reach; a row that is saved says
so by Django's signal, and rows that are made together by ``inserted``. A block whose
INSERT nobody named does not commit. A row goes in an event of the chain that it belongs
to, and in no other.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection, models
from django.db.models.signals import post_save

from compliance.proof.audit.columns import (
    columns_of,
    is_text,
    plain,
    proven,
    values_of,
    writers_of,
)
from compliance.proof.audit.owners import Owner, owner_of, owners

Row = tuple[type[models.Model], Any]
_WRITE = re.compile(r'\s*(INSERT|UPDATE|DELETE)(?: OR \w+)?(?: INTO| FROM)? "?(\w+)"?', re.IGNORECASE)
_EVENTS = re.compile(r"\bcompliance_(event|chainhead)\b")
_SET = re.compile(r'(?:\bSET\s|,)\s*"?(\w+)"?\s*=', re.IGNORECASE)


@dataclass(slots=True)
class Changes:
    """The rows of one chain that were changed and no event has yet."""

    new: set[Row] = field(default_factory=set)
    values: dict[Row, dict[str, Any]] = field(default_factory=dict)
    gone: dict[Row, None] = field(default_factory=dict)

    def copy(self) -> "Changes":
        values = {row: dict(some) for row, some in self.values.items()}
        return Changes(set(self.new), values, dict(self.gone))

    def take_in(self, later: "Changes") -> None:
        """Take in later changes, too."""
        for at in later.gone:
            self.delete(at)
        for at, values in later.values.items():
            if at in later.new:
                self.new.add(at)
            self.values.setdefault(at, {}).update(values)

    def insert(self, row: models.Model) -> None:
        at = type(row), row.pk
        self.new.add(at)
        self.gone.pop(at, None)
        self.values[at] = dict(values_of(row))

    def delete(self, at: Row) -> None:
        self.values.pop(at, None)
        if at in self.new:
            self.new.discard(at)
        else:
            self.gone[at] = None


@dataclass(slots=True)
class Block:
    """Changes of a writer's block that no event has yet, by the chain of each row."""

    chains: dict[UUID, Changes] = field(default_factory=dict)
    waiting: dict[UUID, tuple[Any, Changes]] = field(default_factory=dict)
    """Events that are not written yet, with what was changed before them."""
    unnamed: Counter[str] = field(default_factory=Counter)
    """Rows that were made in a table and not named yet."""
    announced: dict[Row, dict[str, Any]] = field(default_factory=dict)
    """Values that an event has and the table does not yet."""
    last: list[Callable[[], Any]] = field(default_factory=list)
    """Events recorded when the block ends."""
    is_writing: bool = False
    """The events of one chain are added; those of others go on waiting."""

    def copy(self) -> "Block":
        chains = {chain: changes.copy() for chain, changes in self.chains.items()}
        announced = {row: dict(some) for row, some in self.announced.items()}
        waiting, unnamed = dict(self.waiting), Counter(self.unnamed)
        return Block(chains, waiting, unnamed, announced, list(self.last))

    def put(self, other: "Block") -> None:
        """Be as another one was."""
        self.chains, self.waiting = other.chains, other.waiting
        self.unnamed, self.announced = other.unnamed, other.announced
        self.last = other.last

    def of(self, chain: UUID) -> Changes:
        return self.chains.setdefault(chain, Changes())

    def settle(self) -> None:
        """Give events that wait what was changed in their chains since."""
        for chain, (_, changes) in self.waiting.items():
            changes.take_in(self.split(chain))

    def split(self, chain: UUID) -> Changes:
        """Changes so far in a chain, for an event; they are forgotten here."""
        return self.chains.pop(chain, Changes())

    def insert(self, rows: Sequence[models.Model]) -> None:
        """Rows of one model that were just made."""
        for row, chain in zip(rows, owners(rows), strict=True):
            self.of(chain).insert(row)
            self.unnamed[row._meta.db_table] -= 1

    def update(self, at: Row, chain: UUID, values: dict[str, Any]) -> None:
        said = self.announced.get(at, {})
        for name, value in values.items():
            if name in said and said.pop(name) == value:
                continue
            self.of(chain).values.setdefault(at, {})[name] = value
        if not said:
            self.announced.pop(at, None)

    def delete(self, at: Row, chain: UUID) -> None:
        if self.announced.pop(at, None) is None:
            self.of(chain).delete(at)


_open: ContextVar[Block | None] = ContextVar("block", default=None)


def opened() -> Block | None:
    """The block that is open here; None outside of one."""
    return _open.get()


@contextmanager
def watched(write: Callable[[], None]) -> Iterator[tuple[Block, bool]]:
    """The block that is open, and whether this is the outermost one.

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
    block = Block()
    token = _open.set(block)
    try:
        with connection.execute_wrapper(_read(block, write)):
            yield block, True
    finally:
        _open.reset(token)


def inserted[M: models.Model](rows: Iterable[M]) -> list[M]:
    """Name rows that were made together, with ``bulk_create``; the rows."""
    made = list(rows)
    if made and made[0]._meta.db_table in proven() and (block := _open.get()):
        block.insert(made)
    return made


def chains() -> set[UUID]:
    """The chains that have changes which no event has yet."""
    block = _open.get()
    return {chain for chain, of in block.chains.items() if _is_some(of)} if block else set()


def _is_some(changes: Changes) -> bool:
    return bool(changes.values or changes.gone)


@contextmanager
def adding() -> Iterator[None]:
    """A stretch that adds events to one chain, while those of others go on waiting."""
    block = _open.get()
    if block is None or block.is_writing:
        yield
        return
    block.is_writing = True
    try:
        yield
    finally:
        block.is_writing = False


def announce(row: models.Model, *columns: str) -> None:
    """Let the next event have columns of a row that are saved only after it."""
    if (block := _open.get()) is not None:
        known, at = columns_of(type(row)), (type(row), row.pk)
        write = writers_of(type(row))
        values = {n: write[n](getattr(row, known[n].attname)) for n in columns}
        block.update(at, owners([row])[0], values)
        block.announced[at] = values


def announce_gone(row: models.Model) -> None:
    """Let the next event have a row that is deleted only after it."""
    if (block := _open.get()) is not None:
        at = type(row), row.pk
        block.delete(at, owners([row])[0])
        block.announced[at] = {}


def _saved(sender: Any, instance: models.Model, created: bool, **_about: object) -> None:
    block = _open.get()
    if created and block is not None and sender._meta.db_table in proven():
        block.insert([instance])


post_save.connect(_saved, dispatch_uid="compliance.proof.audit.rows")


def written(sql: str) -> tuple[str, type[models.Model], list[str]] | None:
    """Verb, model and columns of a statement that writes what the trail proves.

    Only an UPDATE has columns.
    """
    found = _WRITE.match(sql)
    model = proven().get(found[2]) if found else None
    if found is None or model is None:
        return None
    verb, known = found[1].upper(), columns_of(model)
    if verb != "UPDATE":
        return verb, model, []
    names = [name for name in _SET.findall(sql) if name in known]
    return (verb, model, names) if names else None


def _read(block: Block, write: Callable[[], None]) -> Callable[..., Any]:
    """A wrapper of Django's that reads what is written."""

    def run(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if block.waiting and not block.is_writing and _EVENTS.search(sql):
            write()
        found = written(sql)
        if found is None:
            return execute(sql, params, many, context)
        verb, model, names = found
        if verb == "INSERT":
            block.unnamed[model._meta.db_table] += _count(sql, params)
            return execute(sql, params, many, context)
        known, key, owner = columns_of(model), model._meta.pk, owner_of(model)
        writers = writers_of(model)
        done = execute(_returning(sql, key, names, owner), params, many, context)
        fields = [owner.field, key, *(known[name] for name in names)]
        for row in context["cursor"].fetchall():
            pairs = zip(fields, row, strict=True)
            chain, own, *values = [_python(model, field, value) for field, value in pairs]
            chain = chain or owner.otherwise
            if names:
                changed = zip(names, values, strict=True)
                new = {name: writers[name](value) for name, value in changed}
                block.update((model, own), chain, new)
            else:
                block.delete((model, own), chain)
        return done

    return run


def _returning(sql: str, key: models.Field[Any, Any], names: Iterable[str], owner: Owner) -> str:
    if " RETURNING " in sql:
        msg = f"save values, not expressions: the trail has to read them ({sql})"
        raise RuntimeError(msg)
    columns = ", ".join(f'"{name}"' for name in (key.column, *names))
    return f"{sql} RETURNING {owner.sql}, {columns}"


def _count(sql: str, params: Any) -> int:
    """The rows that an INSERT makes."""
    if "UNNEST(" in sql:
        return len(params[0])
    columns = sql[: sql.index(")")].count('"') // 2 - 1
    return len(params) // max(columns, 1)


def _python(model: type[models.Model], field: models.Field[Any, Any] | None, value: Any) -> Any:
    """A value as Python has it, from how the database gives it."""
    if field is None:
        return value
    expression, converters = _converters(model, field, connection.vendor)
    for convert in converters:
        value = convert(value, expression, connection)
    return value


@cache
def _converters(
    model: type[models.Model], field: models.Field[Any, Any], vendor: str
) -> tuple[Any, list[Callable[..., Any]]]:
    expression = field.get_col(model._meta.db_table)
    own = connection.ops.get_db_converters(expression)
    return expression, [*own, *expression.get_db_converters(connection)]


def taken(changes: Changes, about: Row, after: dict[str, Any], *, alone: bool = False) -> dict[str, Any]:
    """The part of some changes that an event has; they are forgotten there.

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


def _add(found: dict[str, Any], at: Row, values: dict[str, Any], *, is_new: bool) -> None:
    model, own = at
    name, pk = str(model._meta.model_name), plain(own)
    known = columns_of(model)
    texts = {n: v for n, v in values.items() if is_text(known[n])}
    cells = {n: v for n, v in values.items() if n not in texts and n != model._meta.pk.column}
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


def refuse_left(block: Block) -> None:
    """Raise ``RuntimeError`` when a block changed rows that no event of their chain has."""
    unnamed = sorted(name for name, count in block.unnamed.items() if count)
    if unnamed:
        msg = f"rows of {', '.join(unnamed)} were made together: name them (inserted)"
        raise RuntimeError(msg)
    rows = [
        *block.announced,
        *(at for of in block.chains.values() for at in (*of.values, *of.gone)),
    ]
    if rows:
        names = sorted({str(model._meta.model_name) for model, _ in rows})
        msg = f"rows of {', '.join(names)} were changed, and no later event of their chain has them"
        raise RuntimeError(msg)
