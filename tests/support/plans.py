"""How many rows PostgreSQL reads for a page, whatever the machine does besides."""

from dataclasses import dataclass, field

import psycopg
from django.db import connection

_SCANS = {"Seq Scan", "Index Scan", "Index Only Scan", "Bitmap Heap Scan"}
_BEYOND = ("Rows Removed by Filter", "Rows Removed by Index Recheck")


def count_rows():
    """Let the database count its rows: it does not by itself while nothing is committed,
    and plans each query as if there were none.
    """
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _read(node):
    """Rows or entries that a node read in all its loops; 0 for one that reads no table."""
    if node["Node Type"] not in _SCANS | {"Bitmap Index Scan"}:
        return 0
    found = node["Actual Rows"] + sum(node.get(name, 0) for name in _BEYOND)
    return node["Actual Loops"] * found


@dataclass
class Statement:
    """A statement with its plan as EXPLAIN (ANALYZE, BUFFERS) has it, as JSON."""

    sql: str
    plan: dict

    @property
    def nodes(self):
        """The nodes of the plan."""
        found, queue = [], [self.plan]
        while queue:
            found.append(queue.pop())
            queue += found[-1].get("Plans", ())
        return found

    @property
    def rows(self):
        """Rows of tables and entries of indexes that were read, also those thrown away."""
        return round(sum(map(_read, self.nodes)))

    @property
    def buffers(self):
        """Pages of 8 kB that were looked at."""
        return self.plan["Shared Hit Blocks"] + self.plan["Shared Read Blocks"]


@dataclass
class Plans:
    """A wrapper of Django's: each statement is run once more before, explained and undone."""

    statements: list = field(default_factory=list)

    def __call__(self, execute, sql, params, many, context):
        verb = sql.lstrip("( ").partition(" ")[0].upper()
        if verb in {"SELECT", "INSERT", "UPDATE", "DELETE", "WITH"} and not many:
            raw = context["connection"].connection
            with (
                raw.transaction(force_rollback=True),
                psycopg.ClientCursor(raw) as cursor,
            ):
                cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}", params)
                self.statements.append(Statement(sql, cursor.fetchone()[0][0]["Plan"]))
        return execute(sql, params, many, context)

    @property
    def rows(self):
        return sum(one.rows for one in self.statements)

    def rows_of(self, *models):
        """Those that were read of the tables of some models."""
        tables = {model._meta.db_table for model in models}
        nodes = [node for one in self.statements for node in one.nodes]
        return round(sum(_read(node) for node in nodes if node.get("Relation Name") in tables))

    @property
    def buffers(self):
        return sum(one.buffers for one in self.statements)

    def costly(self, most=5):
        """The statements that read most rows, as lines."""
        found = sorted(self.statements, key=lambda one: -one.rows)[:most]
        return [f"{one.rows:>10,} rows {one.buffers:>8,} pages  {one.sql[:400]}" for one in found]
