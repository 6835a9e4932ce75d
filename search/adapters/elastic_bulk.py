"""Changes sent to a search server in requests of a bearable size; told apart: taken, older than what is held, refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from elasticsearch import ApiError

from archive.errors import EngineAway, EngineFailed
from search.adapters.elastic_client import Server, Waiting, why

REQUEST_BYTES = 4_000_000
"""One request holds so much, or one document where that is larger: a server's limit is 100 MB, its memory often 1 GB."""
_BUSY = frozenset({429, 503})
_FAULT_OF_THE_LINE = frozenset({400, 413})
"""Anything else, such as an index closed to writing, would befall every line."""


@dataclass(frozen=True, slots=True)
class Line:
    """One change: what to write under this id where nothing of a higher rank is held."""

    id: str
    rank: int
    source: bytes

    def lines(self) -> tuple[bytes, bytes]:
        """As a bulk request has it."""
        head = f'{{"index":{{"_id":"{self.id}","version":{self.rank},"version_type":"external_gte"}}}}'
        return head.encode(), self.source


@dataclass(frozen=True, slots=True)
class Refusal:
    """What the server would not take, and why."""

    line: Line
    reason: str


class Bulk:
    """Sends changes to one alias, waiting while the server is busy."""

    def __init__(self, server: Server, alias: str) -> None:
        self._server = server
        self._alias = alias

    def send(self, lines: Iterable[Line]) -> list[Refusal]:
        """Write them all; what is older than what is held loses silently. Safe to repeat.

        Raises:
            EngineAway: the server does not answer, or stays busy.
            AliasGone: there is no such alias any more.
        """
        return [refusal for some in _requests(lines) for refusal in self._send(some)]

    def _send(self, lines: Sequence[Line]) -> list[Refusal]:
        waiting = Waiting(self._server.patience, self._server.patience.change_waits_s)
        refused: list[Refusal] = []
        while lines:
            answered = self._ask(lines)
            if isinstance(answered, list):
                return [*refused, *answered]
            again = []
            for line, item in zip(lines, answered["items"], strict=True):
                told = item["index"]
                if told["status"] in _BUSY:
                    again.append(line)
                elif refusal := self._refusal(line, told):
                    refused.append(refusal)
            if again and not waiting.a_while():
                raise EngineAway(f"the index {self._alias} is too busy to take {len(again)} changes")
            lines = again
        return refused

    def _ask(self, lines: Sequence[Line]) -> Any:
        """The server's answer; the refusals, where the request was too large and had to be parted."""
        operations: list[Any] = [one for line in lines for one in line.lines()]
        try:
            return self._server.change(
                lambda client: client.bulk(index=self._alias, operations=operations, require_alias=True)
            )
        except ApiError as error:
            if error.status_code != 413:
                raise EngineFailed(f"the index {self._alias} does not take changes: {why(error)}") from error
            if len(lines) == 1:
                size = len(lines[0].source)
                return [Refusal(lines[0], f"too large for the search server: {size} bytes to index")]
            middle = len(lines) // 2
            return [*self._send(lines[:middle]), *self._send(lines[middle:])]

    def _refusal(self, line: Line, told: dict[str, Any]) -> Refusal | None:
        if told["status"] < 300 or told["status"] == 409:  # a newer version is held already
            return None
        error = told.get("error", {})
        if error.get("type") == "index_not_found_exception":
            raise AliasGone(f"the index {self._alias} is not there")
        if told["status"] not in _FAULT_OF_THE_LINE:
            raise EngineFailed(f"the index {self._alias} broke over {line.id}: {error.get('reason')}")
        cause = error.get("caused_by", {}).get("reason")
        return Refusal(line, f"{error.get('type')}: {error.get('reason')}" + (f" ({cause})" if cause else ""))


class AliasGone(EngineAway):
    """The alias that was written to is not there: a rebuild has ended, or nothing was made yet."""


def _requests(lines: Iterable[Line]) -> Iterator[list[Line]]:
    some: list[Line] = []
    size = 0
    for line in lines:
        if some and size + len(line.source) > REQUEST_BYTES:
            yield some
            some, size = [], 0
        some.append(line)
        size += len(line.source)
    if some:
        yield some
