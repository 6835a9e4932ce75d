"""Making the index anew with somebody watching: how much there is, how fast it goes, how long it will still take."""

from __future__ import annotations

from api.printing import Progress
from api.wiring import Rooms
from search import from_catalogue


def reindex(rooms: Rooms) -> None:
    """Both indexes anew from the record, told on stderr. Safe to break off and to repeat. Raises: EngineAway."""
    with rooms.catalogue.reading() as connection:
        documents, customers = (from_catalogue.how_many(connection, kind) for kind in ("document", "customer"))
    progress = Progress("indexed", documents + customers)
    before = {"document": 0, "customer": documents}
    rooms.feeder.reindex(lambda kind, count: progress.at(before[kind] + count, note=kind))
    progress.at(documents + customers, documents + customers)
    progress.end()
