"""The kinds of letter, as `types.yaml` names them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of letter: its code, its names by language, what is meant, and the titles it bears by language."""

    code: str
    names: Mapping[str, str]
    meaning: str
    titles: Mapping[str, tuple[str, ...]]


@cache
def kinds() -> tuple[Kind, ...]:
    """All kinds, in the order of `types.yaml`."""
    rows = yaml.safe_load((FOLDER / "types.yaml").read_text(encoding="utf-8"))["types"]
    return tuple(
        Kind(row["code"], row["names"], row["meaning"], {k: tuple(v) for k, v in row["titles"].items()}) for row in rows
    )


@cache
def codes() -> tuple[str, ...]:
    """The codes of all kinds, in the order of `types.yaml`."""
    return tuple(kind.code for kind in kinds())
