"""Who feeds: one process at a time, so that the work is done once. A lease, kept as a document on the server.

Nothing wrong comes of two that write: each change carries its version. So a lease that ran out while its holder slept
costs some work done twice, and no clock is compared with another machine's: who waits sees the lease unchanged for
as long as one lasts, by the own clock, and takes it over.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from typing import Any

from elasticsearch import ApiError, BadRequestError, ConflictError, NotFoundError

from archive.errors import EngineAway, EngineFailed
from search.adapters.elastic_client import Server, kind_of, why
from search.ports import AnotherWrites

_LOG = logging.getLogger(__name__)
LASTS_S = 20.0
_RENEWED_AFTER_S = 3.0
_MAPPINGS = {"dynamic": False, "properties": {}}


class Lease:
    """The right to write one index. Safe to use from many threads of one process."""

    def __init__(self, server: Server, name: str, lasts_s: float = LASTS_S) -> None:
        self._server = server
        self._index = f"{server.address.prefix}-writers"
        self._name = name
        self._lasts_s = lasts_s
        self._owner = uuid.uuid4().hex
        self._guard = threading.Lock()
        self._held: tuple[int, int] | None = None
        self._renewed = 0.0
        self._seen: tuple[tuple[int, int], float] | None = None
        self._has_index = False

    def hold(self) -> None:
        """Take the lease, or keep it. Raises AnotherWrites where another has it, EngineAway."""
        with self._guard:
            if self._held and time.monotonic() - self._renewed < _RENEWED_AFTER_S:
                return
            self._held = self._write(self._owner, self._held or self._free())
            self._renewed = time.monotonic()

    def release(self) -> None:
        """Let another take it. Never raises: where the server is away, the lease runs out by itself."""
        with self._guard:
            held, self._held = self._held, None
            if held:
                try:
                    self._write("", held)
                except EngineAway as error:
                    _LOG.info("the lease of %s was not given back: %s", self._name, error)

    def _free(self) -> tuple[int, int] | None:
        """The mark of a lease that may be taken; None where there never was one. Raises AnotherWrites."""
        self._ensure_index()
        try:
            found = self._server.question(lambda client: client.get(index=self._index, id=self._name))
        except NotFoundError:
            return None
        mark = (int(found["_seq_no"]), int(found["_primary_term"]))
        # Its own it holds still where the server was away when it was given back.
        if found["_source"]["owner"] not in ("", self._owner) and not self._has_run_out(mark):
            raise AnotherWrites(f"another process writes the index {self._name}; try again")
        return mark

    def _has_run_out(self, mark: tuple[int, int]) -> bool:
        """Whether the lease has stood unchanged for as long as one lasts."""
        if self._seen is None or self._seen[0] != mark:
            self._seen = (mark, time.monotonic())
        return time.monotonic() - self._seen[1] >= self._lasts_s

    def _write(self, owner: str, mark: tuple[int, int] | None) -> tuple[int, int]:
        """Write the lease where it is still as `mark` says; answers its new mark. Raises AnotherWrites."""
        unchanged: dict[str, Any] = (
            {"if_seq_no": mark[0], "if_primary_term": mark[1]} if mark else {"op_type": "create"}
        )
        document = {"owner": owner, "at": time.time()}  # each writing differs, so each has a mark of its own
        self._held = None
        try:
            answer = self._server.change(
                lambda client: client.index(index=self._index, id=self._name, document=document, **unchanged)
            )
        except ConflictError as error:
            raise AnotherWrites(f"another process writes the index {self._name}; try again") from error
        except ApiError as error:
            raise EngineFailed(f"the lease of {self._name} cannot be written: {why(error)}") from error
        return int(answer["_seq_no"]), int(answer["_primary_term"])

    def _ensure_index(self) -> None:
        if self._has_index:
            return
        settings = {"index": {"number_of_shards": 1, "auto_expand_replicas": "0-1"}}
        try:
            self._server.change(
                lambda client: client.indices.create(index=self._index, settings=settings, mappings=_MAPPINGS)
            )
        except BadRequestError as error:
            if kind_of(error) != "resource_already_exists_exception":
                raise EngineFailed(f"the index {self._index} cannot be made: {why(error)}") from error
        self._has_index = True
