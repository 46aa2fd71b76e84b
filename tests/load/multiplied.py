"""Many organisations like one, on PostgreSQL: all its rows again, under other keys.

They weigh in tables and indexes as others do, and their pages work. Their events are no
chains: content and hashes are those of the first. It takes a superuser, since triggers and
foreign keys do not look on.
"""
# ruff: noqa: S608 - the SQL is built from names of models

from django.db import connection, models, transaction

from compliance.models import Membership, User
from compliance.operations.closing.owned_rows import owned, rows_of
from compliance.proof.audit.models import ChainHead, Event

APART = 1_000_000
"""How far the keys of one copy are from those of the next."""
BURST = 30
"""Events that one organisation adds before another one does: people write for some minutes."""


def multiply(mould, first, last):
    """Add the copies ``first`` to ``last`` of an organisation, all of them or none."""
    users = User.objects.filter(pk__in=Membership.objects.filter(organisation_id=mould).values("user"))
    heads = ChainHead.objects.filter(pk=mould)
    found = {model: rows_of(model, mould) for model in owned()}
    found = {model: rows for model, rows in found.items() if rows.exists()}
    copied = {User: users, ChainHead: heads, **found}
    size = heads.get().seq
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for model, rows in copied.items():
            columns = _columns(model, copied)
            sql, params = rows.order_by().values("pk").query.sql_with_params()
            key = model._meta.pk.column
            here = f'r."{key}" IN ({sql})'
            _insert(cursor, model, columns, (first, last), (here, params))
        columns = _columns(Event, copied)
        for seq in range(0, size, BURST):
            here = "r.organisation_id = %s AND r.seq > %s AND r.seq <= %s"
            given = [mould, seq, seq + BURST]
            _insert(cursor, Event, columns, (first, last), (here, given))
        for model in copied:
            if isinstance(model._meta.pk, models.AutoField):
                name = model._meta.db_table
                cursor.execute(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), max(id)) FROM {name}")
        cursor.execute("SET LOCAL session_replication_role = origin")


def _insert(cursor, model, columns, numbers, where):
    """Rows of one assessment come after each other, and so do those of a burst."""
    name, (here, params) = model._meta.db_table, where
    near = "r.assessment_id, " if "assessment_id" in columns else ""
    end = "r.seq" if model is Event else "1"
    cursor.execute(
        f"INSERT INTO {name} ({', '.join(f'"{column}"' for column in columns)})"
        f" SELECT {', '.join(columns.values())}"
        f" FROM {name} r, generate_series(%s::int, %s::int) n"
        f" WHERE {here} ORDER BY {near}n, {end}",
        [*numbers, *params],
    )


def _columns(model, copied):
    """Column to its SQL in a copy; events are numbered by the database."""
    return {
        field.column: _copy_of(field, copied)
        for field in model._meta.concrete_fields
        if not (model is Event and field.primary_key)
    }


def _copy_of(field, copied):
    """A column of a copy: keys lead to the copy where there is one."""
    column = f'r."{field.column}"'
    end = field
    while end.remote_field:
        end = end.target_field
    if field.model is Event and field.name == "subject_id":
        # the key of an answer is a number, that of an assessment is none
        return (
            f"CASE WHEN {column} ~ '^\\d+$'"
            f" THEN ({column}::bigint + n::bigint * {APART})::text"
            f" ELSE md5({column} || n)::uuid::text END"
        )
    if field.remote_field and field.related_model not in copied:
        return column
    if isinstance(end, models.UUIDField):
        return f"md5({column}::text || n)::uuid"
    if field.remote_field or field.primary_key:
        return f"{column} + n::bigint * {APART}"
    if field.unique:
        return f"left(n || '-' || {column}, {field.max_length})"
    return column
