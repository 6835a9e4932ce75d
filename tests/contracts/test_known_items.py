"""A clerk who asks for one thing finds it among the first five, and all engines agree on every exact set."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.known_items import World, narrowings, world
from tests.on_engines import INDEXES, OpenedIndexes, opened_indexes
from tests.search_answers import fill, missed, whole_answer

THINGS, QUESTIONS, NARROWINGS = 400, 90, 40
LEAST_FOUND = 0.98


@pytest.fixture(scope="module")
def small_world() -> World:
    return world(THINGS, QUESTIONS)


@pytest.fixture(params=INDEXES)
def indexes(request: pytest.FixtureRequest, tmp_path: Path, small_world: World) -> Iterator[OpenedIndexes]:
    for opened in opened_indexes(request, tmp_path):
        fill(opened.documents(), opened.customers(), small_world)
        yield opened


def test_known_items_are_among_the_first_five(indexes: OpenedIndexes, small_world: World) -> None:
    documents, customers = indexes.opened
    lost = missed(documents, customers, small_world.questions)  # type: ignore[arg-type]
    assert len(lost) <= (1 - LEAST_FOUND) * QUESTIONS, lost


def test_sets_counts_and_facets_under_filters_and_permissions_are_those_of_the_record(
    indexes: OpenedIndexes, small_world: World
) -> None:
    """Reckoned from the things themselves where nothing is asked in words; so they are the same on every engine."""
    documents, _ = indexes.opened
    for query, access in narrowings(NARROWINGS):
        if query.text:
            continue
        count, total, ids, facets = whole_answer(documents, query, access)  # type: ignore[arg-type]
        meant = [
            one
            for one in small_world.documents
            if (access.branches is None or one.branch in access.branches)
            and (not one.mark or one.mark in access.marks)
            and (not query.types or one.document_type in query.types)
            and (not query.branches or one.branch in query.branches)
            and (not query.channels or one.channel in query.channels)
            and (not query.states or one.state in query.states)
            and (not query.years or one.received_on.year in query.years)
            and (query.since is None or one.received_on >= query.since)
            and (query.until is None or one.received_on <= query.until)
        ]
        in_order = [one.id for one in sorted(meant, key=lambda one: (one.received_on, one.id), reverse=True)]
        assert (count, total, ids) == (len(meant), len(meant), in_order), (query, access)
        assert sum(facets["state"].values()) == len(meant)
