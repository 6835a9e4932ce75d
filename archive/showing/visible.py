"""Which rows an asker may see: the clauses that every query of this package carries."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Table, and_, or_, true

from archive.access import Access
from archive.schema import arrival, case, document


def documents(access: Access, table: Table = document) -> ColumnElement[bool]:
    """Documents by branch and mark. `table` may be an alias of `document`."""
    return and_(_branch(access, table), _mark(access, table))


def cases(access: Access, table: Table = case) -> ColumnElement[bool]:
    """Cases by branch and mark."""
    return and_(_branch(access, table), _mark(access, table))


def arrivals(access: Access) -> ColumnElement[bool]:
    """Arrivals by branch."""
    return _branch(access, arrival)


def branches(access: Access, table: Table) -> ColumnElement[bool]:
    """By branch alone: for sums in which marked documents must be counted without being shown."""
    return _branch(access, table)


def _branch(access: Access, table: Table) -> ColumnElement[bool]:
    return true() if access.branches is None else table.c.branch.in_(sorted(access.branches))


def _mark(access: Access, table: Table) -> ColumnElement[bool]:
    return or_(table.c.mark == "", table.c.mark.in_(sorted(access.marks))) if access.marks else table.c.mark == ""
