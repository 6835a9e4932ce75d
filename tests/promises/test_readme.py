"""What the README and the table of settings say is so."""

from __future__ import annotations

import re
from pathlib import Path

import typer.main

from api.cli import app
from api.settings import TABLE, Settings
from archive import errors

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_command_is_in_the_readme() -> None:
    named = set(re.findall(r"^\| `dossier ([a-z]+)", README, re.MULTILINE))
    assert set(typer.main.get_command(app).commands) == named  # type: ignore[attr-defined]


def test_every_setting_is_in_the_readme_with_its_default_and_help() -> None:
    for setting in TABLE.values():
        default = f"`{setting.default}`" if setting.default else ""
        row = f"| `{setting.name}` | {default} | {setting.help} |".replace("|  |", "| |")
        assert row in README, row


def test_the_table_has_a_line_for_every_setting() -> None:
    assert list(TABLE) == list(Settings.__dataclass_fields__)


def test_every_exit_code_is_in_the_readme() -> None:
    told = README[README.index("Exit codes:") :].split("\n\n")[0]
    codes = {cls.exit_code for cls in vars(errors).values() if isinstance(cls, type) and issubclass(cls, Exception)}
    for code in codes - {1}:
        assert re.search(rf"\b{code}\b", told), code


def test_every_error_class_stands_in_the_tree_that_its_module_draws() -> None:
    tree = errors.__doc__ or ""
    for name, cls in vars(errors).items():
        if isinstance(cls, type) and issubclass(cls, errors.DossierError):
            assert name in tree
