"""What the stories in the browser share: a stocked archive behind a real server, made once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from api.http.app import create_app
from tests.story.browsing import serving
from tests.story.stocked import Stock, stock


@pytest.fixture
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stock]:
    """A stocked archive of the test's own."""
    made = stock(tmp_path_factory.mktemp("stocked"))
    yield made
    made.close()


@pytest.fixture
def base(stocked: Stock) -> Iterator[str]:
    """The address of the stocked archive's pages."""
    with serving(create_app(stocked.rooms)) as address:
        yield address
