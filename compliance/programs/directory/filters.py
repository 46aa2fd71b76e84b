"""Filters of SCIM (RFC 7644, 3.4.2.2) as conditions of the database."""

from collections.abc import Mapping
from functools import reduce
from operator import and_, or_
from typing import Any, NoReturn

from django.db.models import Q
from scim2_models import InvalidFilterException, ScimFilter
from scim2_models.path import (
    AttrPath,
    CompareOperator,
    Comparison,
    FilterVisitor,
    LogicalExpr,
    LogicalOperator,
    Not,
    Present,
    ValuePath,
)

from compliance.ground.web.text import number_in

_LOOKUPS = {
    CompareOperator.eq: "exact",
    CompareOperator.co: "contains",
    CompareOperator.sw: "startswith",
    CompareOperator.ew: "endswith",
}


class Conditions(FilterVisitor[Q]):
    """Turns a filter into a condition; ``columns`` maps attributes in lower case to lookups.

    A lookup that begins with "i:" ignores case: "i:email". Raises ``InvalidFilterException``
    for an attribute or an operator that Attest does not support.
    """

    def __init__(self, columns: Mapping[str, str]) -> None:
        self.columns = columns

    def visit_comparison(self, node: Comparison) -> Q:
        column = self._column(node.attr_path)
        operator = CompareOperator.eq if node.op == CompareOperator.ne else node.op
        lookup = _LOOKUPS.get(operator)
        if lookup is None:
            self._refuse(f"The operator {node.op.value} is not supported here.")
        found = self._compared(column, str(lookup), node.value)
        return ~found if node.op == CompareOperator.ne else found

    def _compared(self, column: str, lookup: str, value: Any) -> Q:
        if column == "active":
            return Q(role__isnull=str(value).lower() != "true")
        if not isinstance(value, str):
            self._refuse("Put the value that you compare with in quotation marks.")
        if not _is_kept(value):
            return Q(pk__in=[])
        if column == "pk":
            number = number_in(value.removeprefix("g"))
            is_id = lookup == "exact" and number is not None
            return Q(pk=number) if is_id else Q(pk__in=[])
        is_case = not column.startswith("i:")
        name = column.removeprefix("i:")
        return Q(**{f"{name}__{lookup if is_case else f'i{lookup}'}": value})

    def visit_present(self, node: Present) -> Q:
        column = self._column(node.attr_path)
        if column in {"pk", "active"}:
            return ~Q(pk__in=[])
        return ~Q(**{column.removeprefix("i:"): ""})

    def visit_not(self, node: Not) -> Q:
        return ~self.visit(node.expr)

    def visit_logical_expr(self, node: LogicalExpr) -> Q:
        joined = and_ if node.op == LogicalOperator.and_ else or_
        return reduce(joined, (self.visit(term) for term in node.terms))

    def visit_value_path(self, node: ValuePath) -> Q:
        self._refuse(f"A filter on {node.attr_path} is not supported here.")

    def _column(self, path: AttrPath) -> str:
        name = path.attr if path.sub_attr is None else f"{path.attr}.{path.sub_attr}"
        column = self.columns.get(name.lower())
        if column is None:
            names = ", ".join(self.columns)
            self._refuse(f"A filter on {name} is not supported here; these are: {names}.")
        return str(column)

    def _refuse(self, words: str) -> NoReturn:
        raise InvalidFilterException(detail=words)


def _is_kept(text: str) -> bool:
    """Whether a database could have it: none keeps null characters or halves of others."""
    return "\0" not in text and text == text.encode(errors="ignore").decode()


def condition(found: ScimFilter[Any] | None, columns: Mapping[str, str]) -> Q:
    """The rows that a filter selects; all rows without a filter."""
    return Conditions(columns).visit(found.ast) if found else Q()
