"""An empty database on each engine, with nothing of ours in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, make_url

from tests.on_engines import CATALOGUES, fresh_database


@pytest.fixture(params=CATALOGUES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database with nothing in it."""
    if request.param == "in_sqlite":
        yield f"sqlite:///{tmp_path / 'catalogue.sqlite'}"
    else:
        with fresh_database() as url:
            yield url


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    """The same without anything of ours between."""
    scheme = url.partition(":")[0].replace("postgresql", "postgresql+psycopg")
    made = create_engine(make_url(url).set(drivername=scheme))
    yield made
    made.dispose()
