"""Where an index stands on a search server: numbered generations behind two aliases.

PREFIX-documents            alias of the generation that is read, and written
PREFIX-documents-filling    alias of the one that a rebuild fills, while there is one: whoever writes, writes both
PREFIX-documents-000001     a generation, made by the index template PREFIX-documents
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from elasticsearch import ApiError, BadRequestError, NotFoundError

from archive.errors import EngineAway, EngineFailed
from search.adapters.elastic_client import Server, kind_of, why
from search.adapters.elastic_layout import Layout, settings
from search.ports import ANY_ORIGIN, Origin, none_there, why_not

_LOG = logging.getLogger(__name__)
_LARGEST_SEGMENT_BYTES = 5 << 30
_BELIEVED_S = 5.0
"""So long it is believed that the index is still ours: another archive may take it over."""


class Shelf:
    """The generations of one index. Safe to use from many threads."""

    def __init__(self, server: Server, layout: Layout, origin: Origin = ANY_ORIGIN) -> None:
        self.server = server
        self.layout = layout
        self._origin = origin
        self.name = f"{server.address.prefix}-{layout.name}"
        self.filling = f"{self.name}-filling"
        self._guard = threading.Lock()
        self._believed_until = float("-inf")

    def ready(self) -> None:
        """See that there is an index of ours; one is made where nothing is to be in it. Raises EngineAway, `NotBuilt`."""
        with self._guard:
            if time.monotonic() < self._believed_until:
                return
            there = self._marks_there()
            if there is None:
                if not self._origin.is_empty():
                    raise none_there(self.name)
                self._make_first()
            elif refusal := why_not(there, (self.layout.version, self._origin.identity()), self.name):
                raise refusal
            self._believed_until = time.monotonic() + _BELIEVED_S

    def doubt(self) -> None:
        """Look again at the next `ready`."""
        self._believed_until = float("-inf")

    def on_index(self, call: Callable[[], Any]) -> Any:
        """What the call answers; once more where the index it asked has just been replaced or is not made yet."""
        for attempts_left in (3, 2, 1, 0):
            self.ready()
            try:
                return call()
            except NotFoundError as error:
                if not attempts_left:
                    raise EngineFailed(f"the index {self.name} is not there: {why(error)}") from error
                self.doubt()
            except ApiError as error:
                raise EngineFailed(f"the index {self.name} does not take this: {why(error)}") from error
        raise AssertionError("unreachable")

    def on_filling(self, call: Callable[[], Any]) -> Any:
        """What the call answers of the index that a rebuild fills. Raises EngineFailed where that has ended."""
        try:
            return call()
        except ApiError as error:
            raise EngineFailed(f"the index {self.filling} does not take this: {why(error)}") from error

    def _marks_there(self) -> tuple[int, str] | None:
        """Layout and origin of the index that is read; None where there is none."""
        try:
            answer = self.server.question(lambda client: client.indices.get_mapping(index=self.name))
        except NotFoundError:
            return None
        marks = [one["mappings"].get("_meta", {}) for one in answer.values()]
        found = {(int(one.get("layout", 0)), str(one.get("origin", ""))) for one in marks}
        return found.pop() if len(found) == 1 else (0, "")

    def _make_first(self) -> None:
        self._put_template()
        self._make(self._number(1), self.name)

    def _put_template(self) -> None:
        template = {"settings": settings(self.server.address.shards), "mappings": self._mappings()}
        self.server.change(
            lambda client: client.indices.put_index_template(
                name=self.name, index_patterns=[f"{self.name}-0*"], priority=500, template=template
            )
        )

    def _mappings(self) -> dict[str, Any]:
        return self.layout.mappings(self._origin.identity())

    def _make(self, generation: str, alias: str) -> None:
        """A new generation under this alias. Another process may have been quicker: then it is there all the same."""
        try:
            self.server.change(lambda client: client.indices.create(index=generation, aliases={alias: {}}))
        except BadRequestError as error:
            if kind_of(error) != "resource_already_exists_exception":
                raise EngineFailed(f"the index {generation} cannot be made: {why(error)}") from error

    def _number(self, number: int) -> str:
        return f"{self.name}-{number:06}"

    def generations(self) -> dict[str, set[str]]:
        """Each generation that is there, and its aliases."""
        try:
            answer = self.server.question(lambda client: client.indices.get_alias(index=f"{self.name}-0*"))
        except NotFoundError:
            return {}
        return {name: set(one["aliases"]) for name, one in answer.items()}

    def is_filling(self) -> bool:
        """Whether a rebuild is under way, whoever makes it."""
        return bool(self.server.question(lambda client: client.indices.exists_alias(name=self.filling)))

    def begin(self) -> str:
        """A new generation to be filled. What a broken-off rebuild left is removed."""
        there = self.generations()
        for name, aliases in there.items():
            if self.name not in aliases:
                self.remove(name)
        last = max((int(name.rpartition("-")[2]) for name in there), default=0)
        generation = self._number(last + 1)
        self._put_template()
        self._make(generation, self.filling)
        return generation

    def swap(self, generation: str) -> None:
        """Make the filled generation the one that is read, at once for everybody.

        Raises EngineAway where another rebuild has taken over.
        """
        old = [name for name, aliases in self.generations().items() if self.name in aliases]
        actions: list[dict[str, Any]] = [{"remove": {"index": generation, "alias": self.filling, "must_exist": True}}]
        actions += [{"remove": {"index": name, "alias": self.name}} for name in old]
        actions.append({"add": {"index": generation, "alias": self.name}})
        try:
            self.server.change(lambda client: client.indices.update_aliases(actions=actions))
        except ApiError as error:
            raise EngineAway(f"the rebuilt index {generation} is gone, another rebuild began: {why(error)}") from error
        for name in old:
            self.remove(name)
        self._merge(generation)

    def _merge(self, generation: str) -> None:
        """Have the segments that filling left made one: a misspelled word is looked for in each of them anew.

        Not waited for. Shards beyond what the server itself would merge stay as they are.
        """
        try:
            stats = self.server.question(lambda client: client.indices.stats(index=generation, metric="store"))
            size = stats["_all"]["primaries"]["store"]["size_in_bytes"]
            if size <= _LARGEST_SEGMENT_BYTES * self.server.address.shards:
                self.server.start(lambda client: client.indices.forcemerge(index=generation, max_num_segments=1))
        except (EngineAway, ApiError) as error:
            _LOG.info("the segments of %s stay as they are: %s", generation, error)

    def drop_unless_current(self, generation: str) -> None:
        """Remove the generation where it did not become the one that is read."""
        if self.name not in self.generations().get(generation, {self.name}):
            self.remove(generation)

    def remove(self, generation: str) -> None:
        """Remove this generation; nothing where it is gone."""
        try:
            self.server.change(lambda client: client.indices.delete(index=generation))
        except NotFoundError:
            _LOG.info("the index %s was gone already", generation)
        except ApiError as error:
            raise EngineFailed(f"the index {generation} cannot be removed: {why(error)}") from error
