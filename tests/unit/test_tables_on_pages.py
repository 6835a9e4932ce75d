"""A table that was read is shown as a table, and whatever a stranger wrote into its cells is text."""

from __future__ import annotations

from types import SimpleNamespace

from jinja2 import Environment

from api.pages.rendering import _templates
from api.wording import wording
from intake.stages import Box, Table


def shown(templates: Environment, *tables: Table) -> str:
    macro = templates.get_template("parts.html").make_module({"t": wording("en")}).tables  # type: ignore[attr-defined]
    return str(macro(wording("en"), SimpleNamespace(number=2, tables=tables)))


def test_cells_are_shown_row_by_row_and_escaped() -> None:
    page = shown(_templates(), Table(Box(0, 0, 1, 1), (("Item", "Sum"), ("<script>alert(1)</script>", "£1.00"))))
    assert page.count("<tr>") == 2
    assert "Table on page 2" in page
    assert "<td>&lt;script&gt;alert(1)&lt;/script&gt;</td><td>£1.00</td>" in page


def test_a_page_without_tables_shows_none() -> None:
    assert "<table" not in shown(_templates())
