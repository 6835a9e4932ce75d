"""What the HTTP side is given: the rooms, already joined by the wiring."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from api.settings import Settings
from archive.access import Access
from archive.arrivals import NewArrival
from archive.by_hand import CustomerDoor
from archive.feed_events import FeedDoor
from archive.looks import LookKeeper
from archive.ports import Catalogue, ObjectStore
from intake.acceptance import Accepted
from intake.ports import JobQueue
from intake.recutting import Recutter
from search.ports import CustomerIndex, DocumentIndex

DrawPage = Callable[[str, str, int, int], bytes]
"""Draws one page of an object as a PNG: (digest, media type, page from 1, degrees clockwise to upright) → bytes.

`intake.drawing.PageDrawer.draw` is one: it runs in the sandbox; raises `Unreadable`, `LimitExceeded`, and `NotFound` where there is no such page.
"""


@dataclass(frozen=True, slots=True)
class Rooms:
    """One archive, as the routes and pages see it."""

    catalogue: Catalogue
    objects: ObjectStore
    documents_index: DocumentIndex
    customers_index: CustomerIndex
    settings: Settings
    accept: Callable[[NewArrival, Access], Accepted]
    draw_page: DrawPage
    recutter: Recutter
    looks: LookKeeper
    jobs: JobQueue
    customer_door: CustomerDoor
    feed_door: FeedDoor
