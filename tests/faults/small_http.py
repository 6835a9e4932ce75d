"""The HTTP side over rooms that were opened in this process, as `dossier serve` has it."""

from __future__ import annotations

from api.http.rooms import Rooms as HttpRooms
from api.wiring import Rooms


def rooms_for_http(opened: Rooms) -> HttpRooms:
    """What the routes and pages are given."""
    return HttpRooms(
        opened.catalogue,
        opened.objects,
        opened.documents_index,
        opened.customers_index,
        opened.settings,
        opened.door.accept,
        opened.drawer.draw,
        opened.recutter,
        opened.looks,
        opened.jobs,
        opened.customer_door,
        opened.feed_door,
    )
